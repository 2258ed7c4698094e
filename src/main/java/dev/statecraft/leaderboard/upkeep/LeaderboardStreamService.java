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

/** What records of the streams of boards and entries mean, for others who follow them. */
@ApplicationScoped
public class LeaderboardStreamService {

    /** What a record of the boards' stream tells of a board; nothing if it is about something else. */
    public Optional<BoardChanged> board(ItemChange change) {
        return BoardItems.changed(change);
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
