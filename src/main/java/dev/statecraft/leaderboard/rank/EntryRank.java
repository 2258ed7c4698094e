package dev.statecraft.leaderboard.rank;

import dev.statecraft.leaderboard.settings.Ranking;
import java.time.Instant;

/**
 * The rank of an entry, or of a hypothetical score.
 *
 * <p>The entry itself is counted exactly once, with its current score. The others are counted from nodes that are neither
 * written nor read together: while the stream consumer counts another player's new score, usually for milliseconds, that player
 * may be missing, or may be counted with the old and with the new score; {@code total} is not affected by changes of scores.
 * A score on its way to the tree is not counted yet.
 *
 * @param rank the rank by the board's {@link Ranking}
 * @param place 1 plus the number of better entries
 * @param ties number of entries with the same score, including this one
 * @param total number of entries, including this one
 * @param asOf the rank includes every score written up to this time, as far as the clocks of the writing instances agree
 */
public record EntryRank(long rank, long place, long ties, long total, Instant asOf) {

    /** Percentage of entries up to this rank. */
    public double percentile(Ranking ranking) {
        long counted = ofPercentile(ranking);
        return counted * 100.0 / Math.max(counted, total);
    }

    /** The rank that the percentile is computed from. */
    public long ofPercentile(Ranking ranking) {
        return ranking.ofPercentile(rank, place);
    }

    /** This record with another rank. */
    EntryRank withRank(long other) {
        return new EntryRank(other, place, ties, total, asOf);
    }
}
