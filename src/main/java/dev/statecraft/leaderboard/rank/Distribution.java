package dev.statecraft.leaderboard.rank;

import java.time.Instant;
import java.util.List;

/**
 * How the values of a season are spread over buckets of equal width.
 *
 * @param total all entries
 * @param asOf every score written up to then is counted
 */
public record Distribution(List<Bucket> buckets, long total, Instant asOf) {

    /** How many entries have a value from {@code from} up to, not including, {@code to}; the last includes it. */
    public record Bucket(long from, long to, long count) {}
}
