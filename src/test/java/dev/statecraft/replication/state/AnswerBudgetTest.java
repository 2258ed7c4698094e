package dev.statecraft.replication.state;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SPACE;
import static dev.statecraft.replication.Realm.done;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.local.LargestRead;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.EntityUpdate;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.commit.ConflictStore;
import dev.statecraft.replication.commit.ParkedConflict;
import dev.statecraft.replication.entity.EntityReader;
import dev.statecraft.replication.log.HistoryService;
import dev.statecraft.replication.type.EntityType;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists end a page before the response exceeds its size limit, and the next page continues after it. */
class AnswerBudgetTest {

    private static final int BUDGET = 20_000;

    /** Repetitive text: the compressed item is much smaller than the response. */
    private static final String TEXT = "x".repeat(6_000);

    private final LargestRead read = new LargestRead();
    private final Realm realm = new Realm(
            Map.of(
                    "answer-bytes",
                    Integer.toString(BUDGET),
                    "type-cache",
                    "PT0S",
                    "conflict-resolution-timeout",
                    "PT10M"),
            read,
            Clock.systemUTC());

    /** A page of a list: its ids, the bytes of JSON of its states, and the position to continue after. */
    private record Page(
            List<String> ids, long sizeBytes, @Nullable String next) {}

    private static List<String> all(BiFunction<@Nullable String, Integer, Page> list, int limit) {
        List<String> all = new ArrayList<>();
        String after = null;
        do {
            Page page = list.apply(after, limit);
            assertTrue(page.sizeBytes() <= BUDGET || page.ids().size() == 1, page.sizeBytes() + " bytes");
            assertTrue(!page.ids().isEmpty() || page.next() == null, "an empty page in between");
            all.addAll(page.ids());
            after = page.next();
        } while (after != null);
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {"UI_STATE", ""})
    void entityListsEndWithinTheBudget(String type) {
        List<String> ids = IntStream.range(10, 90).mapToObj(i -> "e" + i).toList();
        ids.forEach(id -> done(
                realm.create(id, "UI_STATE", "{'t': '" + (id.equals("e50") ? TEXT.repeat(4) : TEXT) + "', 'n': 1}")));
        done(realm.delete("e12"));
        read.forget();
        List<String> found = all(
                (after, limit) -> {
                    EntityReader.EntityList page =
                            realm.reader.list(GAME, SPACE, type.isEmpty() ? null : type, after, limit);
                    return new Page(
                            page.entities().stream().map(Entity::id).toList(),
                            page.entities().stream()
                                    .mapToLong(entity -> StateLimits.sizeBytes(entity.json()))
                                    .sum(),
                            page.next());
                },
                100);
        assertEquals(ids.stream().filter(id -> !id.equals("e12")).toList(), found);
        if (!type.isEmpty()) {
            assertTrue(read.most() <= 40, read.most() + " states were read at a time");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void versionListsEndWithinTheBudget(boolean recorded) {
        done(realm.create("e", "UI_STATE", "{'t': '" + TEXT + "', 'n': 1}"));
        for (int i = 2; i <= 20; i++) {
            done(realm.update("e", "{'set': {'n': " + i + "}}", null));
        }
        if (recorded) {
            realm.drain();
        }
        List<String> found = all(
                (below, limit) -> {
                    HistoryService.VersionPage page = realm.reader
                            .versions(GAME, SPACE, "e", below == null ? Long.MAX_VALUE : Long.parseLong(below), limit)
                            .orElseThrow();
                    return new Page(
                            page.versions().stream()
                                    .map(version -> Long.toString(version.version()))
                                    .toList(),
                            page.versions().stream()
                                    .mapToLong(version -> StateLimits.sizeBytes(version.json()))
                                    .sum(),
                            page.next() == 0 ? null : Long.toString(page.next()));
                },
                100);
        assertEquals(
                IntStream.rangeClosed(1, 20)
                        .mapToObj(i -> Integer.toString(21 - i))
                        .toList(),
                found);
    }

    @Test
    void conflictListsEndWithinTheBudget() {
        realm.types.put(
                GAME, new EntityType("BOSS", Strategy.MANUAL, Strategy.SERVER_WINS, new TreeMap<>(), true, null));
        List<String> parked = new ArrayList<>();
        for (int i = 10; i < 70; i++) {
            done(realm.create("e" + i, "BOSS", "{'t': 1}"));
            done(realm.update("e" + i, "{'set': {'t': 2}}", null));
            EntityUpdate asked = Realm.operations("{'set': {'t': '" + TEXT + "'}}");
            realm.entities.update(
                    GAME,
                    SPACE,
                    "e" + i,
                    new EntityUpdate(asked.edit(), 1L, null, asked.was(), null),
                    Realm.SERVER,
                    new IdempotencyKey("m" + i, "m"));
            parked.add("e" + i);
        }
        read.forget();
        List<String> found = all(
                (after, limit) -> {
                    ConflictStore.ConflictPage page = realm.conflicts.list(GAME, after, limit);
                    return new Page(
                            page.conflicts().stream()
                                    .map(ParkedConflict::entityId)
                                    .toList(),
                            page.conflicts().stream()
                                    .mapToLong(conflict -> PackedJson.text(conflict.toJson()).length)
                                    .sum(),
                            page.next());
                },
                100);
        assertEquals(parked, found.stream().sorted().toList());
        assertTrue(read.most() <= 40, read.most() + " conflicts were read at a time");
    }
}
