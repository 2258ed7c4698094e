package dev.statecraft.replication.log;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SERVER;
import static dev.statecraft.replication.Realm.SPACE;
import static dev.statecraft.replication.Realm.done;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.entity.EntityService;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.testing.fault.AwsOperation;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HistoryServiceTest {

    private final FaultyDynamo faults = new FaultyDynamo();
    private final Realm realm = new Realm(Map.of(), faults, Clock.systemUTC());

    /** Otherwise the base of an update would be unknown, and every difference would be a conflict. */
    @Test
    void versionStoredDuringTheReadIsFound() {
        done(realm.entities.create(
                GAME,
                SPACE,
                new EntityService.NewEntity("e", "UI_STATE", Realm.json("{'a': 1}"), null),
                SERVER,
                new IdempotencyKey(null, "")));
        done(realm.update("e", "{'set': {'a': 2}}", null));
        Entity current = realm.read("e");
        faults.beforeNext(Set.of(AwsOperation.QUERY), realm::drain);
        assertEquals(
                Realm.json("{'a': 1}"),
                realm.history.at(GAME, current, 1).orElseThrow().json());
        assertTrue(faults.hasActed());
    }
}
