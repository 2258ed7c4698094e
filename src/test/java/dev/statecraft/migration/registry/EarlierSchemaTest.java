package dev.statecraft.migration.registry;

import static dev.statecraft.migration.Laboratory.GAME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.http.ProblemException;
import dev.statecraft.migration.JsonFixtures;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.Replica;
import dev.statecraft.replication.command.Command;
import dev.statecraft.replication.command.EntityUpdate;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.command.SessionUse;
import dev.statecraft.replication.command.Source;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.CommitResult.Done;
import dev.statecraft.replication.commit.CommitResult.Refused;
import dev.statecraft.replication.entity.EntityService.Decided;
import dev.statecraft.replication.entity.EntityService.Updated;
import dev.statecraft.replication.entity.SessionService.NotStarted;
import dev.statecraft.replication.entity.SessionService.SessionRequest;
import dev.statecraft.replication.entity.SessionService.Started;
import dev.statecraft.replication.feed.Feed;
import dev.statecraft.replication.feed.FeedCursor;
import dev.statecraft.replication.feed.PlayerFeed;
import dev.statecraft.replication.feed.SyncService.SyncCursors;
import dev.statecraft.replication.feed.SyncService.Wait;
import dev.statecraft.replication.guard.Guard;
import dev.statecraft.replication.guard.GuardReader;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.replication.state.JsonValues;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.replication.type.EntityType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Game servers of the release before a migration, which live on after it, write and read beside those of the new one. */
class EarlierSchemaTest {

    private static final String OLD = "0.0.0";
    private static final String ARENA = "arena";

    private final Laboratory lab = new Laboratory();
    private final Realm realm = lab.realm;

    private void migrate(String up, String more) {
        lab.register(Laboratory.definition("1.0.0", up, more));
        lab.apply(GAME);
        assertEquals("1.0.0", lab.read(ARENA, "ada").schemaVersion());
    }

    /** The coins move into a wallet, and each player gets a purse. */
    private void migrateWallet() {
        lab.create(ARENA, "ada", "{'coins': 10, 'name': 'Ada'}");
        migrate(
                "{'operations': [{'op': 'rename', 'from': 'coins', 'path': '/wallet/coins'},"
                        + " {'op': 'default', 'path': 'purse', 'value': 0}]}",
                ", 'down': {'operations': [{'op': 'remove', 'path': 'purse'},"
                        + " {'op': 'rename', 'from': '/wallet/coins', 'path': 'coins'}, {'op': 'remove', 'path': 'wallet'}]}");
    }

    private CommitResult update(String operations, String version, @Nullable Long base, Guard guard) {
        EntityUpdate update = new EntityUpdate(
                Realm.operations(operations).edit(),
                base,
                null,
                new TreeMap<>(),
                null,
                guard,
                SessionUse.NONE,
                version);
        Updated updated = realm.entities.update(
                GAME, ARENA, "ada", update, new Source("old", null), new IdempotencyKey(null, operations));
        return ((Decided) realm.answers.of(GAME, updated, version)).result();
    }

    private CommitResult update(String operations, String version) {
        return update(operations, version, null, Guard.NONE);
    }

    private static void assertState(String expected, Entity entity) {
        assertEquals(Realm.canonical(expected), JsonValues.canonical(entity.json()));
    }

    @Test
    void updateIsAppliedInItsVersionAndKeepsWhatNewServersWrote() {
        migrateWallet();
        lab.update(GAME, ARENA, "ada", "{'set': {'purse': 50}}");
        Done done = assertInstanceOf(Done.class, update("{'increment': {'coins': 5}}", OLD));
        assertState("{'coins': 15, 'name': 'Ada'}", done.entity());
        assertEquals(OLD, done.entity().schemaVersion());
        assertState("{'wallet': {'coins': 15}, 'purse': 50, 'name': 'Ada'}", lab.read(ARENA, "ada"));
        assertEquals("1.0.0", lab.read(ARENA, "ada").schemaVersion());
    }

    @Test
    void wholeStateOfAnOldServerKeepsWhatNewServersWrote() {
        migrateWallet();
        lab.update(GAME, ARENA, "ada", "{'set': {'purse': 50}}");
        EntityUpdate whole = new EntityUpdate(
                new EntityUpdate.Replace(JsonFixtures.of("{'coins': 7, 'name': 'Bo'}")),
                null,
                null,
                new TreeMap<>(),
                null,
                Guard.NONE,
                SessionUse.NONE,
                OLD);
        realm.entities.update(GAME, ARENA, "ada", whole, new Source("old", null), new IdempotencyKey(null, ""));
        assertState("{'wallet': {'coins': 7}, 'purse': 50, 'name': 'Bo'}", lab.read(ARENA, "ada"));
    }

    @Test
    void conflictIsDecidedAndExplainedInTheVersionOfTheSender() {
        migrateWallet();
        lab.update(GAME, ARENA, "ada", "{'set': {'/wallet/coins': 20}}");
        CommitResult result = update("{'set': {'coins': 12}}", OLD, 1L, Guard.NONE);
        // PLAYER_DATA merges numbers by their maximum.
        assertState(
                "{'coins': 20, 'name': 'Ada'}",
                assertInstanceOf(Done.class, result).entity());
        assertTrue(Objects.requireNonNull(((Done) result).entity().conflicts())
                .value()
                .toString()
                .contains("\"path\":\"coins\""));
    }

    @Test
    void guardNamesPathsOfTheVersionOfTheSender() {
        migrateWallet();
        Guard guard =
                ((GuardReader.Read) GuardReader.parse("guard", JsonFixtures.of("{'/coins': {'min': 0}}"), 10)).guard();
        CommitResult result = update("{'increment': {'coins': -11}}", OLD, null, guard);
        assertInstanceOf(
                Rejection.GuardFailed.class,
                assertInstanceOf(Refused.class, result).rejection());
        assertInstanceOf(Done.class, update("{'increment': {'coins': -10}}", OLD, null, guard));
    }

    @Test
    void migrationWithoutAWayBackRejectsAndSaysWhichOne() {
        lab.create(ARENA, "ada", "{'coins': 10, 'title': 'Dr'}");
        migrate("{'expression': 'merge(state, {\\\"gold\\\": state.coins})'}", "");
        CommitResult result = update("{'increment': {'coins': 5}}", OLD);
        Rejection.SchemaUnavailable reason = assertInstanceOf(
                Rejection.SchemaUnavailable.class,
                assertInstanceOf(Refused.class, result).rejection());
        assertTrue(reason.reason().contains("1.0.0"), reason.reason());
        assertState("{'coins': 10, 'gold': 10, 'title': 'Dr'}", lab.read(ARENA, "ada"));
        assertThrows(ProblemException.class, () -> pull(new Replica("old"), OLD));
        SessionRequest session = new SessionRequest("old", 60, false, null, OLD, 0);
        assertInstanceOf(
                NotStarted.class,
                realm.sessions.start(GAME, new EntityKey(ARENA, "ada"), session, new Source("old", null)));
        assertFalse(lab.read(ARENA, "ada").session().isHeld(), "no session without a state to show");
    }

    @Test
    void sessionCreatesAndShowsAnEntityInTheVersionOfTheServer() {
        migrateWallet();
        SessionRequest request = new SessionRequest(
                "old",
                60,
                false,
                new Command.NewState("PLAYER_DATA", JsonFixtures.of("{'coins': 3, 'name': 'Bo'}")),
                OLD,
                0);
        Started started = assertInstanceOf(
                Started.class,
                realm.sessions.start(GAME, new EntityKey(ARENA, "bo"), request, new Source("old", null)));
        assertState("{'wallet': {'coins': 3}, 'purse': 0, 'name': 'Bo'}", lab.read(ARENA, "bo"));
        assertState("{'coins': 3, 'name': 'Bo'}", realm.answers.of(GAME, started.entity(), OLD));
    }

    /** E3, E5 and M2 on both sides: each server sees its own form only, and both see every write. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void serversOfBothReleasesSeeEveryWriteInTheirOwnForm(long seed) {
        Random random = new Random(seed);
        migrateWallet();
        Replica old = new Replica("old " + seed);
        Replica current = new Replica("new " + seed);
        Replica player = new Replica("player " + seed);
        realm.players.subscribe(GAME, "p1", ARENA, "ada");
        long coins = 10;
        long purse = 0;
        String name = "Ada";
        for (int i = 0; i < 40; i++) {
            switch (random.nextInt(6)) {
                case 0 -> {
                    coins += 3;
                    assertInstanceOf(Done.class, update("{'increment': {'coins': 3}}", OLD), "seed " + seed);
                }
                case 1 -> {
                    name = "old" + i;
                    assertInstanceOf(Done.class, update("{'set': {'name': '" + name + "'}}", OLD), "seed " + seed);
                }
                case 2 -> {
                    coins -= 1;
                    lab.update(GAME, ARENA, "ada", "{'increment': {'/wallet/coins': -1}}");
                }
                case 3 -> {
                    purse += 2;
                    lab.update(GAME, ARENA, "ada", "{'increment': {'purse': 2}}");
                }
                case 4 -> {
                    pull(old, OLD);
                    pullPlayer(player);
                }
                default -> pull(current, null);
            }
        }
        pull(old, OLD);
        pullPlayer(player);
        pull(current, null);
        ObjectNode oldForm = JsonFixtures.of("{'coins': " + coins + ", 'name': '" + name + "'}");
        ObjectNode newForm =
                JsonFixtures.of("{'wallet': {'coins': " + coins + "}, 'purse': " + purse + ", 'name': '" + name + "'}");
        Entity stored = lab.read(ARENA, "ada");
        assertState(newForm.toString(), stored);
        current.assertHolds(Map.of("ada", stored));
        old.assertHolds(Map.of("ada", stored.in(OLD, oldForm)));
        player.assertHolds(Map.of(PlayerFeed.key(ARENA, "ada"), stored.in(OLD, oldForm)));
    }

    /** A type without history keeps no version but the current one, so a step of an earlier one cannot be converted. */
    @Test
    void clientGetsASnapshotIfAVersionIsNoLongerStored() {
        Laboratory without = new Laboratory(Map.of(), List.of(), new ExecutionInterceptor() {});
        without.realm.types.put(
                GAME, new EntityType("PLAYER_DATA", Strategy.MERGE, Strategy.SERVER_WINS, new TreeMap<>(), true, 0));
        without.create(ARENA, "ada", "{'coins': 10, 'text': '" + "long ".repeat(30) + "'}");
        without.register(Laboratory.definition(
                "1.0.0", "{'operations': [{'op': 'rename', 'from': 'coins', 'path': 'gold'}]}", ""));
        without.apply(GAME);
        Replica old = new Replica("old");
        pull(without.realm, old, OLD);
        without.update(GAME, ARENA, "ada", "{'increment': {'gold': 1}}");
        without.update(GAME, ARENA, "ada", "{'increment': {'gold': 1}}");
        Feed feed = pull(without.realm, old, OLD);
        assertTrue(feed.resync());
        assertEquals(
                12,
                Objects.requireNonNull(feed.snapshot())
                        .entities()
                        .get(0)
                        .json()
                        .get("coins")
                        .intValue());
    }

    private void pullPlayer(Replica replica) {
        SyncCursors cursors = new SyncCursors(Map.of(), "p1", replica.playerCursor, OLD);
        replica.take(Objects.requireNonNull(
                realm.sync.pull(GAME, cursors, Wait.NONE, 1_000_000).player()));
    }

    private void pull(Replica replica, @Nullable String version) {
        pull(realm, replica, version);
    }

    private static Feed pull(Realm realm, Replica replica, @Nullable String version) {
        Map<String, @Nullable FeedCursor> cursors = new HashMap<>();
        cursors.put(ARENA, replica.cursor);
        Feed feed = Objects.requireNonNull(realm.sync
                .pull(GAME, new SyncCursors(cursors, null, null, version), Wait.NONE, 1_000_000)
                .spaces()
                .get(ARENA));
        replica.take(feed);
        return feed;
    }
}
