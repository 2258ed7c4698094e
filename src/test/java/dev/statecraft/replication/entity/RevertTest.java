package dev.statecraft.replication.entity;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SERVER;
import static dev.statecraft.replication.Realm.SPACE;
import static dev.statecraft.replication.Realm.done;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.Command;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.command.Source;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.CommitResult.Refused;
import dev.statecraft.replication.state.Entity;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Permitted reverts on real tables. An id may have had several types and owners. */
class RevertTest {

    private static final Source ADA = new Source("ada", "ada", true);
    private static final Source BOB = new Source("bob", "bob", true);

    private final Realm realm = new Realm();

    /** Version 1 has the given type and owner; version 3 is owned by Ada. */
    private void recreateOwnedByAda(String type, @Nullable String owner, Source source) {
        done(create(type, owner, source, "{'gold': 1000}"));
        done(realm.entities.delete(
                GAME, SPACE, "e", new Command.Delete(null, null, source), new IdempotencyKey(null, "")));
        done(create("PLAYER_DATA", "ada", ADA, "{'gold': 1}"));
        realm.drain();
    }

    private CommitResult create(String type, @Nullable String owner, Source source, String state) {
        return realm.entities.create(
                GAME,
                SPACE,
                new EntityService.NewEntity("e", type, Realm.json(state), owner),
                source,
                new IdempotencyKey(null, ""));
    }

    private CommitResult revert(long version, Source source) {
        return realm.entities.revert(
                GAME, SPACE, "e", new Command.Revert(version, null, source), new IdempotencyKey(null, ""));
    }

    @Test
    void playerCannotRestoreServerEntity() {
        recreateOwnedByAda("GAME_STATE", null, SERVER);
        assertInstanceOf(Rejection.Forbidden.class, rejection(revert(1, ADA)));
        assertEquals("PLAYER_DATA", realm.read("e").type());
        assertEquals(3, realm.read("e").version());
    }

    @Test
    void playerCannotRestoreForeignOrUnownedEntity() {
        recreateOwnedByAda("PLAYER_DATA", "bob", BOB);
        assertInstanceOf(Rejection.Forbidden.class, rejection(revert(1, ADA)));
        assertInstanceOf(Rejection.Forbidden.class, rejection(revert(1, BOB)));
        done(realm.entities.delete(
                GAME, SPACE, "e", new Command.Delete(null, null, ADA), new IdempotencyKey(null, "")));
        assertInstanceOf(Rejection.Forbidden.class, rejection(revert(1, ADA)));
        assertInstanceOf(Rejection.Forbidden.class, rejection(revert(1, BOB)));
    }

    @Test
    void playerRestoresOwnEntity() {
        recreateOwnedByAda("GAME_STATE", null, SERVER);
        done(realm.update("e", "{'set': {'gold': 5}}", null));
        assertEquals(Realm.json("{'gold': 1}"), done(revert(3, ADA)).json());
        done(realm.entities.delete(
                GAME, SPACE, "e", new Command.Delete(null, null, ADA), new IdempotencyKey(null, "")));
        Entity again = done(revert(4, ADA));
        assertEquals(Realm.json("{'gold': 5}"), again.json());
        assertEquals("ada", again.owner());
    }

    /** A revert does not change the type of an existing entity. The entity must be deleted first. */
    @Test
    void serverRestoresEarlierEntityAfterDeletion() {
        recreateOwnedByAda("GAME_STATE", null, SERVER);
        Rejection.Invalid invalid = assertInstanceOf(Rejection.Invalid.class, rejection(revert(1, SERVER)));
        assertEquals("version", invalid.field());
        done(realm.delete("e"));
        Entity again = done(revert(1, SERVER));
        assertEquals("GAME_STATE", again.type());
        assertEquals(null, again.owner());
        assertEquals(Realm.json("{'gold': 1000}"), again.json());
        assertEquals(5, again.version());
    }

    @Test
    void serverRestoreKeepsEarlierOwner() {
        recreateOwnedByAda("PLAYER_DATA", "bob", BOB);
        assertInstanceOf(Rejection.Invalid.class, rejection(revert(1, SERVER)));
        done(realm.delete("e"));
        assertEquals("bob", done(revert(1, SERVER)).owner());
    }

    private static Rejection rejection(CommitResult result) {
        return assertInstanceOf(Refused.class, result).rejection();
    }
}
