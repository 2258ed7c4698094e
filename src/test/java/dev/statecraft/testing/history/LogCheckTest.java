package dev.statecraft.testing.history;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.testing.history.LogCheck.Commit;
import dev.statecraft.testing.history.LogCheck.Entry;
import dev.statecraft.testing.history.LogCheck.Made;
import dev.statecraft.testing.history.LogCheck.Rule;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LogCheckTest {

    private static final Made X1 = new Made("x", 1, "a");
    private static final Made X2 = new Made("x", 2, "b");
    private static final Made Y1 = new Made("y", 1, "b");

    private static Operation<Commit, List<Made>> commit(
            long invoked, long returned, String name, boolean atomic, List<String> entities, Made... made) {
        return Operation.answered("p", invoked, returned, new Commit("s", name, atomic, entities), List.of(made));
    }

    private static Operation<Commit, List<Made>> lost(long invoked, String name, boolean atomic, String... entities) {
        return Operation.unknown("p", invoked, new Commit("s", name, atomic, List.of(entities)));
    }

    private static Entry entry(long seq, Made... changes) {
        return new Entry(seq, List.of(changes));
    }

    private static List<Violation> check(List<Entry> log, List<Operation<Commit, List<Made>>> history) {
        return LogCheck.check(Map.of("s", log), history);
    }

    @Test
    void goodLogsHaveNoViolation() {
        assertEquals(List.of(), check(List.of(), List.of()));
        assertEquals(
                List.of(),
                check(
                        List.of(entry(1, X1), entry(2, X2, Y1)),
                        List.of(
                                commit(1, 2, "a", false, List.of("x"), X1),
                                commit(3, 4, "b", true, List.of("x", "y"), X2, Y1))));
        // Concurrent requests in either order; independent mutations in several entries, of which some are refused.
        assertEquals(
                List.of(),
                check(
                        List.of(entry(1, new Made("y", 1, "b")), entry(2, X1), entry(3, X2)),
                        List.of(
                                commit(1, 6, "a", false, List.of("x"), X1),
                                commit(2, 5, "b", false, List.of("y", "x", "z"), Y1, X2))));
        // A request without an answer is in the log or not; an attempt that is repeated is there once.
        assertEquals(
                List.of(),
                check(
                        List.of(entry(1, X1)),
                        List.of(
                                lost(1, "a", false, "x"),
                                commit(3, 4, "a", false, List.of("x"), X1),
                                lost(5, "c", true, "x", "y"))));
        // The oldest entries have expired.
        assertEquals(
                List.of(),
                check(
                        List.of(entry(2, X2)),
                        List.of(
                                commit(1, 2, "a", false, List.of("x"), X1),
                                commit(3, 4, "b", false, List.of("x"), X2))));
    }

    @ParameterizedTest
    @EnumSource
    void badLogsViolateOneRule(Rule rule) {
        List<Violation> found = bad(rule);
        assertEquals(List.of(rule), found.stream().map(Violation::rule).toList(), found.toString());
    }

    private static List<Violation> bad(Rule rule) {
        Operation<Commit, List<Made>> a = commit(1, 2, "a", false, List.of("x"), X1);
        Operation<Commit, List<Made>> b = commit(3, 4, "b", true, List.of("x", "y"), X2, Y1);
        return switch (rule) {
            case GAP -> check(List.of(entry(1, X1), entry(3, X2, Y1)), List.of(a, b));
            case VERSION_GAP ->
                check(List.of(entry(1, X1), entry(2, new Made("x", 3, "b"))), List.of(a, lost(3, "b", false, "x")));
            case BATCH_NOT_WHOLE -> check(List.of(entry(1, X1), entry(2, X2), entry(3, Y1)), List.of(a, b));
            case CHANGE_REPEATED ->
                check(List.of(entry(1, X1), entry(2, new Made("x", 2, "a"))), List.of(a, lost(1, "a", false, "x")));
            case CHANGE_NOT_REQUESTED -> check(List.of(entry(1, X1), entry(2, X2)), List.of(a));
            case CHANGE_LOST -> check(List.of(entry(1, X1)), List.of(a, commit(3, 4, "b", false, List.of("x"), X2)));
            case REAL_TIME_ORDER ->
                check(List.of(entry(1, Y1), entry(2, X1)), List.of(a, commit(3, 4, "b", false, List.of("y"), Y1)));
        };
    }

    @Test
    void anAtomicBatchIsNeverInPart() {
        assertEquals(
                List.of(Rule.BATCH_NOT_WHOLE),
                check(List.of(entry(1, X1)), List.of(lost(1, "a", true, "x", "y"))).stream()
                        .map(Violation::rule)
                        .toList());
    }

    @Test
    void anAcknowledgedSpaceHasALog() {
        assertEquals(
                List.of(Rule.CHANGE_LOST),
                LogCheck.check(Map.of(), List.of(commit(1, 2, "a", false, List.of("x"), X1))).stream()
                        .map(Violation::rule)
                        .toList());
    }
}
