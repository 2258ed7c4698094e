package dev.statecraft.leaderboard.upkeep;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardService;
import dev.statecraft.leaderboard.board.Purge;
import dev.statecraft.leaderboard.board.PurgeStore;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.EntryStore;
import dev.statecraft.leaderboard.entry.MatchRecord;
import dev.statecraft.leaderboard.match.MatchStore;
import dev.statecraft.leaderboard.score.ReviewStore;
import dev.statecraft.leaderboard.season.AwardStore;
import dev.statecraft.leaderboard.season.SampleStore;
import dev.statecraft.leaderboard.season.SnapshotStore;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import dev.statecraft.table.Batches;
import dev.statecraft.table.ScanPage;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Takes a player off all boards: entries of all seasons, samples and reviews are removed, which the rank trees follow as
 * they follow any other change; snapshots and awards keep the places, but not the name. Deleted boards are no exception as
 * long as they are waiting to be purged; afterwards nothing of them is left.
 *
 * <p>On a board reviews go first, for one that is accepted becomes an entry; samples and snapshots go last, for they are
 * made of entries. Where there is nothing to erase, nothing is written.
 */
@ApplicationScoped
public class LeaderboardErasureService {

    private final BoardService boards;
    private final PurgeStore purges;
    private final EntryStore entries;
    private final MatchStore matches;
    private final SampleStore samples;
    private final ReviewStore reviews;
    private final SnapshotStore snapshots;
    private final AwardStore awards;
    private final LeaderboardConfig config;

    public LeaderboardErasureService(
            BoardService boards,
            PurgeStore purges,
            EntryStore entries,
            MatchStore matches,
            SampleStore samples,
            ReviewStore reviews,
            SnapshotStore snapshots,
            AwardStore awards,
            LeaderboardConfig config) {
        this.boards = boards;
        this.purges = purges;
        this.entries = entries;
        this.matches = matches;
        this.samples = samples;
        this.reviews = reviews;
        this.snapshots = snapshots;
        this.awards = awards;
        this.config = config;
    }

    /**
     * Takes a player off some seasons of the next board. May be repeated. Everything is read strongly consistent: the board,
     * 1 RCU for each season's entry, 1 for 4 KB of its awards; on each board once, 1 for 4 KB of its reviews and snapshots
     * and of the player's samples.
     *
     * @param cursor what the step before answered, null to begin
     */
    public ScanPage erase(String game, String playerId, @Nullable String cursor) {
        ErasurePosition position = ErasurePosition.of(cursor);
        if (!position.purged()) {
            Optional<Board> board = board(game, position);
            if (board.isPresent()) {
                String id = board.get().id();
                boolean goesOn = id.equals(position.within()) && board.get().epoch() == position.epoch();
                return erase(board.get(), id, goesOn ? position.season() : 1, position, playerId);
            }
            position = ErasurePosition.FIRST_PURGED;
        }
        Optional<Purge> purge = purge(game, position);
        if (purge.isEmpty()) {
            return new ScanPage(null, 0);
        }
        String name = PurgeStore.name(purge.get());
        int from = name.equals(position.within()) ? position.season() : 1;
        return erase(purge.get().board(), name, from, position, playerId);
    }

    /** The board that is gone on with, or the next if there is none or it is done. */
    private Optional<Board> board(String game, ErasurePosition position) {
        String within = position.within();
        if (within == null) {
            return boards.following(game, position.after());
        }
        Optional<Board> board = boards.read(game, within);
        return board.isPresent() ? board : boards.following(game, within);
    }

    private Optional<Purge> purge(String game, ErasurePosition position) {
        String within = position.within();
        if (within == null) {
            return purges.following(game, position.after());
        }
        Optional<Purge> purge = purges.read(game, within);
        return purge.isPresent() ? purge : purges.following(game, within);
    }

    /** Takes a player off some seasons of a board, and off what seasons share before the first and after the last. */
    private ScanPage erase(Board board, String name, int from, ErasurePosition position, String playerId) {
        int end =
                Math.min(board.season() + 1, from + Math.min(Batches.READ_LIMIT, Math.max(1, config.erasedSeasons())));
        long touched = from == 1 ? reviews.delete(board, playerId) : 0;
        List<Integer> seasons = IntStream.range(from, end).boxed().toList();
        Map<Integer, Entry> found = seasons.isEmpty() ? Map.of() : entries.readSeasons(board, seasons, playerId);
        for (Map.Entry<Integer, Entry> entry : found.entrySet()) {
            MatchRecord carried = entry.getValue().carried();
            if (carried != null && !position.purged()) {
                // The record is about others too.
                matches.confirm(board, carried, config.matchesKept());
            }
            entries.delete(board, entry.getKey(), playerId);
            touched++;
        }
        for (int season : seasons) {
            if (season < board.season() || board.seasons().closed()) {
                touched += awards.makeAnonymous(board, season, playerId);
            }
        }
        if (end <= board.season()) {
            return new ScanPage(position.in(name, board.epoch(), end).text(), touched);
        }
        touched += samples.delete(board, playerId);
        touched += snapshots.makeAnonymous(board, playerId);
        return new ScanPage(position.behind(name).text(), touched);
    }
}
