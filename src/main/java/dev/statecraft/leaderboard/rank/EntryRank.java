package dev.statecraft.leaderboard.rank;

import dev.statecraft.leaderboard.settings.Ranking;
import java.time.Instant;

/**
 * The rank of an entry, or of a hypothetical score.
 *
 * @param rank the rank by the board's {@link Ranking}
 * @param place 1 plus the number of better entries
 * @param ties number of entries with the same score, including this one
 * @param total number of entries, including this one
 * @param asOf the rank includes every score written up to this time
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
