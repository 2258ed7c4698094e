package dev.statecraft.leaderboard;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A stretch of a ranking.
 *
 * @param totalEntries how many entries the whole ranking has
 * @param lastUpdated when the newest score it counts was written
 * @param asOf every score written up to then is counted
 * @param next where to go on, nothing at the end
 */
public record Listing(
        Board board,
        int season,
        List<RankedEntry> entries,
        long totalEntries,
        Instant lastUpdated,
        Instant asOf,
        Optional<RankedEntry> next) {}
