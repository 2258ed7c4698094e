package dev.statecraft.leaderboard;

import dev.statecraft.table.ItemChange;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** What records of the streams of boards and entries mean, for others who follow them. */
@ApplicationScoped
public class LeaderboardStreamService {

    /**
     * A board was written.
     *
     * @param epoch counts how often a board with this id was created before
     * @param version counts the writes of its record, over all epochs
     * @param before the board before; nothing if there was none, or the stream does not tell
     * @param after the board now; nothing if it was deleted
     */
    public record BoardChanged(
            String game, String id, int epoch, long version, Optional<Board> before, Optional<Board> after) {}

    /** A season was closed, or the working off of its end has come further. */
    public record SeasonChanged(String game, String board, int epoch, Optional<Season> before, Season after) {}

    /** What a record of the boards' stream tells of a board; nothing if it is about something else. */
    public Optional<BoardChanged> board(ItemChange change) {
        return BoardStore.changed(change);
    }

    /** What a record of the boards' stream tells of a closed season; nothing if it is about something else. */
    public Optional<SeasonChanged> season(ItemChange change) {
        return SeasonStore.changed(change);
    }

    /** The awards that a record of the boards' stream tells of; nothing if it is about something else. */
    public Optional<AwardsGiven> awards(ItemChange change) {
        return AwardStore.given(change);
    }

    /** The score that a record of the entries' stream tells of; nothing if no score changed. */
    public Optional<EntryChanged> score(ItemChange change) {
        return EntryItems.scored(change);
    }

    /** The board whose entries are others than before a record of the entries' stream: a score changed, or an entry went. */
    public Optional<BoardEntriesChanged> listed(ItemChange change) {
        return EntryItems.listed(change);
    }
}
