package dev.statecraft.leaderboard;

import java.time.Instant;
import java.util.List;

/**
 * A season as it stood when it was closed.
 *
 * @param season its number
 * @param totalEntries how many entries the ranking counted
 * @param entries the best of them
 */
public record Snapshot(
        String id,
        int season,
        Instant startedAt,
        Instant endedAt,
        String reason,
        long totalEntries,
        List<RankedEntry> entries) {}
