package dev.statecraft.replication.commit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ContentionBackoffTest {

    private static final long ATTEMPT_NANOS = 10_000_000;

    @Test
    void singleWriterNeverWaits() {
        ContentionBackoff backoff = new ContentionBackoff(new Random(1));
        for (int i = 0; i < 1_000; i++) {
            assertEquals(0, backoff.pauseNanos());
            backoff.succeeded();
        }
    }

    @Test
    void windowGrowsToMaximumAndShrinksToZero() {
        ContentionBackoff backoff = new ContentionBackoff(new Random(1));
        backoff.collided(ATTEMPT_NANOS);
        assertTrue(longest(backoff) <= 2 * ATTEMPT_NANOS);
        assertTrue(longest(backoff) > ATTEMPT_NANOS);
        for (int i = 0; i < 40; i++) {
            backoff.collided(ATTEMPT_NANOS);
        }
        assertTrue(longest(backoff) <= ContentionBackoff.MAX_WINDOW.toNanos());
        for (int i = 0; i < 40; i++) {
            backoff.succeeded();
        }
        assertEquals(0, backoff.pauseNanos());
    }

    @Test
    void windowBelowAMillisecondCountsAsNone() {
        ContentionBackoff backoff = new ContentionBackoff(new Random(1));
        // Windows of 2,370,370, 1,777,776, 1,333,332 and 999,999 nanoseconds.
        backoff.collided(1_185_185);
        backoff.succeeded();
        backoff.succeeded();
        assertTrue(longest(backoff) > 0);
        backoff.succeeded();
        assertEquals(0, longest(backoff));
    }

    private static long longest(ContentionBackoff backoff) {
        return LongStream.range(0, 500).map(i -> backoff.pauseNanos()).max().orElseThrow();
    }

    /** A write in flight: its time, its writer, and the time of its snapshot. */
    private record Write(double at, int writer, double knownAt) {}

    /**
     * Simulates writers of one space. A write fails if another commit was made after its snapshot, and is retried on the
     * returned items. A read and a write take about five milliseconds each.
     */
    @Test
    void contendingWritersSucceedWithoutStarvation() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int writers = 16;
        List<ContentionBackoff> backoffs = new ArrayList<>();
        PriorityQueue<Write> writes = new PriorityQueue<>(Comparator.comparingDouble(Write::at));
        double[] begunAt = new double[writers];
        for (int writer = 0; writer < writers; writer++) {
            backoffs.add(new ContentionBackoff(new Random(random.nextLong())));
            begunAt[writer] = random.nextDouble(20);
            writes.add(write(writer, begunAt[writer] + step(random), random));
        }
        int[] commits = new int[writers];
        double headSince = -1;
        double longest = 0;
        int attempts = 0;
        for (int made = 0; made < 5_000; attempts++) {
            Write write = Objects.requireNonNull(writes.poll());
            ContentionBackoff backoff = backoffs.get(write.writer());
            if (headSince > write.knownAt()) {
                backoff.collided(ATTEMPT_NANOS);
                writes.add(write(write.writer(), write.at(), random));
            } else {
                backoff.succeeded();
                headSince = write.at();
                made++;
                commits[write.writer()]++;
                longest = Math.max(longest, write.at() - begunAt[write.writer()]);
                begunAt[write.writer()] = write.at();
                double readAt = write.at() + backoff.pauseNanos() / 1e6 + step(random);
                writes.add(write(write.writer(), readAt, random));
            }
        }
        String what = attempts / 5_000.0 + " attempts a commit, " + Arrays.toString(commits) + " commits, the longest "
                + longest + " ms, seed " + seed;
        assertTrue(attempts < 3 * 5_000, what);
        assertTrue(longest < 2_000, what);
        assertTrue(Arrays.stream(commits).min().orElseThrow() > 5_000 / writers / 2, what);
    }

    private static Write write(int writer, double knownAt, Random random) {
        return new Write(knownAt + step(random), writer, knownAt);
    }

    private static double step(Random random) {
        return 2.5 + random.nextDouble(5);
    }
}
