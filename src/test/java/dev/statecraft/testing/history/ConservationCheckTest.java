package dev.statecraft.testing.history;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.testing.history.ConservationCheck.Change;
import dev.statecraft.testing.history.ConservationCheck.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConservationCheckTest {

    private static final Map<String, Long> INITIAL = Map.of("a", 10L, "b", 10L);

    private static Operation<Change, Boolean> change(long invoked, long returned, Change change) {
        return Operation.answered("p", invoked, returned, change, true);
    }

    private static Operation<Change, Boolean> lost(long invoked, Change change) {
        return Operation.unknown("p", invoked, change);
    }

    private static Operation<String, Map<String, Long>> seen(long invoked, long a, long b) {
        return Operation.answered("r", invoked, invoked + 1, "all", Map.of("a", a, "b", b));
    }

    private static List<Violation> check(
            List<Operation<Change, Boolean>> changes, List<Operation<String, Map<String, Long>>> observations) {
        return ConservationCheck.check(INITIAL, changes, observations);
    }

    @Test
    void goodBalancesHaveNoViolation() {
        assertEquals(List.of(), check(List.of(), List.of(seen(1, 10, 10))));
        List<Operation<Change, Boolean>> changes = List.of(
                change(2, 10, Change.transfer("a", "b", 3)),
                lost(4, Change.of("b", 1)),
                Operation.answered("p", 5, 6, Change.of("a", 100), false));
        assertEquals(
                List.of(),
                check(
                        changes,
                        List.of(seen(0, 10, 10), seen(7, 10, 10), seen(7, 7, 13), seen(7, 7, 14), seen(11, 7, 13))));
    }

    @ParameterizedTest
    @EnumSource
    void badBalancesViolateOneRule(Rule rule) {
        List<Violation> found =
                switch (rule) {
                    case BALANCE_TOO_LOW ->
                        check(
                                List.of(change(1, 2, Change.of("a", 1)), lost(1, Change.of("a", 1))),
                                List.of(seen(3, 10, 10)));
                    case BALANCE_TOO_HIGH ->
                        check(
                                List.of(change(1, 2, Change.of("a", 1)), lost(9, Change.of("a", 1))),
                                List.of(seen(3, 12, 10)));
                    case TOTAL_DIFFERS ->
                        check(List.of(lost(1, Change.transfer("a", "b", 3))), List.of(seen(3, 7, 10)));
                    case BALANCES_DO_NOT_FIT ->
                        check(
                                List.of(lost(1, Change.transfer("a", "b", 3)), lost(1, Change.of("a", 5))),
                                List.of(seen(3, 10, 13)));
                };
        assertEquals(List.of(rule), found.stream().map(Violation::rule).toList(), found.toString());
    }

    @Test
    void manyUnknownChangesAreCheckedByTheirBounds() {
        List<Operation<Change, Boolean>> changes = new ArrayList<>();
        IntStream.range(0, 40).forEach(i -> changes.add(lost(1, Change.of("a", 1L << i))));
        assertEquals(List.of(), check(changes, List.of(seen(3, 12345, 10))));
        assertEquals(
                List.of(Rule.BALANCE_TOO_HIGH),
                check(changes, List.of(seen(3, 12345, 11))).stream()
                        .map(Violation::rule)
                        .toList());
    }
}
