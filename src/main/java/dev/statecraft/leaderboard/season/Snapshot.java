package dev.statecraft.leaderboard.season;

import dev.statecraft.leaderboard.board.RankedEntry;
import dev.statecraft.leaderboard.board.Season;
import dev.statecraft.leaderboard.board.SnapshotTrigger;
import dev.statecraft.leaderboard.rank.Distribution.Bucket;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * A season as it stood at a time.
 *
 * @param timestamp the time
 * @param totalEntries how many entries the ranking counted
 * @param entries the best of them
 * @param distribution how their values were spread
 */
public record Snapshot(
        String id,
        SnapshotTrigger eventType,
        String reason,
        Instant timestamp,
        int season,
        long totalEntries,
        List<RankedEntry> entries,
        List<Bucket> distribution) {

    /** This snapshot without a player's name and metadata. */
    Snapshot without(String playerId) {
        List<RankedEntry> others = entries.stream()
                .map(entry -> entry.playerId().equals(playerId) ? entry.anonymous() : entry)
                .toList();
        return new Snapshot(id, eventType, reason, timestamp, season, totalEntries, others, distribution);
    }

    /** Snapshot ids sort by time. */
    public static String idOf(Instant timestamp, String what) {
        return String.format(Locale.ROOT, "%013d-%s", timestamp.toEpochMilli(), what);
    }

    /** Id of the snapshot of a season's end. */
    public static String idOf(Season season) {
        return idOf(season.endedAt(), "season-" + season.season());
    }
}
