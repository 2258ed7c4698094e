package dev.statecraft.replication.entity;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SERVER;
import static dev.statecraft.replication.Realm.SPACE;
import static dev.statecraft.replication.Realm.done;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.statecraft.replication.Realm;
import dev.statecraft.replication.commit.CommitService.Refused;
import dev.statecraft.replication.commit.CommitService.Result;
import dev.statecraft.replication.commit.Rejection;
import dev.statecraft.replication.state.Entity;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which versions somebody may go back to, on real tables. An id may have been several things one after the other. */
class RevertTest {

    private static final Source ADA = new Source("ada", "ada", true);
    private static final Source BOB = new Source("bob", "bob", true);

    private final Realm realm = new Realm();

    /** Version 1 is something else; version 3 is Ada's. */
    private void becomesAdas(String type, @Nullable String owner, Source source) {
        done(create(type, owner, source, "{'gold': 1000}"));
        done(realm.entities.delete(GAME, SPACE, "e", null, source, new IdempotencyKey(null, "")));
        done(create("PLAYER_DATA", "ada", ADA, "{'gold': 1}"));
        realm.drain();
    }

    private Result create(String type, @Nullable String owner, Source source, String state) {
        return realm.entities.create(
                GAME,
                SPACE,
                new EntityService.NewEntity("e", type, Realm.json(state), owner),
                source,
                new IdempotencyKey(null, ""));
    }

    private Result revert(long version, Source source) {
        return realm.entities.revert(GAME, SPACE, "e", version, source, new IdempotencyKey(null, ""));
    }

    @Test
    void aPlayerDoesNotGoBackToWhatAServerHadThere() {
        becomesAdas("GAME_STATE", null, SERVER);
        assertInstanceOf(Rejection.Forbidden.class, refusal(revert(1, ADA)));
        assertEquals("PLAYER_DATA", realm.read("e").type());
        assertEquals(3, realm.read("e").version());
    }

    @Test
    void aPlayerDoesNotGoBackToWhatAnotherPlayerOrNobodyHadThere() {
        becomesAdas("PLAYER_DATA", "bob", BOB);
        assertInstanceOf(Rejection.Forbidden.class, refusal(revert(1, ADA)));
        assertInstanceOf(Rejection.Forbidden.class, refusal(revert(1, BOB)));
        done(realm.entities.delete(GAME, SPACE, "e", null, ADA, new IdempotencyKey(null, "")));
        assertInstanceOf(Rejection.Forbidden.class, refusal(revert(1, ADA)));
        assertInstanceOf(Rejection.Forbidden.class, refusal(revert(1, BOB)));
    }

    @Test
    void aPlayerGoesBackToItsOwn() {
        becomesAdas("GAME_STATE", null, SERVER);
        done(realm.update("e", "{'set': {'gold': 5}}", null));
        assertEquals(Realm.json("{'gold': 1}"), done(revert(3, ADA)).json());
        done(realm.entities.delete(GAME, SPACE, "e", null, ADA, new IdempotencyKey(null, "")));
        Entity again = done(revert(4, ADA));
        assertEquals(Realm.json("{'gold': 5}"), again.json());
        assertEquals("ada", again.owner());
    }

    /** What an entity is does not change under those who follow it: it ends first, as it would to be created anew. */
    @Test
    void aServerGoesBackToWhatWasSomethingElseOnceTheEntityIsDeleted() {
        becomesAdas("GAME_STATE", null, SERVER);
        Rejection.Unfit unfit = assertInstanceOf(Rejection.Unfit.class, refusal(revert(1, SERVER)));
        assertEquals("version", unfit.field());
        done(realm.delete("e"));
        Entity again = done(revert(1, SERVER));
        assertEquals("GAME_STATE", again.type());
        assertEquals(null, again.owner());
        assertEquals(Realm.json("{'gold': 1000}"), again.json());
        assertEquals(5, again.version());
    }

    @Test
    void aServerGivesWhatItBringsBackToWhomItBelonged() {
        becomesAdas("PLAYER_DATA", "bob", BOB);
        assertInstanceOf(Rejection.Unfit.class, refusal(revert(1, SERVER)));
        done(realm.delete("e"));
        assertEquals("bob", done(revert(1, SERVER)).owner());
    }

    private static Rejection refusal(Result result) {
        return assertInstanceOf(Refused.class, result).refusal();
    }
}
