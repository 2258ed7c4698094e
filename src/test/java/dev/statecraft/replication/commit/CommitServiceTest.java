package dev.statecraft.replication.commit;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SERVER;
import static dev.statecraft.replication.Realm.SPACE;
import static dev.statecraft.replication.Realm.done;
import static dev.statecraft.replication.state.JsonValues.canonical;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.commit.CommitResult.Done;
import dev.statecraft.replication.commit.CommitResult.Refused;
import dev.statecraft.replication.commit.CommitResult.Reused;
import dev.statecraft.replication.log.Change;
import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityItems;
import dev.statecraft.replication.state.MutationReceipt;
import dev.statecraft.replication.state.Space;
import dev.statecraft.replication.state.SpaceChecksum;
import dev.statecraft.replication.statistics.ReplicationStatisticsService;
import dev.statecraft.table.Attributes;
import dev.statecraft.testing.OnDynamoDbLocal;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Commits on real tables (invariants E1, E2, E4, E6). */
@OnDynamoDbLocal
class CommitServiceTest {

    private final Realm realm = new Realm();

    private Mutation increment(String id, String mutationId) {
        return realm.entities.mutation(
                GAME,
                id,
                Realm.operations("{'increment': {'n': 1}}"),
                SERVER,
                new IdempotencyKey(mutationId, "increment n by 1"));
    }

    @Test
    void createUpdateDeleteMakeSuccessiveVersions() {
        assertEquals(1, done(realm.create("a", "UI_STATE", "{'n': 1}")).version());
        assertInstanceOf(Rejection.Exists.class, ((Refused) realm.create("a", "UI_STATE", "{}")).rejection());
        Entity second = done(realm.update("a", "{'increment': {'n': 2}, 'set': {'/deep/key': true}}", null));
        assertEquals(2, second.version());
        assertEquals(Realm.canonical("{'n': 3, 'deep': {'key': true}}"), canonical(second.json()));
        assertEquals(second, realm.read("a"));
        assertTrue(done(realm.delete("a")).deleted());
        assertInstanceOf(
                Rejection.NotFound.class, ((Refused) realm.update("a", "{'set': {'n': 1}}", null)).rejection());
        assertInstanceOf(Rejection.NotFound.class, ((Refused) realm.delete("a")).rejection());
    }

    /** E6: versions continue after a deletion, and an update based on an earlier version does not restore the entity. */
    @Test
    void versionsContinueAfterDeletion() {
        realm.create("a", "UI_STATE", "{}");
        realm.update("a", "{'set': {'n': 1}}", null);
        realm.delete("a");
        Entity again = done(realm.create("a", "UI_STATE", "{'m': 1}"));
        assertEquals(4, again.version());
        assertEquals(Realm.canonical("{'m': 1}"), canonical(again.json()));
        assertEquals(
                List.of(1L, 2L, 3L, 4L),
                realm.log(SPACE).stream()
                        .flatMap(entry -> entry.changes().stream())
                        .map(Change::version)
                        .toList());
    }

    /** S3 for mutations, at the current time, which exceeds 40 bits in milliseconds. */
    @Test
    void repeatedMutationIsDetectedWithinWindow() {
        realm.create("a", "UI_STATE", "{'n': 0}");
        assertFalse(((Done) realm.commits.commit(GAME, SPACE, increment("a", "first"))).replayed());
        for (int round = 0; round < 2; round++) {
            int from = round * 150;
            realm.commits
                    .commit(
                            GAME,
                            SPACE,
                            IntStream.range(from, from + 150)
                                    .mapToObj(i -> increment("a", "m" + i))
                                    .toList())
                    .forEach(result -> assertFalse(((Done) result).replayed()));
        }
        assertTrue(((Done) realm.commits.commit(GAME, SPACE, increment("a", "first"))).replayed());
        assertEquals(301, realm.read("a").json().get("n").asInt());
    }

    @Test
    void legacyReceiptsAreDetected() {
        realm.create("a", "UI_STATE", "{'n': 0}");
        realm.commits.commit(GAME, SPACE, increment("a", "m1"));
        Entity stored = realm.read("a");
        MutationReceipt receipt = stored.receipts().get(0);
        ByteBuffer legacy = ByteBuffer.allocate(27).putLong(receipt.id()).putInt(receipt.body());
        for (long number : new long[] {receipt.version(), receipt.seq(), receipt.at()}) {
            legacy.put((byte) (number >> 32)).putInt((int) number);
        }
        realm.dynamo.updateItem(update -> update.tableName(realm.tables.entities())
                .key(EntityItems.key(GAME, SPACE, "a"))
                .updateExpression("SET rc = :legacy REMOVE rt")
                .expressionAttributeValues(Map.of(":legacy", Attributes.b(legacy.array()))));
        assertEquals(stored, realm.read("a"));
        assertTrue(((Done) realm.commits.commit(GAME, SPACE, increment("a", "m1"))).replayed());
        realm.commits.commit(GAME, SPACE, increment("a", "m2"));
        assertEquals(2, realm.read("a").receipts().size());
        assertTrue(((Done) realm.commits.commit(GAME, SPACE, increment("a", "m1"))).replayed());
    }

    @Test
    void manyEntitiesMakeOneCommit() {
        IntStream.range(0, 60).forEach(i -> realm.create("e" + i, "UI_STATE", "{}"));
        long before = realm.head().seq();
        List<Mutation> all = IntStream.range(0, 60)
                .mapToObj(i -> increment("e" + i, "m" + i))
                .toList();
        realm.commits.commitAtomically(GAME, SPACE, all).forEach(result -> assertInstanceOf(Done.class, result));
        assertEquals(before + 1, realm.head().seq());
        List<LogEntry> log = realm.log(SPACE);
        assertEquals(60, log.get(log.size() - 1).changes().size());

        List<Mutation> some = new ArrayList<>(all.subList(0, 30));
        some.add(increment("none", "m"));
        List<CommitResult> held = realm.commits.commitAtomically(GAME, SPACE, some);
        assertInstanceOf(Refused.class, held.get(30));
        held.subList(0, 30).forEach(result -> assertTrue(((Done) result).replayed()));
        List<Mutation> fresh = IntStream.range(0, 30)
                .mapToObj(i -> increment("e" + i, "again" + i))
                .collect(java.util.stream.Collectors.toCollection(ArrayList::new));
        fresh.add(increment("none", "m"));
        realm.commits
                .commitAtomically(GAME, SPACE, fresh)
                .subList(0, 30)
                .forEach(result -> assertInstanceOf(CommitResult.BatchRejected.class, result));
        assertEquals(before + 1, realm.head().seq(), "nothing of it was written");
    }

    @Test
    void severalChangesInOneCommitMakeSeparateVersions() {
        realm.create("a", "UI_STATE", "{}");
        List<CommitResult> results = realm.commits.commit(
                GAME,
                SPACE,
                List.of(increment("a", "1"), increment("a", "2"), increment("a", "1"), increment("a", "3")));
        assertEquals(
                List.of(2L, 3L, 2L, 4L),
                results.stream().map(result -> done(result).version()).toList());
        assertEquals(
                List.of(false, false, true, false),
                results.stream().map(result -> ((Done) result).replayed()).toList());
        assertEquals(2, realm.head().seq());
        assertEquals(Realm.canonical("{'n': 3}"), canonical(realm.read("a").json()));
        assertEquals(
                canonical(realm.read("a").json()),
                canonical(realm.replayed(SPACE).get("a").json()));
        realm.drain();
        assertEquals(
                Realm.canonical("{'n': 2}"),
                canonical(realm.reader.readAt(GAME, SPACE, "a", 3).orElseThrow().json()));
    }

    @Test
    void repeatedMutationReturnsSameResult() {
        realm.create("a", "UI_STATE", "{}");
        Entity first = done(realm.update("a", "{'increment': {'n': 1}}", "m-1"));
        realm.update("a", "{'increment': {'n': 1}}", "m-2");
        for (boolean drained : List.of(false, true)) {
            Done again = (Done) realm.update("a", "{'increment': {'n': 1}}", "m-1");
            assertTrue(again.replayed());
            assertEquals(first.version(), again.entity().version());
            assertEquals(first.state(), again.entity().state());
            if (!drained) {
                realm.drain();
            }
        }
        assertInstanceOf(Reused.class, realm.update("a", "{'increment': {'n': 2}}", "m-1"));
        assertEquals(Realm.canonical("{'n': 2}"), canonical(realm.read("a").json()));
    }

    /** E1, E2, E4, C5: all concurrent writers succeed, each with its own version. */
    @Test
    void concurrentWritersSucceedWithoutVersionGaps() throws Exception {
        realm.create("hot", "UI_STATE", "{}");
        realm.create("warm", "UI_STATE", "{}");
        Realm second = new Realm(realm.tables, Map.of(), new ExecutionInterceptor() {}, Clock.systemUTC());
        int writers = 8;
        int each = 15;
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        List<Future<List<Long>>> futures = new ArrayList<>();
        for (int w = 0; w < writers; w++) {
            String writer = "w" + w;
            CommitService commits = w % 2 == 0 ? realm.commits : second.commits;
            futures.add(threads.submit((Callable<List<Long>>) () -> {
                List<Long> versions = new ArrayList<>();
                for (int i = 0; i < each; i++) {
                    List<CommitResult> results = commits.commit(
                            GAME,
                            SPACE,
                            List.of(increment("hot", writer + "-" + i), increment("warm", writer + "-" + i)));
                    versions.add(done(results.get(0)).version());
                }
                return versions;
            }));
        }
        List<Long> versions = new ArrayList<>();
        for (Future<List<Long>> future : futures) {
            versions.addAll(future.get());
        }
        threads.shutdown();
        int total = writers * each;
        assertEquals(
                LongStream.rangeClosed(2, total + 1).boxed().toList(),
                versions.stream().sorted().toList());
        assertEquals(
                Realm.canonical("{'n': " + total + "}"),
                canonical(realm.read("hot").json()));
        List<LogEntry> log = realm.log(SPACE);
        assertEquals(
                LongStream.rangeClosed(1, log.size()).boxed().toList(),
                log.stream().map(LogEntry::seq).toList());
        // Commits of the two instances are combined.
        assertTrue(log.size() <= total + 2, log.size() + " commits");
        assertEquals(
                2 * total + 2,
                log.stream().mapToInt(entry -> entry.changes().size()).sum());
        assertConsistent();
    }

    @Test
    void headContainsTotalsOfSpace() {
        realm.create("a", "UI_STATE", "{'text': '" + "x".repeat(2000) + "'}");
        realm.create("b", "UI_STATE", "{'n': 1}");
        realm.update("b", "{'increment': {'n': 1}}", null);
        realm.create("c", "UI_STATE", "{}");
        realm.delete("c");
        Space head = realm.head();
        assertEquals(5, head.seq());
        assertEquals(2, head.entities());
        assertEquals(5, head.versions());
        assertTrue(head.storedBytes() < head.plainBytes() / 2, head.toString());
        realm.drain();
        ReplicationStatisticsService.Statistics statistics = realm.statistics.of(GAME);
        assertEquals(2, statistics.totalEntities());
        assertEquals(5, statistics.totalStateHistory());
        assertEquals(5, statistics.totalCommits());
        assertEquals(head.plainBytes(), statistics.compression().plainBytes());
        assertConsistent();
    }

    /** E4, E5: applying the log gives the stored states and checksums. */
    private void assertConsistent() {
        SpaceChecksum checksum = SpaceChecksum.EMPTY;
        Map<String, Entity> stored = new TreeMap<>();
        for (Entity entity : realm.entityStore.page(GAME, SPACE, null, 1000).entities()) {
            stored.put(entity.id(), entity);
            checksum = entity.toggle(checksum);
        }
        assertEquals(checksum, realm.head().checksum());
        Map<String, Entity> replayed = realm.replayed(SPACE);
        assertEquals(stored.keySet(), replayed.keySet());
        stored.forEach((id, entity) -> {
            assertEquals(entity.version(), replayed.get(id).version());
            assertEquals(canonical(entity.json()), canonical(replayed.get(id).json()));
        });
    }
}
