package dev.statecraft.leaderboard.settings;

import java.time.Instant;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The period in which a board accepts scores, and the maximum attempts of a player.
 *
 * @param startsAt the time from which scores are accepted, null for the creation of the board
 * @param endsAt the time at which the board closes permanently, null for never; after {@code startsAt}
 * @param maxAttempts maximum submissions per player and season, on a RATING board maximum matches; 0 for no limit
 */
public record Terms(@Nullable Instant startsAt, @Nullable Instant endsAt, int maxAttempts) {

    /** Terms without a start, an end or a limit of attempts. */
    public static final Terms NONE = new Terms(null, null, 0);

    /** Maximum value of {@code maxAttempts}. */
    public static final int MAX_ATTEMPTS = 1_000_000_000;

    /** Whether a board accepts scores. */
    @Schema(name = "BoardStatus")
    public enum Status {
        /** The board has not started and does not accept scores yet. */
        SCHEDULED,
        /** The board accepts scores. */
        OPEN,
        /** The board is closed permanently. */
        CLOSED
    }

    /** The status of a board with these terms at a time. */
    public Status status(Instant now) {
        if (endsAt != null && !now.isBefore(endsAt)) {
            return Status.CLOSED;
        }
        return startsAt != null && now.isBefore(startsAt) ? Status.SCHEDULED : Status.OPEN;
    }

    /** Whether other terms have the same start and end. */
    public boolean samePeriod(Terms other) {
        return Objects.equals(startsAt, other.startsAt) && Objects.equals(endsAt, other.endsAt);
    }

    /** The later of a time and the start of the board. */
    public Instant notBeforeStart(Instant time) {
        return startsAt != null && startsAt.isAfter(time) ? startsAt : time;
    }

    /** The earlier of a season end and the end of the board. Each may be null; null if both are. */
    public @Nullable Instant notAfterEnd(@Nullable Instant seasonEnd) {
        if (seasonEnd == null || endsAt == null) {
            return seasonEnd == null ? endsAt : seasonEnd;
        }
        return seasonEnd.isBefore(endsAt) ? seasonEnd : endsAt;
    }

    /** Whether a player with this number of attempts in the season has no attempt left. */
    public boolean exhaustedBy(int attempts) {
        return maxAttempts > 0 && attempts >= maxAttempts;
    }

    /** The number of attempts after one more attempt. Unchanged if attempts are not limited. */
    public int afterAttempt(int attempts) {
        return maxAttempts > 0 ? attempts + 1 : attempts;
    }

    /** The number of attempts left of {@link #maxAttempts} after the given number; at least 0. */
    public int remaining(int attempts) {
        return Math.max(0, maxAttempts - attempts);
    }
}
