package dev.statecraft.docs.price;

import dev.statecraft.leaderboard.MovingClock;
import dev.statecraft.runtime.Ticker;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * Replaces time and chance of the application. Time stands still until the test moves it or a thread pauses, so that a
 * pause takes no time and no measurement depends on the speed of the computer.
 */
@Alternative
@Singleton
public final class CapacityClock {

    static final MovingClock NOW = new MovingClock(Instant.EPOCH);

    CapacityClock() {
        NOW.moveTo(Instant.parse("2026-03-04T05:06:07Z"));
    }

    /** The clock of the application. */
    @Produces
    @ApplicationScoped
    Clock clock() {
        return NOW;
    }

    /** The elapsed time of the application, which is that of the clock. */
    @Produces
    @Singleton
    Ticker ticker() {
        return new Ticker() {
            @Override
            public long nanos() {
                return Duration.between(Instant.EPOCH, NOW.instant()).toNanos();
            }

            @Override
            public void sleep(long nanos) {
                NOW.move(Duration.ofNanos(Math.max(0, nanos)));
            }
        };
    }

    /** The same random numbers in each run. */
    @Produces
    @Singleton
    RandomGenerator random() {
        return new Random(1);
    }
}
