package dev.statecraft.testing.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HistoryTest {

    @Test
    void recordsCallsWithTheirInstants() {
        AtomicLong instants = new AtomicLong();
        History<String, Integer> outer = new History<>(instants);
        History<String, Integer> inner = new History<>(instants);
        assertEquals(7, outer.call("p", "a", () -> inner.call("q", "b", () -> 6) + 1));
        assertEquals(List.of(Operation.answered("p", 1, 4, "a", 7)), outer.operations());
        assertEquals(List.of(Operation.answered("q", 2, 3, "b", 6)), inner.operations());
    }

    @Test
    void aCallThatThrowsHasAnUnknownOutcome() {
        History<String, Integer> history = new History<>();
        assertThrows(
                IllegalStateException.class,
                () -> history.call("p", "a", () -> {
                    throw new IllegalStateException("reset");
                }));
        assertEquals(List.of(Operation.unknown("p", 1, "a")), history.operations());
    }

    @Test
    void violationsFailWithTheContextAndTheirRule() {
        Violation.requireNone(List.of(), "seed 1");
        Violation violation = new Violation(LogCheck.Rule.GAP, "entry 3 follows 1");
        AssertionError error =
                assertThrows(AssertionError.class, () -> Violation.requireNone(List.of(violation), "seed 17"));
        String message = Objects.requireNonNull(error.getMessage());
        assertTrue(message.contains("seed 17"), message);
        assertTrue(message.contains("GAP: entry 3 follows 1"), message);
    }
}
