package dev.statecraft.replication.commit;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SPACE;
import static dev.statecraft.replication.Realm.done;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.leaderboard.MovingClock;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.Trees;
import dev.statecraft.replication.command.EntityUpdate;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.SessionUse;
import dev.statecraft.replication.commit.ConflictParking.Parked;
import dev.statecraft.replication.commit.ConflictResolution.Choice;
import dev.statecraft.replication.commit.ConflictService.ResolveResult;
import dev.statecraft.replication.entity.EntityService;
import dev.statecraft.replication.entity.EntityService.Updated;
import dev.statecraft.replication.guard.Guard;
import dev.statecraft.replication.guard.GuardReader;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.replication.type.EntityType;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Test setup: entities of one type with the strategy MANUAL on real tables. */
public final class ConflictRig {

    static final String UPDATE = "{'set': {'hp': 9}, 'append': {'log': ['b']}}";

    final MovingClock clock = new MovingClock(Instant.ofEpochMilli(4_000_000_000_000L));
    final FaultyDynamo faults = new FaultyDynamo();
    public final Realm realm = new Realm(Map.of("type-cache", "PT0S"), faults, clock);

    public Updated replace(String id, ObjectNode state, @Nullable Long baseVersion) {
        return realm.entities.update(
                GAME,
                SPACE,
                id,
                new EntityUpdate(new EntityUpdate.Replace(state), baseVersion, null, new TreeMap<>(), null),
                Realm.SERVER,
                new IdempotencyKey(null, ""));
    }

    ParkedConflict park(String mutationId) {
        return park(mutationId, "e");
    }

    /** An entity at version 2, and a parked update that is based on version 1. */
    ParkedConflict park(String mutationId, String entity) {
        return park(mutationId, entity, "{}");
    }

    ParkedConflict park(String mutationId, String entity, String guard) {
        if (realm.types.read(GAME, "DUEL").isEmpty()) {
            type(Strategy.SERVER_WINS);
        }
        done(realm.create(entity, "DUEL", "{'hp': 1, 'log': ['a']}"));
        done(realm.update(entity, "{'set': {'hp': 2}}", null));
        return assertInstanceOf(Parked.class, sent(mutationId, UPDATE, entity, guard))
                .conflict();
    }

    ConflictParking.Parking sent(String mutationId, String operations) {
        return sent(mutationId, operations, "e");
    }

    ConflictParking.Parking sent(String mutationId, String operations, String entity) {
        return sent(mutationId, operations, entity, "{}");
    }

    ConflictParking.Parking sent(String mutationId, String operations, String entity, String guard) {
        EntityUpdate.Edit edit = new EntityUpdate.Operate(Trees.operations(operations));
        Updated updated = realm.entities.update(
                GAME,
                SPACE,
                entity,
                new EntityUpdate(edit, 1L, null, new TreeMap<>(), null, guard(guard), SessionUse.NONE, null),
                Realm.SERVER,
                new IdempotencyKey(mutationId, operations));
        return assertInstanceOf(EntityService.Parked.class, updated).parking();
    }

    private static Guard guard(String json) {
        return ((GuardReader.Read) GuardReader.parse("guard", Trees.json(json), 20)).guard();
    }

    ResolveResult decide(ParkedConflict conflict, Choice choice, @Nullable ObjectNode state) {
        return realm.conflicts.resolve(GAME, conflict.id(), choice, state, "judge");
    }

    void type(Strategy fallback) {
        realm.types.put(GAME, new EntityType("DUEL", Strategy.MANUAL, fallback, new TreeMap<>(), true, null));
    }
}
