package dev.statecraft.replication.log;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SERVER;
import static dev.statecraft.replication.Realm.SPACE;
import static dev.statecraft.replication.Realm.done;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.local.Meanwhile;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.entity.EntityService;
import dev.statecraft.replication.entity.IdempotencyKey;
import dev.statecraft.replication.state.Entity;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;

class HistoryServiceTest {

    private final Meanwhile meanwhile = new Meanwhile(List.of(QueryRequest.class));
    private final Realm realm = new Realm(Map.of(), meanwhile, Clock.systemUTC());

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
        meanwhile.happens(realm::drain);
        assertEquals(
                Realm.json("{'a': 1}"),
                realm.history.at(GAME, current, 1).orElseThrow().json());
        assertTrue(meanwhile.hasHappened());
    }
}
