package dev.statecraft.leaderboard.listing;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.RankedEntry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A stretch of a ranking.
 *
 * @param totalEntries how many entries the whole ranking has
 * @param lastUpdated when the newest score it counts was written
 * @param asOf every score written up to then is counted
 * @param previous the first entry, where to go back from; nothing at the beginning
 * @param next where to go on, nothing at the end
 */
public record Listing(
        Board board,
        int season,
        List<RankedEntry> entries,
        long totalEntries,
        Instant lastUpdated,
        Instant asOf,
        Optional<RankedEntry> previous,
        Optional<RankedEntry> next) {

    /**
     * Everything a reader is told but {@link #asOf}, as a text of no particular form: it stays the same as long as
     * nothing that is listed changes.
     */
    String content() {
        return String.join(
                "\n",
                board.id(),
                board.settings().toString(),
                Integer.toString(season),
                entries.toString(),
                Long.toString(totalEntries),
                lastUpdated.toString(),
                previous.toString(),
                next.toString());
    }
}
