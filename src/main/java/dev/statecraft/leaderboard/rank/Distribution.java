package dev.statecraft.leaderboard.rank;

import java.time.Instant;
import java.util.List;

/**
 * Distribution of the values of a season in buckets of equal width.
 *
 * @param total number of entries
 * @param asOf includes every score written up to this time
 */
public record Distribution(List<Bucket> buckets, long total, Instant asOf) {

    /** Number of entries with {@code from <= value < to}; the last bucket includes {@code to}. */
    public record Bucket(long from, long to, long count) {}
}
