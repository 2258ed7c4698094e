package dev.statecraft.docs.price;

import dev.statecraft.leaderboard.MovingClock;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;

/** Replaces the clock of the application with one that a test moves. */
@Alternative
@Singleton
public final class CapacityClock {

    static final MovingClock NOW = new MovingClock(Instant.EPOCH);

    CapacityClock() {
        NOW.moveTo(Instant.now());
    }

    /** The clock of the application. */
    @Produces
    @ApplicationScoped
    Clock clock() {
        return NOW;
    }
}
