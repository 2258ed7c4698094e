package dev.statecraft.access.limit;

import dev.statecraft.testing.ThreadInterleavings;
import java.util.concurrent.atomic.AtomicLong;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/** A token bucket that several instances share through a conditional write, in every order that matters. */
public class TokenBucketInterleavingTest {

    @Test
    void noTokenIsTakenTwice() {
        ThreadInterleavings.check(Shared.class, Tokens.class);
    }

    /** The stored number, and the two writes of {@link LimitStore}: add if there are enough tokens, else replace. */
    @Param(name = "wanted", gen = IntGen.class, conf = "1:4")
    public static class Shared {

        private static final long NOW = 1_000_000;

        private final TokenBucket bucket = new TokenBucket(1, 6);
        private final AtomicLong fullAt = new AtomicLong();

        @Operation
        public int take(@Param(name = "wanted") int wanted) {
            while (true) {
                long known = fullAt.get();
                int tokens = Math.min(wanted, bucket.tokens(known, NOW));
                if (tokens == 0 || fullAt.compareAndSet(known, bucket.take(known, NOW, tokens))) {
                    return tokens;
                }
            }
        }
    }

    /** A bucket that counts tokens; none is added, because time stands still. */
    @Param(name = "wanted", gen = IntGen.class, conf = "1:4")
    public static class Tokens {

        private int left = 6;

        @Operation
        public int take(@Param(name = "wanted") int wanted) {
            int tokens = Math.min(wanted, left);
            left -= tokens;
            return tokens;
        }
    }
}
