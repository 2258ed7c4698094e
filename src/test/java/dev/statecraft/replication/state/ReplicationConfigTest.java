package dev.statecraft.replication.state;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SPACE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.Command;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.feed.SyncService;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Each configuration option of the original Luau API has its documented effect. */
class ReplicationConfigTest {

    private static Realm realm(Map<String, String> settings) {
        return new Realm(settings, new ExecutionInterceptor() {}, Clock.systemUTC());
    }

    @Test
    void defaultsEqualTheOriginalApi() {
        ReplicationConfig config = Realm.config(Map.of());
        assertEquals(100, config.maxStateHistory());
        assertEquals(Duration.ofMillis(100), config.replicationInterval());
        assertEquals(Duration.ofSeconds(5), config.conflictResolutionTimeout());
        assertTrue(config.stateCompression());
        assertTrue(config.versionControl());
        assertEquals(50, config.maxPendingUpdates());
    }

    @Test
    void statesAreCompressedByDefault() {
        String state = "{'text': '" + "abc".repeat(2000) + "'}";
        Realm compressing = realm(Map.of());
        Realm plain = realm(Map.of("state-compression", "false"));
        for (Realm realm : new Realm[] {compressing, plain}) {
            realm.create("a", "UI_STATE", state);
            PackedJson stored = Objects.requireNonNull(realm.read("a").state());
            assertEquals(realm == compressing, stored.isDeflated());
            assertEquals(Realm.json(state), stored.value());
            realm.drain();
        }
        assertTrue(compressing.statistics.of(GAME).compression().ratio() < 0.1);
        assertTrue(plain.statistics.of(GAME).compression().ratio() >= 1);
        Realm reader = new Realm(
                compressing.tables,
                Map.of("state-compression", "false"),
                new ExecutionInterceptor() {},
                Clock.systemUTC());
        assertEquals(Realm.json(state), reader.read("a").json());
    }

    @Test
    void disabledVersionControlStoresNoHistory() {
        Realm realm = realm(Map.of("version-control", "false"));
        realm.create("a", "UI_STATE", "{'n': 0}");
        realm.update("a", "{'increment': {'n': 1}}", null);
        realm.drain();
        assertTrue(realm.reader.readAt(GAME, SPACE, "a", 1).isEmpty());
        assertTrue(realm.historyStore.upTo(GAME, SPACE, "a", 10, 10).versions().isEmpty());
        assertEquals(0, realm.statistics.of(GAME).totalStateHistory());
        assertInstanceOf(
                CommitResult.Refused.class,
                realm.entities.revert(
                        GAME, SPACE, "a", new Command.Revert(1, null, Realm.SERVER), new IdempotencyKey(null, "")));
    }

    @Test
    void historyIsLimitedToTheConfiguredNumberOfVersions() {
        Realm realm = realm(Map.of("max-state-history", "3"));
        realm.create("a", "UI_STATE", "{'n': 0}");
        for (int i = 0; i < 6; i++) {
            realm.update("a", "{'increment': {'n': 1}}", null);
        }
        assertFalse(realm.reader.readAt(GAME, SPACE, "a", 4).isPresent());
        assertTrue(realm.reader.readAt(GAME, SPACE, "a", 5).isPresent());
        realm.drain();
        assertEquals(
                3,
                realm.historyStore.upTo(GAME, SPACE, "a", 100, 100).versions().size());
    }

    @Test
    void replicationIntervalSetsThePollInterval() {
        assertEquals(
                700,
                realm(Map.of("replication-interval", "700ms"))
                        .sync
                        .pull(GAME, new SyncService.SyncCursors(Map.of(), null, null), SyncService.Wait.NONE, 1000)
                        .nextPollMillis());
        long pace = realm(Map.of())
                .sync
                .pull(GAME, new SyncService.SyncCursors(Map.of(), null, null), SyncService.Wait.NONE, 1000)
                .nextPollMillis();
        assertTrue(60_000 / pace < 500, "a Roblox server may make 500 requests a minute");
    }
}
