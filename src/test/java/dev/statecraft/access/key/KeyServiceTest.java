package dev.statecraft.access.key;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.access.AccessParts;
import dev.statecraft.access.Scope;
import dev.statecraft.leaderboard.MovingClock;
import dev.statecraft.local.Meter;
import dev.statecraft.testing.OnDynamoDbLocal;
import dev.statecraft.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The key cache of an instance, on DynamoDB Local. */
@OnDynamoDbLocal
class KeyServiceTest {

    private static final int CACHED = 20;

    private final Meter meter = new Meter();
    private final MovingClock clock = new MovingClock(Instant.now());
    private final KeyService keys = new AccessParts(
                    TestDatabase.client(meter),
                    TestDatabase.freshTables(),
                    clock,
                    Map.of("key-cache", "PT5S", "cached-keys", Integer.toString(CACHED)))
            .keys();

    private KeyFormat key() {
        KeyService.Created created = assertInstanceOf(
                KeyService.Created.class,
                keys.create(new KeyService.NewKey("g", "servers", Set.of(Scope.STATE_READ), false, null), "test"));
        return KeyFormat.read(created.text()).orElseThrow();
    }

    @Test
    void unknownKeys_doNotEvictCachedKeys() {
        KeyFormat key = key();
        assertTrue(keys.find(key).isPresent());
        Random random = new Random(7);
        for (int i = 0; i < 3 * CACHED; i++) {
            assertTrue(keys.find(KeyFormat.random(random)).isEmpty());
        }
        meter.take();
        assertTrue(keys.find(key).isPresent());
        assertEquals(0, meter.take().requests(), "the key was read again");
    }

    @Test
    void unknownKey_isReadOncePerCachePeriod() {
        KeyFormat made = KeyFormat.random(new Random(8));
        meter.take();
        for (int i = 0; i < 5; i++) {
            assertTrue(keys.find(made).isEmpty());
        }
        assertEquals(1, meter.take().requests());
        clock.move(Duration.ofSeconds(6));
        assertTrue(keys.find(made).isEmpty());
        assertEquals(1, meter.take().requests());
    }

    @Test
    void revokedKey_isRejectedAfterTheCachePeriod() {
        KeyFormat key = key();
        assertTrue(keys.find(key).isPresent());
        keys.revoke("g", key.id());
        assertTrue(keys.find(key).isEmpty());
        assertTrue(keys.find(key).isEmpty());
    }
}
