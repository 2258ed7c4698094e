package dev.statecraft.leaderboard.settings;

import java.time.Instant;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * When a board takes scores, and how many of each player.
 *
 * @param startsAt from when on scores are taken, null for as soon as the board exists
 * @param endsAt when the board closes for good, null for never; after {@code startsAt}
 * @param maxAttempts submissions taken of one player in one season, on a RATING board matches; 0 for any number
 */
public record Terms(@Nullable Instant startsAt, @Nullable Instant endsAt, int maxAttempts) {

    /** The terms of a board that always takes any number of scores. */
    public static final Terms NONE = new Terms(null, null, 0);

    /** Most attempts that a board can be limited to. */
    public static final int MAX_ATTEMPTS = 1_000_000_000;

    /** Whether a board takes scores. */
    @Schema(name = "BoardStatus")
    public enum Status {
        /** Not yet: the board has not started. */
        SCHEDULED,
        /** Yes. */
        OPEN,
        /** Never again: the board has closed for good. */
        CLOSED
    }

    /** The status of a board under these terms at a time. */
    public Status status(Instant now) {
        if (endsAt != null && !now.isBefore(endsAt)) {
            return Status.CLOSED;
        }
        return startsAt != null && now.isBefore(startsAt) ? Status.SCHEDULED : Status.OPEN;
    }

    /** Whether others have the same start and end. */
    public boolean samePeriod(Terms other) {
        return Objects.equals(startsAt, other.startsAt) && Objects.equals(endsAt, other.endsAt);
    }

    /** The later of a time and the start of the board. */
    public Instant notBeforeStart(Instant time) {
        return startsAt != null && startsAt.isAfter(time) ? startsAt : time;
    }

    /** The earlier of a season's own end, null if it has none, and the end of the board; null if neither has one. */
    public @Nullable Instant notAfterEnd(@Nullable Instant seasonEnd) {
        if (seasonEnd == null || endsAt == null) {
            return seasonEnd == null ? endsAt : seasonEnd;
        }
        return seasonEnd.isBefore(endsAt) ? seasonEnd : endsAt;
    }

    /** Whether a player who has made some attempts in a season may make no more. */
    public boolean exhaustedBy(int attempts) {
        return maxAttempts > 0 && attempts >= maxAttempts;
    }

    /** The attempts that one more makes of some; attempts are counted only where they are limited. */
    public int counted(int attempts) {
        return maxAttempts > 0 ? attempts + 1 : attempts;
    }

    /** How many attempts are left of {@link #maxAttempts} after some. */
    public int left(int attempts) {
        return Math.max(0, maxAttempts - attempts);
    }
}
