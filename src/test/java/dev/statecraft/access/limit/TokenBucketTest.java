package dev.statecraft.access.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenBucketTest {

    @Test
    void fullBucket_hasTheBurstAndRefillsTokenByToken() {
        TokenBucket bucket = new TokenBucket(10, 5);
        assertEquals(5, bucket.tokens(0, 1_000_000));
        long full = bucket.take(0, 1_000_000, 5);
        assertEquals(0, bucket.tokens(full, 1_000_000));
        assertEquals(100_000, bucket.waitMicros(full, 1_000_000, 1));
        assertEquals(300_000, bucket.waitMicros(full, 1_000_000, 3));
        assertEquals(0, bucket.tokens(full, 1_099_999));
        assertEquals(1, bucket.tokens(full, 1_100_000));
        assertEquals(5, bucket.tokens(full, 1_500_000));
    }

    /** Compares the bucket with one that counts tokens, for rates that divide a second and for others. */
    @Test
    void bucket_behavesLikeACountingBucket() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            int rate = 1 + random.nextInt(2_000);
            int burst = 1 + random.nextInt(3_000);
            TokenBucket bucket = new TokenBucket(rate, burst);
            double counted = burst;
            long now = 1_000_000_000L;
            long full = 0;
            for (int step = 0; step < 200; step++) {
                long passed = random.nextInt(300_000);
                now += passed;
                counted = Math.min(burst, counted + passed * rate / 1e6);
                int tokens = bucket.tokens(full, now);
                // Every call may round the time of a token up by one microsecond.
                assertTrue(
                        tokens <= counted + 1e-6 && tokens >= counted - 1 - step * rate / 1e6,
                        "seed " + seed + ": " + tokens + " and " + counted);
                int taken = tokens == 0 ? 0 : random.nextInt(tokens + 1);
                if (taken > 0) {
                    full = bucket.take(full, now, taken);
                    counted -= taken;
                }
            }
        }
    }

    @Test
    void zeroRateOrBurst_isRejected() {
        assertThrows(IllegalArgumentException.class, () -> new TokenBucket(0, 1));
        assertThrows(IllegalArgumentException.class, () -> new TokenBucket(1, 0));
    }
}
