package dev.statecraft.leaderboard.rank;

import dev.statecraft.leaderboard.settings.Ranking;
import java.time.Instant;

/**
 * Where an entry stands on its board, or a score would.
 *
 * @param rank the rank by the board's {@link Ranking}
 * @param place 1 + how many are better
 * @param ties how many have the same score, the player included
 * @param total all entries, the player included
 * @param asOf every score written up to then is counted
 */
public record EntryRank(long rank, long place, long ties, long total, Instant asOf) {

    /** The percentage of entries up to this rank. */
    public double percentile(Ranking ranking) {
        long counted = ofPercentile(ranking);
        return counted * 100.0 / Math.max(counted, total);
    }

    /** The rank that percentiles are computed from. */
    public long ofPercentile(Ranking ranking) {
        return ranking.ofPercentile(rank, place);
    }

    /** The same with another rank. */
    EntryRank withRank(long other) {
        return new EntryRank(other, place, ties, total, asOf);
    }
}
