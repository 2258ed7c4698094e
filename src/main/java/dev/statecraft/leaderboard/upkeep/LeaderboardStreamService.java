package dev.statecraft.leaderboard.upkeep;

import dev.statecraft.leaderboard.board.BoardChanged;
import dev.statecraft.leaderboard.board.BoardItems;
import dev.statecraft.leaderboard.board.SeasonChanged;
import dev.statecraft.leaderboard.board.SeasonStore;
import dev.statecraft.leaderboard.entry.BoardEntriesChanged;
import dev.statecraft.leaderboard.entry.EntryChanged;
import dev.statecraft.leaderboard.entry.EntryItems;
import dev.statecraft.leaderboard.season.AwardStore;
import dev.statecraft.leaderboard.season.AwardsGiven;
import dev.statecraft.table.ItemChange;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Interprets stream records of the boards and entries tables for other features. */
@ApplicationScoped
public class LeaderboardStreamService {

    /** The change of a board in a record of the boards table's stream; empty if the record is not about a board. */
    public Optional<BoardChanged> board(ItemChange change) {
        return BoardItems.changed(change);
    }

    /** The change of a closed season in a record of the boards table's stream; empty if the record is not about one. */
    public Optional<SeasonChanged> season(ItemChange change) {
        return SeasonStore.changed(change);
    }

    /** The newly granted awards in a record of the boards table's stream; empty if there are none. */
    public Optional<AwardsGiven> awards(ItemChange change) {
        return AwardStore.granted(change);
    }

    /** The changed score in a record of the entries table's stream; empty if no score changed. */
    public Optional<EntryChanged> score(ItemChange change) {
        return EntryItems.scored(change);
    }

    /**
     * The board whose ranking changed by a record of the entries table's stream: a score changed or an entry was deleted.
     * Empty if the ranking is unchanged.
     */
    public Optional<BoardEntriesChanged> listed(ItemChange change) {
        return EntryItems.listed(change);
    }
}
