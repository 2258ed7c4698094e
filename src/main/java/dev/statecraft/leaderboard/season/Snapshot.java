package dev.statecraft.leaderboard.season;

import dev.statecraft.leaderboard.board.RankedEntry;
import dev.statecraft.leaderboard.board.Season;
import dev.statecraft.leaderboard.board.SnapshotTrigger;
import dev.statecraft.leaderboard.rank.Distribution.Bucket;
import dev.statecraft.table.PaddedNumber;
import java.time.Instant;
import java.util.List;

/**
 * A leaderboard snapshot: the best entries and the score distribution of a season at a point in time.
 *
 * @param timestamp the time of the snapshot
 * @param totalEntries number of entries in the rank tree
 * @param entries the best entries, best first
 * @param distribution number of entries by range of values
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

    /** Returns this snapshot without the player id and the metadata of a player. */
    Snapshot without(String playerId) {
        List<RankedEntry> others = entries.stream()
                .map(entry -> entry.playerId().equals(playerId) ? entry.anonymous() : entry)
                .toList();
        return new Snapshot(id, eventType, reason, timestamp, season, totalEntries, others, distribution);
    }

    /** Returns a snapshot id. Ids sort by time. */
    public static String idOf(Instant timestamp, String suffix) {
        return PaddedNumber.of(timestamp.toEpochMilli(), 13) + "-" + suffix;
    }

    /** Returns the id of the snapshot of a closed season. */
    public static String idOf(Season season) {
        return idOf(season.endedAt(), "season-" + season.season());
    }
}
