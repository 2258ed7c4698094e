package dev.statecraft.leaderboard.board;

import dev.statecraft.leaderboard.settings.Reward;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A season that was closed, and how far its end has been worked off.
 *
 * @param season its number
 * @param endedAt from when on nothing counts in it any more
 * @param closedAt when it was closed, at its end or somewhat later
 * @param eventType what closed it
 * @param requestId the idempotency key of the reset, null if it had none
 * @param rewards what the board promised when it was closed
 * @param phase what is to be done next
 * @param markedAt when the marks were written whose counting shows that all is counted, null before
 * @param totalEntries entries of the final ranking; 0 before {@link Phase#REWARD}
 * @param awards how many awards have been given
 * @param lastAwarded the last entry that awards were given up to, null if there is none
 * @param last whether the board closed for good with this season
 * @param version counts the writes of this record
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

    /** What is to be done next about a closed season. */
    public enum Phase {
        /** Writes that were on their way may still come in. */
        SETTLE,
        /** The rank tree may still count what came in. */
        COUNT,
        /** Awards are being given. */
        REWARD,
        /** Nothing. */
        DONE
    }

    /** A season as it is closed; {@code last} if no other follows. */
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

    /** This season once marks behind its last writes are on their way to the rank tree. */
    public Season marked(Instant at) {
        return next(Phase.COUNT, at, 0, 0, null);
    }

    /** This season with its final ranking. */
    public Season counted(long total) {
        return next(Phase.REWARD, markedAt, total, 0, null);
    }

    /** This season after some more awards, and perhaps the last. */
    public Season awarded(long more, RankedEntry upTo, boolean end) {
        return next(end ? Phase.DONE : phase, markedAt, totalEntries, awards + more, end ? null : upTo);
    }

    /** This season when its end has been worked off. */
    public Season done() {
        return next(Phase.DONE, markedAt, totalEntries, awards, null);
    }

    private Season next(Phase nextPhase, @Nullable Instant marks, long total, long given, @Nullable RankedEntry upTo) {
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
                marks,
                total,
                given,
                upTo,
                last,
                version + 1);
    }
}
