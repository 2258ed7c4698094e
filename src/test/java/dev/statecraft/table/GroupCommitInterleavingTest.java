package dev.statecraft.table;

import dev.statecraft.runtime.Threads;
import dev.statecraft.testing.ThreadInterleavings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Group commit, with its threads in every order that matters. */
public class GroupCommitInterleavingTest {

    @Test
    void tasksOfAKeyAreProcessedOneAfterTheOther() {
        ThreadInterleavings.check(Sums.class, SequentialSums.class);
    }

    /** Adds numbers to the sum of a key, in groups. The sum is not safe for several threads by itself. */
    @Param(name = "key", gen = IntGen.class, conf = "0:1")
    @Param(name = "by", gen = IntGen.class, conf = "1:9")
    public static class Sums {

        private final int[] sums = new int[2];
        private final GroupCommit<Integer, Integer, Integer> commit = new GroupCommit<>(
                new GroupCommit.Limits(10, 2, Duration.ofMinutes(1)), by -> 1, this::add, Threads.system());

        private List<Integer> add(List<Integer> group, @Nullable Integer previous) {
            List<Integer> results = new ArrayList<>();
            for (int task : group) {
                int key = task % 2;
                sums[key] += task / 2;
                results.add(sums[key]);
            }
            return results;
        }

        @Operation
        public Optional<Integer> add(@Param(name = "key") int key, @Param(name = "by") int by) {
            return commit.submit(key, by * 2 + key);
        }
    }

    /** The same without groups. */
    @Param(name = "key", gen = IntGen.class, conf = "0:1")
    @Param(name = "by", gen = IntGen.class, conf = "1:9")
    public static class SequentialSums {

        private final int[] sums = new int[2];

        @Operation
        public Optional<Integer> add(@Param(name = "key") int key, @Param(name = "by") int by) {
            sums[key] += by;
            return Optional.of(sums[key]);
        }
    }
}
