package dev.statecraft.testing.history;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.testing.history.CursorCheck.Acknowledged;
import dev.statecraft.testing.history.CursorCheck.Delivery;
import dev.statecraft.testing.history.CursorCheck.Read;
import dev.statecraft.testing.history.CursorCheck.Received;
import dev.statecraft.testing.history.CursorCheck.Rule;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CursorCheckTest {

    private static Operation<Read, Received> read(long invoked, Long from, List<Long> entries, long to) {
        return Operation.answered(
                "p", invoked, invoked + 1, new Read("r", "s", from), new Received(entries, to, false, false));
    }

    private static Operation<Read, Received> restart(long invoked, @Nullable Long from, List<Long> entries, long to) {
        return Operation.answered(
                "p", invoked, invoked + 1, new Read("r", "s", from), new Received(entries, to, true, false));
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static List<Violation> check(Delivery delivery, Operation<Read, Received>... reads) {
        return CursorCheck.check(
                Map.of("s", List.of(1L, 2L, 3L, 4L, 5L)),
                Arrays.asList(reads),
                List.of(new Acknowledged("s", 2, 10), new Acknowledged("s", 5, 1000)),
                delivery);
    }

    @Test
    void goodReadersHaveNoViolation() {
        assertEquals(
                List.of(),
                check(
                        Delivery.ONCE,
                        read(1, 0L, List.of(), 0),
                        read(3, 0L, List.of(1L), 1),
                        read(11, 1L, List.of(2L, 3L), 3),
                        read(13, 3L, List.of(), 3),
                        read(1001, 3L, List.of(4L, 5L), 5)));
        // Without a cursor, and after a snapshot that contains the first entries; a restart may go back.
        assertEquals(
                List.of(),
                check(
                        Delivery.ONCE,
                        restart(20, null, List.of(3L), 4),
                        read(22, 4L, List.of(5L), 5),
                        restart(24, 5L, List.of(), 3)));
        // A lost answer: the reader sends the old cursor again. With more to come a read may end early.
        assertEquals(
                List.of(),
                check(
                        Delivery.ONCE,
                        read(1, 0L, List.of(1L), 1),
                        Operation.unknown("p", 3, new Read("r", "s", 1L)),
                        Operation.answered(
                                "p", 2000, 2001, new Read("r", "s", 1L), new Received(List.of(2L), 2, false, true))));
        // A stream repeats and re-cuts its batches.
        assertEquals(
                List.of(),
                check(
                        Delivery.AT_LEAST_ONCE,
                        read(11, 0L, List.of(1L, 2L, 1L, 2L, 3L), 3),
                        read(13, 1L, List.of(2L, 3L, 4L), 4)));
    }

    @ParameterizedTest
    @EnumSource
    void badReadersViolateOneRule(Rule rule) {
        List<Violation> found =
                switch (rule) {
                    case CURSOR_WENT_BACK ->
                        check(Delivery.ONCE, read(1, 0L, List.of(1L), 1), read(3, 1L, List.of(), 0));
                    case CURSOR_NOT_FOLLOWED ->
                        check(Delivery.ONCE, read(1, 0L, List.of(1L), 1), read(3, 2L, List.of(3L), 3));
                    case ENTRY_SKIPPED -> check(Delivery.ONCE, read(1, 0L, List.of(1L, 3L), 3));
                    case ENTRY_REPEATED ->
                        check(Delivery.ONCE, read(1, 0L, List.of(1L), 1), read(3, 1L, List.of(1L, 2L), 2));
                    case ENTRY_OUT_OF_ORDER -> check(Delivery.ONCE, read(1, 0L, List.of(2L, 1L), 2));
                    case ENTRY_NOT_IN_LOG -> check(Delivery.ONCE, read(1, 5L, List.of(6L), 6));
                    case READ_STALE -> check(Delivery.ONCE, read(11, 0L, List.of(1L), 1));
                };
        assertEquals(List.of(rule), found.stream().map(Violation::rule).toList(), found.toString());
    }

    @Test
    void aStreamMaySkipNothing() {
        assertEquals(
                List.of(Rule.ENTRY_SKIPPED),
                check(Delivery.AT_LEAST_ONCE, read(1, 0L, List.of(1L, 1L, 3L), 3)).stream()
                        .map(Violation::rule)
                        .toList());
    }
}
