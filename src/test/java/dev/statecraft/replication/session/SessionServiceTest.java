package dev.statecraft.replication.session;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.Realm.SERVER;
import static dev.statecraft.replication.session.SessionRig.PROFILE;
import static dev.statecraft.replication.session.SessionRig.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.local.Meter;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.Command;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.CommitResult.Done;
import dev.statecraft.replication.commit.CommitResult.Refused;
import dev.statecraft.replication.entity.SessionService.HeldByOther;
import dev.statecraft.replication.entity.SessionService.Start;
import dev.statecraft.replication.entity.SessionService.Started;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.TransactionConflictException;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/** Sessions of one entity: grant, hand-over, expiry and end, in virtual time. */
class SessionServiceTest {

    @Test
    void firstSessionCreatesTheEntityAndItsHolderWrites() {
        SessionRig.run(rig -> {
            Started started = assertInstanceOf(Started.class, rig.start("one"));
            assertTrue(started.created());
            assertEquals(1, fence(started));
            assertEquals(1, started.entity().version());
            assertInstanceOf(Done.class, rig.update(1L, false));
            assertRejected(Rejection.SessionRequired.class, rig.update(null, false));
            assertEquals(1, rig.coins());
        });
    }

    @Test
    void sameHolderKeepsItsFence() {
        SessionRig.run(rig -> {
            rig.start("one");
            Started again = assertInstanceOf(Started.class, rig.start("one"));
            assertEquals(1, fence(again));
            assertFalse(again.created());
            assertEquals(1, again.entity().version(), "nothing was written");
        });
    }

    @Test
    void anotherServerIsRefusedAndTheHolderLearnsOfIt() {
        SessionRig.run(rig -> {
            rig.start("one");
            HeldByOther held = assertInstanceOf(HeldByOther.class, rig.start("two"));
            assertEquals("one", held.holder());
            assertEquals(60_000, held.expiresInMillis());
            assertEquals("two", rig.heartbeat(1).wantedBy());
        });
    }

    @Test
    void theftEndsTheSessionOfTheHolder() {
        SessionRig.run(rig -> {
            rig.start("one");
            rig.start("two");
            Started stolen = assertInstanceOf(Started.class, SessionRig.start(rig.realm, request("two", true, 0)));
            assertEquals(2, fence(stolen));
            assertEquals("one", stolen.entity().session().previousHolder());
            assertRejected(Rejection.SessionLost.class, rig.update(1L, false));
            assertTrue(rig.heartbeat(1).lost());
            HeldSession held = rig.heartbeat(2);
            assertFalse(held.lost());
            assertNull(held.wantedBy(), "the request of the new holder is settled");
            assertInstanceOf(Done.class, rig.update(2L, false));
        });
    }

    @Test
    void endedSessionRefusesItsFenceAndIsFree() {
        SessionRig.run(rig -> {
            rig.start("one");
            assertEquals(Optional.empty(), rig.realm.sessions.end(GAME, PROFILE, 1, SERVER));
            assertEquals(Optional.empty(), rig.realm.sessions.end(GAME, PROFILE, 1, SERVER), "a repeated request");
            assertRejected(Rejection.SessionLost.class, rig.update(1L, false));
            Started next = assertInstanceOf(Started.class, rig.start("two"));
            assertEquals(2, fence(next));
            assertNull(next.entity().session().previousHolder());
            assertRejected(
                    Rejection.SessionLost.class,
                    rig.realm.sessions.end(GAME, PROFILE, 1, SERVER).orElseThrow());
        });
    }

    @Test
    void lastUpdateEndsTheSessionInItsCommit() {
        SessionRig.run(rig -> {
            rig.start("one");
            Done done = assertInstanceOf(Done.class, rig.update(1L, true));
            assertFalse(done.entity().session().isHeld());
            assertInstanceOf(Started.class, rig.start("two"));
            assertEquals(1, rig.coins());
        });
    }

    @Test
    void deletionEndsTheSessionAndTheFenceContinues() {
        SessionRig.run(rig -> {
            rig.start("one");
            assertInstanceOf(
                    Done.class,
                    rig.realm.entities.delete(
                            GAME,
                            Realm.SPACE,
                            PROFILE.id(),
                            new Command.Delete(null, 1L, SERVER),
                            new IdempotencyKey(null, "")));
            Started next = assertInstanceOf(Started.class, rig.start("two"));
            assertTrue(next.created());
            assertEquals(2, fence(next));
        });
    }

    @Test
    void silentServerLosesItsSessionAfterTheTimeToLive() {
        SessionRig.run(rig -> {
            rig.start("one");
            rig.pause(Duration.ofSeconds(59));
            HeldByOther held = assertInstanceOf(HeldByOther.class, rig.start("two"));
            assertEquals(1_000, held.expiresInMillis());
            rig.pause(Duration.ofSeconds(1));
            Started taken = assertInstanceOf(Started.class, rig.start("two"));
            assertEquals(2, fence(taken));
            assertEquals("one", taken.entity().session().previousHolder());
        });
    }

    @Test
    void heartbeatsKeepASession() {
        SessionRig.run(rig -> {
            rig.start("one");
            for (int i = 0; i < 300; i++) {
                rig.pause(Duration.ofSeconds(1));
                assertFalse(rig.heartbeat(1).lost());
                assertInstanceOf(HeldByOther.class, rig.start("two"));
            }
        });
    }

    @Test
    void writesKeepASession() {
        SessionRig.run(rig -> {
            rig.start("one");
            for (int i = 0; i < 10; i++) {
                rig.pause(Duration.ofSeconds(40));
                assertInstanceOf(Done.class, rig.update(1L, false));
                assertInstanceOf(HeldByOther.class, rig.start("two"));
            }
        });
    }

    /** The other instance has never seen the session, and its clock is ahead by an hour. */
    @Test
    void clocksOfMachinesAreNotCompared() {
        SessionRig.run(rig -> {
            Realm ahead = rig.instance(Duration.ofHours(1));
            rig.start("one");
            assertInstanceOf(HeldByOther.class, SessionRig.start(ahead, request("two", false, 0)));
            rig.pause(Duration.ofSeconds(59));
            assertInstanceOf(HeldByOther.class, SessionRig.start(ahead, request("two", false, 0)));
            rig.pause(Duration.ofSeconds(1));
            assertInstanceOf(Started.class, SessionRig.start(ahead, request("two", false, 0)));
        });
    }

    /** Heartbeats go to an instance whose clock is behind, so that each of them seems to be due. */
    @Test
    void clockThatIsBehindDoesNotEndASession() {
        SessionRig.run(rig -> {
            Realm behind = rig.instance(Duration.ofMinutes(-10));
            rig.start("one");
            for (int i = 0; i < 100; i++) {
                rig.pause(Duration.ofSeconds(5));
                assertFalse(SessionRig.heartbeat(behind, 1).lost());
                assertInstanceOf(HeldByOther.class, rig.start("two"));
            }
        });
    }

    /** A message or a commit updates the item of the session in a transaction at the same moment. */
    @Test
    void heartbeatThatMeetsATransactionIsStoredLater() {
        SessionRig.run(rig -> {
            AtomicBoolean meets = new AtomicBoolean(true);
            Realm instance = rig.instance(Duration.ZERO, new ExecutionInterceptor() {
                @Override
                public SdkRequest modifyRequest(Context.ModifyRequest context, ExecutionAttributes attributes) {
                    if (context.request() instanceof UpdateItemRequest && meets.get()) {
                        throw TransactionConflictException.builder()
                                .message("a transaction is in progress")
                                .build();
                    }
                    return context.request();
                }
            });
            rig.start("one");
            rig.pause(Duration.ofSeconds(30));
            assertFalse(SessionRig.heartbeat(instance, 1).lost());
            assertInstanceOf(HeldByOther.class, SessionRig.start(instance, request("two", false, 0)));
            assertEquals(0, rig.realm.sessions.find(GAME, PROFILE).orElseThrow().beat());
            meets.set(false);
            assertFalse(SessionRig.heartbeat(instance, 1).lost());
            assertEquals(1, rig.realm.sessions.find(GAME, PROFILE).orElseThrow().beat());
        });
    }

    @Test
    void requestThatWaitsGetsTheSessionAtTheHandOver() {
        SessionRig.run(rig -> {
            rig.start("one");
            Realm other = rig.instance(Duration.ZERO);
            Future<?> holder = rig.realm.machine.threads().newPool(1, "holder").submit(() -> {
                rig.pause(Duration.ofSeconds(3));
                assertEquals("two", rig.heartbeat(1).wantedBy());
                rig.update(1L, true);
            });
            Start start = SessionRig.start(other, request("two", false, 20_000));
            assertEquals(2, fence(assertInstanceOf(Started.class, start)));
            assertTrue(rig.elapsed().toMillis() < 4_300, () -> "waited until " + rig.elapsed());
            assertTrue(holder.isDone());
        });
    }

    @Test
    void startCostsOneReadAndOneTransaction() {
        SessionRig.run(rig -> {
            rig.start("one");
            rig.realm.sessions.end(GAME, PROFILE, 1, SERVER);
            rig.meter.take();
            rig.start("two");
            Meter.Reading usage = rig.meter.take();
            assertEquals(2, usage.requests(), () -> "a read and a transaction: " + usage);
        });
    }

    /** A session of an hour with a heartbeat each second. */
    @Test
    void heartbeatsCostOneWriteForAThirdOfTheTimeToLive() {
        SessionRig.run(rig -> {
            rig.start("one");
            rig.meter.take();
            for (int i = 0; i < 3_600; i++) {
                rig.pause(Duration.ofSeconds(1));
                rig.heartbeat(1);
            }
            Meter.Reading usage = rig.meter.take();
            assertEquals(3_600 + 180, usage.requests());
        });
    }

    private static long fence(Started started) {
        return started.entity().session().fence();
    }

    private static void assertRejected(Class<? extends Rejection> reason, CommitResult result) {
        assertInstanceOf(reason, assertInstanceOf(Refused.class, result).rejection());
    }
}
