package dev.statecraft.leaderboard.listing;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.RankedEntry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A page of a ranking.
 *
 * @param totalEntries number of entries of the whole ranking
 * @param lastUpdated write time of the newest counted score
 * @param asOf the ranking includes every score written up to this time
 * @param previous the first entry of the page if entries precede it
 * @param next the last entry of the page if entries follow it
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
     * The content of the page without {@link #asOf}, as text in an unspecified form: equal texts mean equal content. It is
     * hashed into the entity tag.
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
