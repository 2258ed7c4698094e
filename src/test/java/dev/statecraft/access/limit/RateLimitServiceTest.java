package dev.statecraft.access.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.access.AccessParts;
import dev.statecraft.access.Caller;
import dev.statecraft.http.ProblemException;
import dev.statecraft.leaderboard.MovingClock;
import dev.statecraft.local.Meter;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.TestDatabase;
import dev.statecraft.testing.fault.FaultKind;
import dev.statecraft.testing.fault.FaultPlan;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Several instances share token buckets in DynamoDB Local. */
class RateLimitServiceTest {

    private static final Map<String, String> SETTINGS = Map.of(
            "limits.requests-per-second", "100", "limits.burst", "200", "limits.player-requests-per-second", "5");

    private final TableNames tables = TestDatabase.freshTables();
    /** Starts at the current time, because DynamoDB Local expires items by real time. */
    private final MovingClock clock = new MovingClock(Instant.now());

    private final Meter meter = new Meter();

    private RateLimitService instance() {
        return new AccessParts(TestDatabase.client(meter), tables, clock, SETTINGS).limits();
    }

    private static boolean passes(RateLimitService limits, Caller caller) {
        try {
            limits.acquire(caller);
            return true;
        } catch (ProblemException e) {
            assertEquals(429, e.problem().status());
            assertTrue(Objects.requireNonNull(e.problem().retryAfterSeconds()) >= 1);
            return false;
        }
    }

    @Test
    void instancesTogether_allowTheBurstAndThenTheRate() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<RateLimitService> instances =
                IntStream.range(0, 4).mapToObj(i -> instance()).toList();
        Caller caller = AccessParts.server("g", "k1");
        int served = 0;
        int asked = 0;
        for (int millis = 0; millis < 10_000; millis += 5) {
            clock.move(Duration.ofMillis(5));
            asked += 2;
            for (int i = 0; i < 2; i++) {
                served += passes(instances.get(random.nextInt(4)), caller) ? 1 : 0;
            }
        }
        assertEquals(4_000, asked);
        // A burst of 200, then 100 per second for ten seconds, minus the unused tokens of the instances.
        assertTrue(served <= 1_200, "served " + served + ", seed " + seed);
        assertTrue(served >= 1_000, "served " + served + ", seed " + seed);
        long writes = meter.take().requests();
        System.out.printf("%d requests served of %d, %d requests to the store%n", served, asked, writes);
        assertTrue(writes * 2 < served, "requests to the store: " + writes + ", seed " + seed);
    }

    @Test
    void callerBelowItsRate_isNeverRejected() {
        RateLimitService limits = instance();
        Caller busy = AccessParts.server("g", "busy");
        while (passes(limits, busy)) {
            clock.move(Duration.ofNanos(1));
        }
        for (int i = 0; i < 100; i++) {
            assertTrue(passes(limits, AccessParts.server("g", "slow")));
            assertTrue(passes(limits, AccessParts.player("g", "busy", "ada")));
            clock.move(Duration.ofMillis(250));
        }
    }

    @Test
    void player_hasOneBucketForAllItsTokens() {
        RateLimitService limits = instance();
        int served = 0;
        for (int i = 0; i < 100; i++) {
            served += passes(limits, AccessParts.player("g", "key" + i % 2, "ada")) ? 1 : 0;
        }
        assertEquals(60, served);
        assertTrue(passes(limits, AccessParts.player("g", "key1", "bob")));
        assertTrue(passes(limits, AccessParts.player("other", "key1", "ada")));
        clock.move(Duration.ofSeconds(2));
        served = 0;
        while (passes(limits, AccessParts.player("g", "key1", "ada"))) {
            served++;
        }
        assertEquals(10, served);
    }

    @Test
    void waiting_costsTokensForPlayersOnly() {
        RateLimitService limits = instance();
        Caller ada = AccessParts.player("g", "key1", "ada");
        int seconds = 0;
        while (limits.acquireWaiting(ada)) {
            seconds++;
        }
        assertEquals(60, seconds);
        assertFalse(passes(limits, ada), "waiting and asking use the same tokens");
        Caller server = AccessParts.server("g", "waiting");
        for (int i = 0; i < 300; i++) {
            assertTrue(limits.acquireWaiting(server));
        }
        assertTrue(passes(limits, server));
    }

    @Test
    void emptyBucket_rejectsWithoutRead() {
        RateLimitService limits = instance();
        Caller caller = AccessParts.server("g", "k2");
        while (passes(limits, caller)) {
            clock.move(Duration.ofNanos(1));
        }
        meter.take();
        for (int i = 0; i < 50; i++) {
            assertFalse(passes(limits, caller));
        }
        assertEquals(0, meter.take().requests());
    }

    @Test
    void unreachableStore_rejectsNoRequest() {
        FaultyDynamo down = new FaultyDynamo().plan(FaultPlan.NONE.with(FaultKind.FAIL_BEFORE_SEND, 1));
        RateLimitService limits = new AccessParts(TestDatabase.client(down), tables, clock, SETTINGS).limits();
        for (int i = 0; i < 20; i++) {
            assertTrue(passes(limits, AccessParts.server("g", "k3")));
        }
        assertTrue(down.fired().getOrDefault(FaultKind.FAIL_BEFORE_SEND, 0L) > 0);
    }

    @Test
    void disabledLimit_writesNothing() {
        RateLimitService limits = new AccessParts(
                        TestDatabase.client(meter),
                        tables,
                        clock,
                        Map.of("limits.requests-per-second", "0", "limits.player-requests-per-second", "0"))
                .limits();
        meter.take();
        limits.acquire(AccessParts.server("g", "k4"));
        limits.acquire(AccessParts.player("g", "k4", "ada"));
        assertEquals(0, meter.take().requests());
    }

    @Test
    void nonce_isAcceptedOnce() {
        LimitStore nonces = new AccessParts(TestDatabase.client(meter), tables, clock, SETTINGS).limitStore();
        Instant now = clock.instant();
        assertTrue(nonces.useNonce("g", "k", "n1", now, Duration.ofMinutes(10)));
        assertFalse(nonces.useNonce("g", "k", "n1", now, Duration.ofMinutes(10)));
        assertTrue(nonces.useNonce("g", "k", "n2", now, Duration.ofMinutes(10)));
        assertTrue(nonces.useNonce("g", "k2", "n1", now, Duration.ofMinutes(10)));
        assertThrows(
                IllegalArgumentException.class, () -> nonces.useNonce("g", "k", "a#b", now, Duration.ofMinutes(1)));
    }

    /** The SDK sends the write again after a lost response. The second attempt finds the nonce of the first one. */
    @Test
    void nonceThatTheSdkStoresTwice_isAcceptedOnce() {
        FaultyDynamo faults = new FaultyDynamo();
        LimitStore nonces = new AccessParts(TestDatabase.client(faults), tables, clock, SETTINGS).limitStore();
        Instant now = clock.instant();
        faults.resendOnce(0);
        assertTrue(nonces.useNonce("g", "k", "n1", now, Duration.ofMinutes(10)));
        assertEquals(1, faults.fired().get(FaultKind.RESENT));
        assertFalse(nonces.useNonce("g", "k", "n1", now, Duration.ofMinutes(10)));
    }
}
