package dev.statecraft.leaderboard.board;

import dev.statecraft.leaderboard.settings.Reward;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A closed season and the progress of its finalization.
 *
 * @param season the number of the season
 * @param endedAt the time from which scores no longer count in the season
 * @param closedAt when the season was closed, at {@code endedAt} or later
 * @param eventType what closed the season
 * @param reason the reason of the reset request, empty for none
 * @param requestId the idempotency key of the reset request, null for none
 * @param rewards the rewards of the board at the close
 * @param phase the next step of the finalization
 * @param markedAt when the lane markers were written, null before. All scores of the season are counted once the rank tree
 *     has counted up to the markers.
 * @param totalEntries number of entries in the final ranking; 0 before {@link Phase#REWARD}
 * @param awards number of granted awards
 * @param lastAwarded the last entry that was processed for awards, null before the first and after the last one
 * @param last whether the board is closed permanently with this season
 * @param version number of writes of this record
 */
public record Season(
        int season,
        Instant startedAt,
        Instant endedAt,
        Instant closedAt,
        SnapshotTrigger eventType,
        String reason,
        @Nullable String requestId,
        List<Reward> rewards,
        Phase phase,
        @Nullable Instant markedAt,
        long totalEntries,
        long awards,
        @Nullable RankedEntry lastAwarded,
        boolean last,
        long version) {

    /** Next step of the finalization of a closed season. */
    public enum Phase {
        /**
         * Grace period: waits {@code board-cache} + {@code settle-after} after the close for in-flight writes, then writes a
         * marker into every lane.
         */
        SETTLE,
        /** Waits until the rank tree has counted up to the markers. */
        COUNT,
        /** Grants awards. */
        REWARD,
        /** All awards are granted. The final snapshot is still pending while the board lists the season as unfinished. */
        DONE
    }

    /**
     * Creates the record of the current season at its close.
     *
     * @param last whether no other season follows
     */
    public static Season closed(
            Board board,
            Instant endedAt,
            Instant closedAt,
            SnapshotTrigger eventType,
            String reason,
            @Nullable String requestId,
            boolean last) {
        return new Season(
                board.season(),
                board.seasons().startedAt(),
                endedAt,
                closedAt,
                eventType,
                reason,
                requestId,
                board.settings().rewards(),
                Phase.SETTLE,
                null,
                0,
                0,
                null,
                last,
                1);
    }

    /** Returns this season after the lane markers were written. */
    public Season marked(Instant at) {
        return next(Phase.COUNT, at, 0, 0, null);
    }

    /** Returns this season after all its scores are counted, with the number of entries. */
    public Season counted(long total) {
        return next(Phase.REWARD, markedAt, total, 0, null);
    }

    /** Returns this season after {@code more} awards were granted, for entries up to {@code upTo}; {@code end} if none follow. */
    public Season awarded(long more, RankedEntry upTo, boolean end) {
        return next(end ? Phase.DONE : phase, markedAt, totalEntries, awards + more, end ? null : upTo);
    }

    /** Returns this season after all awards are granted. */
    public Season done() {
        return next(Phase.DONE, markedAt, totalEntries, awards, null);
    }

    private Season next(
            Phase nextPhase, @Nullable Instant newMarkedAt, long total, long granted, @Nullable RankedEntry upTo) {
        return new Season(
                season,
                startedAt,
                endedAt,
                closedAt,
                eventType,
                reason,
                requestId,
                rewards,
                nextPhase,
                newMarkedAt,
                total,
                granted,
                upTo,
                last,
                version + 1);
    }
}
