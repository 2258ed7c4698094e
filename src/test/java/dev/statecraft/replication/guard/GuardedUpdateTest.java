package dev.statecraft.replication.guard;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SERVER;
import static dev.statecraft.replication.Realm.SPACE;
import static dev.statecraft.replication.Realm.done;
import static dev.statecraft.replication.Realm.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.local.Meter;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.EntityUpdate;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.command.SessionUse;
import dev.statecraft.replication.command.Source;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.CommitResult.Refused;
import dev.statecraft.replication.entity.EntityService;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.dynamo.ModelDatabase;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GuardedUpdateTest {

    private static final String SPEND = "{'increment': {'coins': -30}}";
    private static final String NOT_NEGATIVE = "{'/coins': {'min': 0}}";

    private final ModelDatabase database = new ModelDatabase();
    private final Meter meter = new Meter();
    private final Realm realm = new Realm(
            Machine.real(),
            database.client(List.of(meter)),
            database::streams,
            database.freshTables(),
            Map.of("type-cache", "PT1H"));

    private static EntityUpdate guarded(
            EntityUpdate.Edit edit, @Nullable Long base, @Nullable Strategy strategy, String guard) {
        return new EntityUpdate(
                edit, base, null, new TreeMap<>(), strategy, GuardTest.guard(guard), SessionUse.NONE, null);
    }

    private static EntityUpdate.Edit edit(String operations) {
        return Realm.operations(operations).edit();
    }

    private Mutation mutation(String operations, String guard, @Nullable String id) {
        return realm.entities.mutation(
                GAME,
                "e",
                guarded(edit(operations), null, null, guard),
                SERVER,
                new IdempotencyKey(id, operations + guard));
    }

    private CommitResult commit(String operations, String guard) {
        return realm.commits.commit(GAME, SPACE, mutation(operations, guard, null));
    }

    private static Guard.Violation violation(CommitResult result) {
        Refused refused = assertInstanceOf(Refused.class, result);
        return assertInstanceOf(Rejection.GuardFailed.class, refused.rejection())
                .violation();
    }

    private void create(String state) {
        done(realm.create("e", "UI_STATE", state));
    }

    private long coins() {
        return realm.read("e").json().get("coins").longValue();
    }

    @Test
    void updateThatViolatesItsGuard_changesNothing() {
        create("{'coins': 50}");
        assertEquals(20, done(commit(SPEND, NOT_NEGATIVE)).json().get("coins").longValue());
        long seq = realm.head().seq();
        Guard.Violation violation = violation(commit(SPEND, NOT_NEGATIVE));
        assertEquals("/coins", violation.path());
        assertEquals("min", violation.rule());
        assertEquals(-10, violation.value().longValue());
        assertEquals(20, coins());
        assertEquals(seq, realm.head().seq());
    }

    @Test
    void everyFormOfAnEdit_obeysItsGuard() {
        create("{'coins': 50}");
        ObjectNode debt = json("{'coins': -1}");
        for (EntityUpdate.Edit edit :
                List.of(new EntityUpdate.Replace(debt), new EntityUpdate.Patch(debt), edit("{'set': {'coins': -1}}"))) {
            EntityUpdate update = guarded(edit, null, null, NOT_NEGATIVE);
            EntityService.Updated updated = realm.entities.update(
                    GAME, SPACE, "e", update, new Source("ada", "ada"), new IdempotencyKey(null, ""));
            violation(assertInstanceOf(EntityService.Decided.class, updated).result());
        }
        assertEquals(50, coins());
    }

    /** A value that an update sets is not what it requires of the state before. */
    @Test
    void preconditions_areCheckedOnTheStateBefore() {
        create("{'level': 3}");
        String levelThree = "{'level': {'equals': 3}, 'flag': {'exists': false}}";
        done(commit("{'set': {'level': 4, 'flag': true}}", levelThree));
        assertEquals(
                "flag", violation(commit("{'set': {'level': 3}}", levelThree)).path());
        done(commit("{'unset': ['flag']}", "{'flag': {'exists': true}}"));
        assertEquals(
                "equals", violation(commit("{'set': {'level': 3}}", levelThree)).rule());
    }

    /** The result is the merged state, not the one that was sent. */
    @Test
    void resultRules_areCheckedOnTheMergedState() {
        done(realm.create("e", "PLAYER_DATA", "{'coins': 5}"));
        done(realm.update("e", "{'set': {'coins': 80}}", null));
        EntityUpdate merged = guarded(edit("{'set': {'coins': 7}}"), 1L, Strategy.MERGE, "{'coins': {'max': 10}}");
        EntityService.Updated updated =
                realm.entities.update(GAME, SPACE, "e", merged, SERVER, new IdempotencyKey(null, ""));
        assertEquals(
                80,
                violation(((EntityService.Decided) updated).result()).value().longValue());
    }

    @Test
    void updatesOfOneCommit_areCheckedOneAfterTheOther() {
        create("{'coins': 50}");
        List<CommitResult> results = realm.commits.commit(
                GAME, SPACE, List.of(mutation(SPEND, NOT_NEGATIVE, null), mutation(SPEND, NOT_NEGATIVE, null)));
        done(results.get(0));
        violation(results.get(1));
        assertEquals(20, coins());
    }

    @Test
    void violatedGuard_rejectsItsAtomicBatch() {
        create("{'coins': 50}");
        Mutation gift = realm.entities.mutation(
                GAME, "e", Realm.operations("{'increment': {'coins': 1}}"), SERVER, new IdempotencyKey(null, ""));
        List<CommitResult> results = realm.commits.commitAtomically(
                GAME, SPACE, List.of(gift, mutation(SPEND, NOT_NEGATIVE, null), mutation(SPEND, NOT_NEGATIVE, null)));
        assertInstanceOf(CommitResult.BatchRejected.class, results.get(0));
        violation(results.get(2));
        assertEquals(50, coins());
    }

    @Test
    void repeatedUpdate_isNotCheckedAgain() {
        create("{'coins': 50}");
        done(realm.commits.commit(GAME, SPACE, mutation(SPEND, NOT_NEGATIVE, "m1")));
        assertTrue(assertInstanceOf(
                        CommitResult.Done.class, realm.commits.commit(GAME, SPACE, mutation(SPEND, NOT_NEGATIVE, "m1")))
                .replayed());
        assertInstanceOf(
                CommitResult.Reused.class,
                realm.commits.commit(GAME, SPACE, mutation(SPEND, "{'/coins': {'min': 1}}", "m1")));
    }

    @Test
    void guardedUpdate_costsWhatAnUnguardedOneDoes() {
        create("{'coins': 50}");
        done(realm.update("e", "{'increment': {'coins': -1}}", null));
        meter.take();
        done(realm.update("e", "{'increment': {'coins': -1}}", null));
        Meter.Reading unguarded = meter.take();
        done(commit("{'increment': {'coins': -1}}", NOT_NEGATIVE));
        assertEquals(unguarded, meter.take());
    }
}
