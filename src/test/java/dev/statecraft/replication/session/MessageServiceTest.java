package dev.statecraft.replication.session;

import static dev.statecraft.replication.Realm.GAME;
import static dev.statecraft.replication.session.SessionRig.PROFILE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.CommitResult.Done;
import dev.statecraft.replication.commit.CommitResult.Refused;
import dev.statecraft.replication.session.MessageService.Accepted;
import dev.statecraft.replication.session.MessageService.Full;
import dev.statecraft.replication.session.MessageService.Result;
import dev.statecraft.replication.session.MessageService.Reused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Messages to the holder of a session: order, repetition, limits, expiry and acknowledgement. */
class MessageServiceTest {

    @Test
    void messagesWaitForTheNextHolderInOrder() {
        SessionRig.run(rig -> {
            for (int i = 0; i < 12; i++) {
                assertEquals(new Accepted(false), send(rig, "m" + i, null));
            }
            rig.start("one");
            assertEquals(
                    IntStream.range(0, 12).mapToObj(i -> "m" + i).toList(),
                    ids(rig.heartbeat(1).messages()));
        });
    }

    @Test
    void acknowledgedMessageIsAppliedWithTheUpdateAndNotDeliveredAgain() {
        SessionRig.run(rig -> {
            send(rig, "a", null);
            send(rig, "b", null);
            rig.start("one");
            assertInstanceOf(Done.class, rig.update(1L, false, "a"));
            assertEquals(List.of("b"), ids(rig.heartbeat(1).messages()));
            assertNotWaiting("a", rig.update(1L, false, "a"));
            assertEquals(1, rig.coins(), "the rejected update changed nothing");
            assertInstanceOf(Done.class, rig.update(1L, true, "b"));
            rig.start("two");
            assertEquals(List.of(), ids(rig.heartbeat(2).messages()));
        });
    }

    @Test
    void messageThatWasNeverSentIsNotAcknowledged() {
        SessionRig.run(rig -> {
            rig.start("one");
            assertNotWaiting("ghost", rig.update(1L, false, "ghost"));
        });
    }

    @Test
    void holderThatLostItsSessionAcknowledgesNothing() {
        SessionRig.run(rig -> {
            send(rig, "a", null);
            rig.start("one");
            SessionRig.start(rig.realm, SessionRig.request("two", true, 0));
            CommitResult result = rig.update(1L, false, "a");
            assertInstanceOf(
                    Rejection.SessionLost.class,
                    assertInstanceOf(Refused.class, result).rejection());
            assertEquals(List.of("a"), ids(rig.heartbeat(2).messages()));
        });
    }

    @Test
    void repeatedMessageIsSentOnceAlsoAfterItsAcknowledgement() {
        SessionRig.run(rig -> {
            send(rig, "a", null);
            assertEquals(new Accepted(true), send(rig, "a", null));
            rig.start("one");
            rig.update(1L, false, "a");
            assertEquals(new Accepted(true), send(rig, "a", null));
            assertEquals(List.of(), ids(rig.heartbeat(1).messages()));
            assertEquals(new Reused(), rig.realm.messages.send(GAME, PROFILE, message("a", null), 8));
        });
    }

    @Test
    void fullMailboxRejectsUntilMessagesAreAcknowledgedOrExpire() {
        SessionRig.run(Map.of("session.waiting-messages", "3"), rig -> {
            send(rig, "a", 1_000L);
            send(rig, "b", null);
            send(rig, "c", null);
            assertEquals(new Full(), send(rig, "d", null));
            assertEquals(new Accepted(true), send(rig, "b", null), "a repeated message is no further one");
            rig.pause(Duration.ofSeconds(2));
            assertEquals(new Accepted(false), send(rig, "d", null), "a has expired");
            assertEquals(new Full(), send(rig, "e", null));
            rig.start("one");
            assertInstanceOf(Done.class, rig.update(1L, false, "b", "d"));
            assertEquals(new Accepted(false), send(rig, "e", null));
            assertEquals(List.of("c", "e"), ids(rig.heartbeat(1).messages()));
        });
    }

    @Test
    void expiredMessageIsNotDelivered() {
        SessionRig.run(rig -> {
            send(rig, "a", 5_000L);
            send(rig, "b", null);
            rig.start("one");
            assertEquals(List.of("a", "b"), ids(rig.heartbeat(1).messages()));
            rig.pause(Duration.ofSeconds(6));
            assertEquals(List.of("b"), ids(rig.heartbeat(1).messages()));
            assertNotWaiting("a", rig.update(1L, false, "a"));
        });
    }

    @Test
    void answerHasTheOldestMessages() {
        SessionRig.run(Map.of("session.messages-per-answer", "2"), rig -> {
            send(rig, "a", null);
            send(rig, "b", null);
            send(rig, "c", null);
            rig.start("one");
            assertEquals(List.of("a", "b"), ids(rig.heartbeat(1).messages()));
            rig.update(1L, false, "a", "b");
            assertEquals(List.of("c"), ids(rig.heartbeat(1).messages()));
        });
    }

    @Test
    void connectedHolderReceivesMessagesAndWishesAtOnce() {
        SessionRig.run(rig -> {
            List<SessionNotice> pushed = new ArrayList<>();
            rig.realm.notices.listen(pushed::add);
            rig.start("one");
            rig.realm.heartbeats.process(GAME, List.of(new HeartbeatService.Heartbeat(PROFILE, 1, "connection")));
            send(rig, "a", null);
            rig.start("two");
            assertEquals(2, pushed.size());
            assertTrue(pushed.stream().allMatch(notice -> notice.connectionId().equals("connection")));
            assertEquals(List.of("a"), ids(pushed.get(0).session().messages()));
            assertEquals("two", pushed.get(1).session().wantedBy());
        });
    }

    @Test
    void erasedEntityHasNoMessages() {
        SessionRig.run(rig -> {
            for (int i = 0; i < 60; i++) {
                send(rig, "m" + i, null);
            }
            rig.realm.messages.erase(GAME, PROFILE);
            rig.start("one");
            assertEquals(List.of(), ids(rig.heartbeat(1).messages()));
            assertEquals(new Accepted(false), send(rig, "m1", null), "nothing recognizes it");
            assertEquals(List.of("m1"), ids(rig.heartbeat(1).messages()));
        });
    }

    private static Result send(SessionRig rig, String id, @Nullable Long lifeMillis) {
        Long expiresAt = lifeMillis == null ? null : Long.valueOf(rig.realm.clock.millis() + lifeMillis);
        return rig.realm.messages.send(GAME, PROFILE, message(id, expiresAt), 7);
    }

    private static Message message(String id, @Nullable Long expiresAt) {
        return new Message(id, Realm.json("{'coins': 5}"), 0, expiresAt);
    }

    private static List<String> ids(List<Message> messages) {
        return messages.stream().map(Message::id).toList();
    }

    private static void assertNotWaiting(String message, CommitResult result) {
        assertEquals(
                new Rejection.MessageNotWaiting(message),
                assertInstanceOf(Refused.class, result).rejection());
    }
}
