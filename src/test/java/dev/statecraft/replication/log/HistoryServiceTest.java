package dev.statecraft.replication.log;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SERVER;
import static dev.statecraft.replication.Realm.SPACE;
import static dev.statecraft.replication.Realm.done;
import static dev.statecraft.table.Attributes.s;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.entity.EntityService;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.testing.fault.AwsOperation;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class HistoryServiceTest {

    private final FaultyDynamo faults = new FaultyDynamo();
    private final Realm realm = new Realm(Map.of(), faults, Clock.systemUTC());

    /** Creates an entity and updates it. Its versions have its number as state, and are not stored yet. */
    private Entity versions(int count) {
        done(realm.entities.create(
                GAME,
                SPACE,
                new EntityService.NewEntity("e", "UI_STATE", Realm.json("{'a': 1}"), null),
                SERVER,
                new IdempotencyKey(null, "")));
        for (int version = 2; version <= count; version++) {
            done(realm.update("e", "{'set': {'a': " + version + "}}", null));
        }
        return realm.read("e");
    }

    private void assertListed(HistoryService.VersionPage page, long newest, long oldest) {
        assertEquals(
                LongStream.iterate(newest, version -> version >= oldest, version -> version - 1)
                        .boxed()
                        .toList(),
                page.versions().stream().map(Entity::version).toList());
        page.versions()
                .forEach(version -> assertEquals(Realm.json("{'a': " + version.version() + "}"), version.json()));
    }

    private void forget(long... versions) {
        for (long version : versions) {
            realm.dynamo.deleteItem(delete -> delete.tableName(realm.tables.history())
                    .key(Map.of("pk", s(PartitionKey.of(GAME, SPACE, "e")), "sk", s(LogStore.number(version)))));
        }
    }

    @Test
    void versionsStoredDuringTheReadAreListed() {
        Entity current = versions(8);
        faults.beforeNext(
                Set.of(AwsOperation.QUERY), () -> faults.beforeNext(Set.of(AwsOperation.QUERY), realm::drain));
        assertListed(realm.history.list(GAME, current, Long.MAX_VALUE, 50), 8, 1);
        assertTrue(faults.hasActed());
    }

    /** The items of a batch are stored in any order. */
    @Test
    void versionsBetweenStoredOnesAreListed() {
        Entity current = versions(9);
        realm.drain();
        forget(2, 4, 5, 8);
        assertListed(realm.history.list(GAME, current, Long.MAX_VALUE, 50), 9, 1);
        assertListed(realm.history.list(GAME, current, 8, 3), 7, 5);
        assertListed(realm.history.list(GAME, current, 6, 50), 5, 1);
        forget(1, 3, 6, 7, 9);
        assertListed(realm.history.list(GAME, current, Long.MAX_VALUE, 50), 9, 1);
        assertListed(realm.history.list(GAME, current, 5, 2), 4, 3);
    }

    /** The records of two versions were discarded, and the log has expired since. */
    @Test
    void versionsThatNothingHasAreLeftOut() {
        Entity current = versions(6);
        realm.drain();
        forget(2, 4);
        realm.dynamo.scanPaginator(scan -> scan.tableName(realm.tables.log())).items().stream()
                .filter(item -> !item.get("pk").s().endsWith("spaces"))
                .forEach(item -> realm.dynamo.deleteItem(delete ->
                        delete.tableName(realm.tables.log()).key(Map.of("pk", item.get("pk"), "sk", item.get("sk")))));
        HistoryService.VersionPage page = realm.history.list(GAME, current, Long.MAX_VALUE, 50);
        assertEquals(
                List.of(6L, 5L, 3L, 1L),
                page.versions().stream().map(Entity::version).toList());
        assertEquals(0, page.next());
    }

    /** Otherwise the base of an update would be unknown, and every difference would be a conflict. */
    @Test
    void versionStoredDuringTheReadIsFound() {
        Entity current = versions(2);
        faults.beforeNext(Set.of(AwsOperation.QUERY), realm::drain);
        assertEquals(
                Realm.json("{'a': 1}"),
                realm.history.at(GAME, current, 1).orElseThrow().json());
        assertTrue(faults.hasActed());
    }
}
