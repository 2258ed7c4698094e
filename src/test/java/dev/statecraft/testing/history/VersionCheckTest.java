package dev.statecraft.testing.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.replication.Linearizability;
import dev.statecraft.replication.Linearizability.Call;
import dev.statecraft.replication.Linearizability.Stepped;
import dev.statecraft.testing.history.VersionCheck.Answer;
import dev.statecraft.testing.history.VersionCheck.Request;
import dev.statecraft.testing.history.VersionCheck.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Entities are counters: a write adds, and the state is the sum. */
class VersionCheckTest {

    private static Operation<Request<Long>, Answer<Long>> write(
            long invoked, long returned, long by, long version, long sum) {
        return Operation.answered("p", invoked, returned, Request.write("e", by), new Answer<>(true, version, sum));
    }

    private static Operation<Request<Long>, Answer<Long>> attempt(
            String id, long invoked, long returned, long version, long sum) {
        return Operation.answered("p", invoked, returned, new Request<>("e", id, 1L), new Answer<>(true, version, sum));
    }

    private static Operation<Request<Long>, Answer<Long>> read(long invoked, long returned, long version, long sum) {
        return Operation.answered(
                "p", invoked, returned, Request.read("e"), new Answer<>(false, version, version == 0 ? null : sum));
    }

    private static Operation<Request<Long>, Answer<Long>> lost(long invoked) {
        return Operation.unknown("p", invoked, Request.write("e", 1L));
    }

    private static List<Violation> check(List<Operation<Request<Long>, Answer<Long>>> history) {
        return VersionCheck.check(history, (before, by) -> (before == null ? 0 : before) + by);
    }

    @Test
    void goodHistoriesHaveNoViolation() {
        assertEquals(List.of(), check(List.of()));
        assertEquals(List.of(), check(List.of(read(1, 2, 0, 0), write(3, 4, 1, 1, 1), read(5, 6, 1, 1))));
        // Concurrent writes in either order; a concurrent read sees either.
        assertEquals(
                List.of(),
                check(List.of(write(1, 6, 1, 2, 2), write(2, 5, 1, 1, 1), read(3, 4, 1, 1), read(7, 8, 2, 2))));
        // A read may see a write that is acknowledged later, and one that never is.
        assertEquals(List.of(), check(List.of(write(1, 9, 1, 1, 1), read(2, 3, 1, 1))));
        assertEquals(List.of(), check(List.of(lost(1), read(2, 3, 0, 0), read(4, 5, 1, 1))));
        // A refused write shows the current version.
        assertEquals(
                List.of(),
                check(List.of(
                        write(1, 2, 1, 1, 1),
                        Operation.answered("p", 3, 4, Request.write("e", 1L), new Answer<>(false, 1, 1L)))));
        // A repeated write: the first attempt took effect, the second one is answered after a later write.
        assertEquals(
                List.of(),
                check(List.of(
                        Operation.unknown("p", 1, new Request<>("e", "a", 1L)),
                        write(2, 3, 1, 2, 2),
                        attempt("a", 4, 5, 1, 1))));
    }

    @ParameterizedTest
    @EnumSource
    void badHistoriesViolateOneRule(Rule rule) {
        List<Violation> found = check(bad(rule));
        assertEquals(List.of(rule), found.stream().map(Violation::rule).toList(), found.toString());
        assertTrue(found.get(0).toString().startsWith(rule + ": e: "), found.toString());
    }

    private static List<Operation<Request<Long>, Answer<Long>>> bad(Rule rule) {
        return switch (rule) {
            case VERSION_MADE_TWICE -> List.of(write(1, 4, 1, 1, 1), write(2, 3, 1, 1, 1));
            case ID_MADE_TWO_VERSIONS ->
                List.of(attempt("a", 1, 2, 1, 1), attempt("a", 3, 4, 2, 2), lost(1), read(5, 6, 2, 2));
            case VERSION_WENT_BACK -> List.of(write(1, 2, 1, 1, 1), read(3, 4, 0, 0));
            case VERSION_BEFORE_ITS_WRITE -> List.of(lost(1), read(2, 3, 1, 1), write(4, 5, 1, 1, 1));
            case VERSION_WITHOUT_WRITE -> List.of(read(1, 2, 1, 1), lost(3));
            case STATE_DIFFERS -> List.of(write(1, 2, 1, 1, 1), read(3, 4, 1, 7));
            case STATE_DOES_NOT_FOLLOW -> List.of(write(1, 2, 1, 1, 1), write(3, 4, 1, 2, 3));
        };
    }

    @Test
    void twoLostWritesDoNotExplainThreeVersions() {
        List<Violation> found = check(List.of(lost(1), lost(2), write(3, 4, 1, 4, 4)));
        assertEquals(
                List.of(Rule.VERSION_WITHOUT_WRITE),
                found.stream().map(Violation::rule).toList());
        assertEquals(List.of(), check(List.of(lost(1), lost(2), lost(2), write(3, 4, 1, 4, 4))));
    }

    /** Random histories of a real counter, most with one answer changed: both checkers agree on each. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithTheSearchOfWingAndGong(long seed) {
        Random random = new Random(seed);
        int good = 0;
        int bad = 0;
        for (int round = 0; round < 500; round++) {
            List<Operation<Request<Long>, Answer<Long>>> history = random(random);
            boolean expected = searched(history);
            List<Violation> found = VersionCheck.check(history);
            assertEquals(expected, found.isEmpty(), () -> "seed " + seed + ": " + history + " " + found);
            good += expected ? 1 : 0;
            bad += expected ? 0 : 1;
        }
        assertTrue(good > 50 && bad > 50, "seed " + seed + ": " + good + " good, " + bad + " bad");
    }

    private static List<Operation<Request<Long>, Answer<Long>>> random(Random random) {
        List<Operation<Request<Long>, Answer<Long>>> history = new ArrayList<>();
        long version = 0;
        for (int i = 0; i < 8; i++) {
            long effect = 100 + i * 10L;
            long invoked = effect - random.nextInt(25) - 1;
            long returned = effect + random.nextInt(25);
            boolean write = random.nextBoolean();
            boolean lost = write && random.nextInt(4) == 0;
            boolean effective = write && (!lost || random.nextBoolean());
            version += effective ? 1 : 0;
            long shown = version;
            if (random.nextInt(12) == 0) {
                shown = Math.max(write ? 1 : 0, version + random.nextInt(3) - 1);
            }
            if (lost) {
                history.add(lost(invoked));
            } else if (write) {
                history.add(write(invoked, returned, 1, shown, shown));
            } else {
                history.add(read(invoked, returned, shown, shown));
            }
        }
        return history;
    }

    private static boolean searched(List<Operation<Request<Long>, Answer<Long>>> history) {
        List<Call<Request<Long>, Answer<Long>>> calls = history.stream()
                .map(one -> new Call<>("e", one.invoked(), one.returned(), one.input(), one.output()))
                .toList();
        return Linearizability.violation(calls, 0L, (version, call) -> {
                    boolean write = call.input().write() != null;
                    long next = version + (write ? 1 : 0);
                    Answer<Long> output = call.output();
                    return new Stepped<>(output == null || (output.version() == next && output.wrote() == write), next);
                })
                == null;
    }
}
