package dev.statecraft.testing.history;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.testing.history.MigrationCheck.Fenced;
import dev.statecraft.testing.history.MigrationCheck.Found;
import dev.statecraft.testing.history.MigrationCheck.Progressed;
import dev.statecraft.testing.history.MigrationCheck.Rule;
import dev.statecraft.testing.history.MigrationCheck.Stored;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Records are texts; the migration writes them in capitals. */
class MigrationCheckTest {

    private static final Map<String, Stored<String>> OLD =
            Map.of("a", new Stored<>("1", 1, "x"), "b", new Stored<>("1", 1, "y"));
    private static final Map<String, Stored<String>> NEW =
            Map.of("a", new Stored<>("2", 2, "X"), "b", new Stored<>("2", 2, "Y"));
    private static final Map<String, Integer> ONE_EACH = Map.of("a", 1, "b", 1);

    private static String up(String state) {
        return state.toUpperCase(Locale.ROOT);
    }

    private static List<Violation> transformed(Map<String, Stored<String>> after, Map<String, Integer> writes) {
        return MigrationCheck.transformedOnce(OLD, after, "2", MigrationCheckTest::up, writes, Set.of());
    }

    private static List<Violation> readable(@Nullable Stored<String> stored) {
        return MigrationCheck.readable(
                List.of(Operation.answered("p", 1, 2, "a", new Found<>(stored))),
                (schema, state) -> schema.equals("2") == state.equals(up(state)));
    }

    private static List<Violation> rolledBack(Map<String, Stored<String>> after, Set<String> touched) {
        return MigrationCheck.rolledBack(OLD, after, touched, "1", Set.of());
    }

    private static Map<String, Stored<String>> records(Stored<String> a, Stored<String> b) {
        return Map.of("a", a, "b", b);
    }

    @Test
    void goodRunsHaveNoViolation() {
        assertEquals(List.of(), transformed(NEW, ONE_EACH));
        // Record b was quarantined.
        assertEquals(
                List.of(),
                MigrationCheck.transformedOnce(
                        OLD,
                        records(new Stored<>("2", 2, "X"), new Stored<>("1", 1, "y")),
                        "2",
                        MigrationCheckTest::up,
                        Map.of("a", 1),
                        Set.of("b")));
        assertEquals(List.of(), readable(new Stored<>("1", 1, "x")));
        assertEquals(List.of(), readable(new Stored<>("2", 2, "X")));
        assertEquals(
                List.of(), rolledBack(records(new Stored<>("1", 3, "x"), new Stored<>("1", 4, "yz")), Set.of("b")));
        assertEquals(
                List.of(), MigrationCheck.fenced(List.of(new Fenced("0", 1), new Fenced("1", 9), new Fenced("0", 2))));
        assertEquals(List.of(), MigrationCheck.unchanged(NEW, NEW));
        assertEquals(
                List.of(),
                MigrationCheck.progress(
                        List.of(
                                new Progressed(1, 0, 0, 0),
                                new Progressed(1, 4, 1, 1),
                                new Progressed(1, 5, 1, 0),
                                new Progressed(2, 2, 0, 0)),
                        new Progressed(2, 7, 2, 1),
                        10));
    }

    @ParameterizedTest
    @EnumSource
    void badRunsViolateOneRule(Rule rule) {
        List<Violation> found =
                switch (rule) {
                    case M1_NOT_TRANSFORMED ->
                        transformed(records(new Stored<>("2", 2, "X"), new Stored<>("1", 2, "Y")), ONE_EACH);
                    case M1_NOT_TRANSFORMED_ONCE -> transformed(NEW, Map.of("a", 1, "b", 2));
                    case M2_MIXED_STATE -> readable(new Stored<>("2", 2, "x"));
                    case M2_MISSING_RECORD -> readable(null);
                    case M4_NOT_RESTORED ->
                        rolledBack(records(new Stored<>("1", 3, "x"), new Stored<>("1", 4, "yz")), Set.of());
                    case M4_NOT_DOWNGRADED ->
                        rolledBack(records(new Stored<>("1", 3, "x"), new Stored<>("2", 4, "YZ")), Set.of("b"));
                    case M5_STALE_LEASE ->
                        MigrationCheck.fenced(List.of(new Fenced("0", 1), new Fenced("0", 2), new Fenced("0", 1)));
                    case M6_CHANGED ->
                        MigrationCheck.unchanged(NEW, records(new Stored<>("2", 2, "X"), new Stored<>("2", 3, "Y")));
                    case M7_PROGRESS_WENT_BACK ->
                        MigrationCheck.progress(
                                List.of(new Progressed(1, 5, 0, 0), new Progressed(1, 4, 1, 0)),
                                new Progressed(1, 9, 0, 1),
                                10);
                    case M7_COUNTS_DIFFER -> MigrationCheck.progress(List.of(), new Progressed(1, 9, 0, 0), 10);
                };
        assertEquals(List.of(rule), found.stream().map(Violation::rule).toList(), found.toString());
    }
}
