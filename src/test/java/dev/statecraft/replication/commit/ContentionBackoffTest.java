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
    void whoMeetsNobodyNeverWaits() {
        ContentionBackoff pace = new ContentionBackoff(new Random(1));
        for (int i = 0; i < 1_000; i++) {
            assertEquals(0, pace.pauseNanos());
            pace.succeeded();
        }
    }

    @Test
    void waitsGrowWithCollisionsUpToABoundAndEndWithSuccesses() {
        ContentionBackoff pace = new ContentionBackoff(new Random(1));
        pace.collided(ATTEMPT_NANOS);
        assertTrue(longest(pace) <= 2 * ATTEMPT_NANOS);
        assertTrue(longest(pace) > ATTEMPT_NANOS);
        for (int i = 0; i < 40; i++) {
            pace.collided(ATTEMPT_NANOS);
        }
        assertTrue(longest(pace) <= ContentionBackoff.MOST.toNanos());
        for (int i = 0; i < 40; i++) {
            pace.succeeded();
        }
        assertEquals(0, pace.pauseNanos());
    }

    private static long longest(ContentionBackoff pace) {
        return LongStream.range(0, 500).map(i -> pace.pauseNanos()).max().orElseThrow();
    }

    /** A write on its way: when it is made, by whom, and when what it was decided on was known. */
    private record Write(double at, int writer, double knownAt) {}

    /**
     * Writers of one space as DynamoDB treats them: whoever writes while another's commit came in since it knew the head has
     * to try again, on what the refused write told. Reading and writing take about five milliseconds each.
     */
    @Test
    void manyWritersSettleWhereMostAttemptsGetThroughAndNobodyStarves() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int writers = 16;
        List<ContentionBackoff> paces = new ArrayList<>();
        PriorityQueue<Write> writes = new PriorityQueue<>(Comparator.comparingDouble(Write::at));
        double[] begunAt = new double[writers];
        for (int writer = 0; writer < writers; writer++) {
            paces.add(new ContentionBackoff(new Random(random.nextLong())));
            begunAt[writer] = random.nextDouble(20);
            writes.add(write(writer, begunAt[writer] + step(random), random));
        }
        int[] commits = new int[writers];
        double headSince = -1;
        double longest = 0;
        int attempts = 0;
        for (int made = 0; made < 5_000; attempts++) {
            Write write = Objects.requireNonNull(writes.poll());
            ContentionBackoff pace = paces.get(write.writer());
            if (headSince > write.knownAt()) {
                pace.collided(ATTEMPT_NANOS);
                writes.add(write(write.writer(), write.at(), random));
            } else {
                pace.succeeded();
                headSince = write.at();
                made++;
                commits[write.writer()]++;
                longest = Math.max(longest, write.at() - begunAt[write.writer()]);
                begunAt[write.writer()] = write.at();
                double readAt = write.at() + pace.pauseNanos() / 1e6 + step(random);
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
