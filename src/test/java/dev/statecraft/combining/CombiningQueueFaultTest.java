package dev.statecraft.combining;

import static dev.statecraft.combining.QueueRig.QUEUE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.combining.QueueRig.Answer;
import dev.statecraft.combining.QueueRig.Writer;
import dev.statecraft.table.ContentionException;
import dev.statecraft.testing.fault.AwsOperation;
import dev.statecraft.testing.fault.FaultKind;
import dev.statecraft.testing.fault.FaultPlan;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Writers that die, stall, give up, lose messages or have a wrong clock: every request is done at most once. */
class CombiningQueueFaultTest {

    /** Twice the pause before a takeover, twice because the one that takes over may lose, and the calls. */
    private static final long TAKEOVER_MILLIS = 2 * 600 + 400;

    private static final int REQUESTS = 3;

    /** A text and what its writer was told. */
    private record Told(String text, Answer answer) {}

    /** Lets each writer submit requests one after the other, until it dies. */
    private static List<Told> submit(QueueRig rig, List<Writer> writers, int requests) {
        List<Told> told = new ArrayList<>();
        List<Callable<Long>> calls = new ArrayList<>();
        for (int i = 0; i < writers.size(); i++) {
            Writer writer = writers.get(i);
            int id = i;
            calls.add(() -> {
                for (int request = 0; request < requests; request++) {
                    String text = id + "-" + request;
                    long started = rig.time.ticker().nanos();
                    try {
                        long place = writer.add(text);
                        told.add(new Told(
                                text,
                                new Answer(
                                        place,
                                        null,
                                        Duration.ofNanos(rig.time.ticker().nanos() - started))));
                    } catch (RuntimeException | FaultyDynamo.Stopped e) {
                        told.add(new Told(text, new Answer(0, e, Duration.ZERO)));
                        if (e instanceof FaultyDynamo.Stopped) {
                            throw e;
                        }
                    }
                }
                return 1L;
            });
        }
        rig.run(calls);
        told.forEach(one -> rig.assertTrueOf(one.text(), one.answer()));
        assertEquals(rig.texts().size(), new HashSet<>(rig.texts()).size(), "twice: " + rig.texts());
        return told;
    }

    /** Every call of a writer is the last one in one of the runs: after its effect, and so before the next one. */
    @Test
    void othersContinueWhenAWriterDiesAtAnyCall() {
        int deaths = 0;
        boolean alive = false;
        for (int call = 0; !alive; call++) {
            try (QueueRig rig = new QueueRig(call)) {
                List<Writer> writers = rig.writers(3);
                writers.get(0).faults.stopAfterCalls(call);
                List<Told> told = submit(rig, writers, REQUESTS);
                alive = told.stream().noneMatch(one -> one.answer().failure() instanceof FaultyDynamo.Stopped);
                deaths += alive ? 0 : 1;
                for (Told one : told) {
                    if (!one.text().startsWith("0-")) {
                        assertTrue(one.answer().place() > 0, "call " + call + ": " + one);
                        assertTrue(one.answer().took().toMillis() < TAKEOVER_MILLIS, "call " + call + ": " + one);
                    }
                }
            }
        }
        assertTrue(deaths > 3 * REQUESTS, deaths + " deaths");
    }

    /** A round that fails is not repeated by its writer, whose request may still be done by another one. */
    @Test
    void failureOfARoundIsThrownAndOthersContinue() {
        try (QueueRig rig = new QueueRig(1)) {
            Writer broken = rig.writer();
            broken.beforeWrite = () -> {
                throw new IllegalStateException("broken");
            };
            Writer other = rig.writer();
            List<Answer> answers =
                    rig.run(List.of(broken.add("a", Duration.ZERO), other.add("b", Duration.ofMillis(10))));
            assertInstanceOf(IllegalStateException.class, answers.get(0).failure());
            assertEquals(List.of("a", "b"), rig.texts());
            assertTrue(answers.get(1).took().toMillis() < TAKEOVER_MILLIS, answers.toString());
        }
    }

    @Test
    void requestThatIsDoneDoesNotFailBecauseRemainsCannotBeDeleted() {
        try (QueueRig rig = new QueueRig(6)) {
            rig.putOrphan(11, Duration.ofMinutes(16), "expired");
            rig.putOrphan(12, Duration.ofMillis(10), "orphan");
            Writer writer = rig.writer();
            writer.faults.plan(FaultPlan.NONE.with(FaultKind.FAIL_BEFORE_SEND, 1, AwsOperation.DELETE_ITEM));
            Answer answer = rig.run(List.of(() -> writer.add("a"))).get(0);
            assertEquals(2, answer.place(), answer::toString);
            assertTrue(writer.faults.fired().getOrDefault(FaultKind.FAIL_BEFORE_SEND, 0L) > 0);
        }
    }

    /** The transaction of a stalled writer comes too late, and its writer finds that its request is done. */
    @Test
    void writerThatStallsBeforeItsTransactionFindsItsOutcome() {
        try (QueueRig rig = new QueueRig(2)) {
            Writer stalled = rig.writer();
            stalled.beforeWrite = () -> {
                stalled.beforeWrite = () -> {};
                rig.time.ticker().sleep(Duration.ofSeconds(5).toNanos());
            };
            Writer other = rig.writer();
            List<Answer> answers =
                    rig.run(List.of(stalled.add("a", Duration.ZERO), other.add("b", Duration.ofMillis(10))));
            assertEquals(List.of("a", "b"), rig.texts());
            assertEquals(1, answers.get(0).place());
            assertTrue(answers.get(1).took().toMillis() < TAKEOVER_MILLIS, answers.toString());
        }
    }

    /** Throttling, lost messages, slow calls and transactions that conflict, drawn for each call. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void requestsAreDoneAtMostOnceWhenCallsFail(long seed) {
        try (QueueRig rig = new QueueRig(seed)) {
            List<Writer> writers = rig.writers(5);
            writers.forEach(writer -> writer.faults.plan(FaultPlan.each(0.005).slowUpTo(Duration.ofSeconds(1))));
            List<Told> told = submit(rig, writers, 12);
            assertEquals(60, told.size());
            long done = told.stream().filter(one -> one.answer().place() > 0).count();
            assertTrue(done > 20 && done < 60, "seed " + seed + ": " + done);
        }
    }

    @Test
    void requestThatWaitsTooLongIsWithdrawnAndNeverDone() {
        try (QueueRig rig = new QueueRig(3)) {
            rig.putOrphan(11, Duration.ofMillis(10), "orphan");
            Writer impatient = rig.writer(
                    Duration.ZERO, Map.of("combining.longest-wait", "1s", "combining.takeover-after", "30s"));
            Answer withdrawn = rig.run(List.of(() -> impatient.add("a"))).get(0);
            assertEquals(QueueRig.WITHDRAWN, withdrawn.place());
            assertEquals(List.of(), rig.texts());
            Writer other = rig.writer();
            rig.run(List.of(() -> other.add("b")));
            assertEquals(List.of("orphan", "b"), rig.texts());
            rig.run(List.of(() -> impatient.add("c")));
            assertEquals(List.of("orphan", "b", "c"), rig.texts());
        }
    }

    /** A request is withdrawn while others combine it: exactly one of the two happens. */
    @Test
    void withdrawnRequestsAreNotDone() {
        int withdrawn = 0;
        int done = 0;
        for (long seed = 1; seed <= 6; seed++) {
            try (QueueRig rig = new QueueRig(seed)) {
                List<Writer> writers = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    writers.add(rig.writer(Duration.ZERO, Map.of("combining.longest-wait", "45ms")));
                }
                for (Told one : submit(rig, writers, 12)) {
                    withdrawn += one.answer().place() == QueueRig.WITHDRAWN ? 1 : 0;
                    done += one.answer().place() > 0 ? 1 : 0;
                    if (one.answer().failure() != null) {
                        assertInstanceOf(
                                ContentionException.class, one.answer().failure(), "seed " + seed + ": " + one);
                    }
                }
            }
        }
        assertTrue(withdrawn > 10 && done > 10, withdrawn + " withdrawn, " + done + " done");
    }

    /** Also the writer that is first gives up: writers that do not use the queue may win every race. */
    @Test
    void firstWriterThatLosesEveryRaceGivesUp() {
        try (QueueRig rig = new QueueRig(4)) {
            Writer loser = rig.writer(Duration.ZERO, Map.of("combining.longest-wait", "2s"));
            Writer direct = rig.writer();
            loser.beforeWrite = () -> direct.write("x" + rig.texts().size());
            Answer answer = rig.run(List.of(() -> loser.add("a"))).get(0);
            assertEquals(QueueRig.WITHDRAWN, answer.place());
            assertTrue(answer.took().toMillis() < 3_000, answer.toString());
            assertFalse(rig.texts().contains("a"));
        }
    }

    /** The clock of one writer differs from those of the others. */
    @ParameterizedTest
    @ValueSource(longs = {-7_200, -1_200, -300, 300, 1_200, 7_200})
    void wrongClockIsUnfairButNotWrong(long skewSeconds) {
        for (long seed = 0; seed < 5; seed++) {
            try (QueueRig rig = new QueueRig(seed)) {
                List<Writer> writers = rig.writers(3);
                writers.add(rig.writer(Duration.ofSeconds(skewSeconds), Map.of()));
                List<Told> told = submit(rig, writers, 15);
                assertEquals(60, told.size());
                for (Told one : told) {
                    assertTrue(one.answer().place() > 0, "seed " + seed + ": " + one);
                    assertTrue(one.answer().took().toMillis() < 5_000, "seed " + seed + ": " + one);
                }
            }
        }
    }

    /** Remains of writers that died must not be done again when the outcome of their request was forgotten. */
    @ParameterizedTest
    @ValueSource(longs = {-7_200, 0, 7_200})
    void outcomesAreForgottenWithTheirIntents(long skewSeconds) {
        try (QueueRig rig = new QueueRig(5)) {
            List<Writer> dead = rig.writers(12);
            submit(rig, dead, 1);
            Random random = new Random(5);
            Writer wrong = rig.writer(Duration.ofSeconds(skewSeconds), Map.of());
            List<Writer> right = rig.writers(2);
            for (int i = 0; i < 40; i++) {
                String text = "later" + i;
                Writer writer = random.nextBoolean() ? wrong : right.get(i % 2);
                Answer answer = rig.run(List.of(() -> {
                            rig.time.ticker().sleep(Duration.ofSeconds(40).toNanos());
                            return writer.add(text);
                        }))
                        .get(0);
                rig.assertTrueOf(text, answer);
            }
            assertEquals(52, rig.texts().size());
            assertEquals(52, new HashSet<>(rig.texts()).size());
            assertTrue(rig.store().state(QUEUE).outcomes().size() < 6, "outcomes are forgotten");
        }
    }
}
