package dev.statecraft.replication.commit;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SERVER;
import static dev.statecraft.replication.Realm.SPACE;
import static dev.statecraft.replication.Realm.done;
import static dev.statecraft.replication.state.JsonValues.canonical;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.table.ItemChange;
import dev.statecraft.testing.fault.FaultyDynamo;
import dev.statecraft.testing.fault.FaultyDynamo.When;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;

/** An acknowledged write is applied once, a failed write at most once, a repeated write once (E1, E4). */
class CommitFaultTest {

    private final FaultyDynamo faults = new FaultyDynamo();
    private final Realm realm = new Realm(Map.of("max-state-history", "5"), faults, Clock.systemUTC());

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void failuresAndRetriesTakeEffectOnce(long seed) {
        Random random = new Random(seed);
        IntStream.range(0, 4).forEach(i -> realm.create("e" + i, "UI_STATE", "{'n': 0}"));
        Map<String, Long> expected = new HashMap<>();
        int failures = 0;
        for (int i = 0; i < 60; i++) {
            List<Mutation> batch = new ArrayList<>();
            List<String> ids = new ArrayList<>();
            int size = 1 + random.nextInt(3);
            for (int j = 0; j < size; j++) {
                String id = "e" + random.nextInt(4);
                ids.add(id);
                batch.add(realm.entities.mutation(
                        GAME,
                        id,
                        Realm.operations("{'increment': {'n': 1}}"),
                        SERVER,
                        new IdempotencyKey("m-" + i + "-" + j, "increment")));
            }
            List<CommitResult> results = null;
            while (results == null) {
                if (random.nextInt(3) == 0) {
                    faults.failOnce(0, When.drawn(random));
                } else if (random.nextInt(4) == 0) {
                    faults.conflictNext(2);
                }
                try {
                    results = realm.commits.commit(GAME, SPACE, batch);
                } catch (SdkClientException e) {
                    failures++;
                } finally {
                    faults.heal();
                }
            }
            ids.forEach(id -> expected.merge(id, 1L, Long::sum));
            results.forEach(result -> assertTrue(done(result).version() > 1));
        }
        assertTrue(failures > 10, "seed " + seed + ": only " + failures + " failures");
        expected.forEach((id, n) -> {
            assertEquals(
                    Realm.canonical("{'n': " + n + "}"),
                    canonical(realm.read(id).json()),
                    "seed " + seed);
            assertEquals(n + 1, realm.read(id).version(), "seed " + seed);
        });
    }

    /** History and counters are exact for repeated and partial deliveries of the streams. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void repeatedPartialAndFailedDeliveriesKeepHistoryAndCountersExact(long seed) {
        Random random = new Random(seed);
        List<ItemChange> entityChanges = new ArrayList<>();
        List<ItemChange> logChanges = new ArrayList<>();
        Map<String, Map<Long, String>> made = new HashMap<>();
        for (int i = 0; i < 50; i++) {
            String id = "e" + random.nextInt(3);
            if (random.nextInt(9) == 0) {
                realm.delete(id);
            } else if (realm.read(id).deleted()) {
                realm.create(id, "UI_STATE", "{'n': 0}");
            } else {
                List<Mutation> batch = new ArrayList<>();
                for (int j = 0; j <= random.nextInt(3); j++) {
                    batch.add(realm.entities.mutation(
                            GAME,
                            id,
                            Realm.operations("{'increment': {'n': 1}}"),
                            SERVER,
                            new IdempotencyKey(null, "")));
                }
                realm.commits.commit(GAME, SPACE, batch).forEach(result -> made.computeIfAbsent(
                                id, key -> new HashMap<>())
                        .put(done(result).version(), done(result).json().toString()));
            }
            entityChanges.addAll(realm.entityStream.next());
            logChanges.addAll(realm.logStream.next());
            if (random.nextInt(3) == 0) {
                faults.failOnce(random.nextInt(4), When.drawn(random));
                try {
                    realm.history.record(tail(entityChanges, random));
                    realm.statistics.count(tail(logChanges, random));
                } finally {
                    faults.heal();
                }
                realm.deliver(tail(entityChanges, random), tail(logChanges, random));
            }
        }
        realm.deliver(entityChanges, logChanges);
        realm.deliver(tail(entityChanges, random), tail(logChanges, random));
        assertEquals(realm.head().entities(), realm.statistics.of(GAME).totalEntities(), "seed " + seed);
        assertEquals(realm.head().versions(), realm.statistics.of(GAME).totalStateHistory(), "seed " + seed);
        long kept = 0;
        for (String id : List.of("e0", "e1", "e2")) {
            Entity current = realm.read(id);
            List<Entity> recorded = realm.historyStore
                    .upTo(GAME, SPACE, id, Long.MAX_VALUE / 2, 100)
                    .versions();
            List<Long> versions = recorded.stream().map(Entity::version).toList();
            List<Long> expected = new ArrayList<>();
            for (long version = current.version(); version > current.version() - current.kept(); version--) {
                expected.add(version);
            }
            assertEquals(expected, versions, "seed " + seed);
            assertTrue(current.kept() <= 5);
            kept += versions.size();
            recorded.forEach(version -> {
                String state = made.getOrDefault(id, Map.of()).get(version.version());
                if (state != null) {
                    assertEquals(state, version.json().toString(), "seed " + seed);
                }
            });
        }
        assertEquals(realm.head().versions(), kept, "seed " + seed);
    }

    /** The last records of a stream, for a repeated or late delivery. */
    private static List<ItemChange> tail(List<ItemChange> changes, Random random) {
        int from = random.nextInt(changes.size());
        int to = from + 1 + random.nextInt(changes.size() - from);
        return changes.subList(from, to);
    }

    @Test
    void versionsNotYetDeliveredAreDerivedFromLog() {
        realm.create("a", "UI_STATE", "{'n': 0, 'text': '" + "x".repeat(100) + "'}");
        for (int i = 1; i < 8; i++) {
            if (i == 3) {
                realm.drain();
            }
            realm.update("a", "{'increment': {'n': 1}}", null);
        }
        for (long version = 4; version <= 8; version++) {
            assertEquals(
                    version - 1,
                    realm.reader
                            .readAt(GAME, SPACE, "a", version)
                            .orElseThrow()
                            .json()
                            .get("n")
                            .longValue());
        }
        assertTrue(realm.reader.readAt(GAME, SPACE, "a", 3).isEmpty(), "only five are stored");
        assertEquals(
                List.of(8L, 7L, 6L, 5L, 4L),
                realm.reader.versions(GAME, SPACE, "a", Long.MAX_VALUE, 10).orElseThrow().versions().stream()
                        .map(Entity::version)
                        .toList());
    }
}
