package dev.statecraft.lambda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class DueWorkTest {

    private static final Instant NOW = Instant.parse("2026-12-01T12:00:00Z");
    private static final Instant LATER = NOW.plusSeconds(60);

    private final List<String> steps = new ArrayList<>();
    private boolean timeLeft = true;
    private final DueWork work = new DueWork(Clock.fixed(NOW, ZoneOffset.UTC), () -> timeLeft);

    /** Runs work whose index answers one time after the other. */
    private String run(Instant... due) {
        Queue<Instant> answers = new ArrayDeque<>(List.of(due));
        return work.run(
                () -> {
                    steps.add("read");
                    return Optional.ofNullable(answers.poll());
                },
                () -> {
                    steps.add("work");
                    return "done";
                },
                "nothing");
    }

    @Test
    void workThatIsNotDue_isReadOnceAndNotRun() {
        assertEquals("nothing", run(LATER));
        assertEquals("nothing", run());
        assertEquals(List.of("read", "read"), steps);
        assertEquals(Optional.of(LATER), work.next());
    }

    @Test
    void dueWork_runsAndIsReadAgain() {
        assertEquals("done", run(NOW, LATER));
        assertEquals(List.of("read", "work", "read"), steps);
        assertEquals(Optional.of(LATER), work.next());
    }

    @Test
    void workThatIsLeft_isDueAtOnce() {
        run(LATER);
        assertEquals("done", run(NOW.minusSeconds(1), NOW));
        assertEquals(Optional.of(NOW), work.next());
    }

    @Test
    void withoutTime_nothingIsReadAndTheNextTickIsDueAtOnce() {
        timeLeft = false;
        assertEquals("nothing", run(NOW));
        assertEquals(List.of(), steps);
        assertEquals(Optional.of(NOW), work.next());
    }

    @Test
    void withoutWork_noTickIsDue() {
        run();
        assertEquals(Optional.empty(), work.next());
    }
}
