package dev.statecraft.leaderboard;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that stands still until a test changes it. */
public final class MovingClock extends Clock {

    private volatile Instant now;

    /** Creates a clock with a fixed time. */
    public MovingClock(Instant start) {
        now = start;
    }

    /** Sets the time. */
    public void moveTo(Instant time) {
        now = time;
    }

    /** Advances the time by a duration. */
    public void move(Duration time) {
        now = now.plus(time);
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
