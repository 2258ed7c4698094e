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
 * Erases a player from all boards, including deleted boards that are not purged yet. Deletes the player's entries of all
 * seasons, samples and reviews. The stream consumer subtracts deleted entries from the rank trees. Snapshots and awards are
 * anonymized: they retain the position without the player id.
 *
 * <p>On each board, reviews are deleted first, because an accepted review becomes an entry. Samples and snapshots are
 * processed last, because they are created from entries. Boards without data of the player are not written.
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
     * Erases a player from a page of seasons of the next board. The step is idempotent. All reads are strongly consistent.
     * Cost: 1 RCU for the board, 1 RCU per season for the entry, 1 RCU per 4 KB of awards; once per board 1 RCU per 4 KB of
     * reviews, snapshots and samples of the player.
     *
     * @param cursor the cursor that the previous step returned, null for the first step
     */
    public ScanPage erase(String game, String playerId, @Nullable String cursor) {
        ErasurePosition position = ErasurePosition.of(cursor);
        if (!position.purged()) {
            Optional<Board> board = board(game, position);
            if (board.isPresent()) {
                String id = board.get().id();
                boolean resumed = id.equals(position.within()) && board.get().epoch() == position.epoch();
                return erase(board.get(), id, resumed ? position.season() : 1, position, playerId);
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

    /** The partly processed board if it still exists, otherwise the next board. */
    private Optional<Board> board(String game, ErasurePosition position) {
        String within = position.within();
        if (within == null) {
            return boards.firstAfter(game, position.after());
        }
        Optional<Board> board = boards.read(game, within);
        return board.isPresent() ? board : boards.firstAfter(game, within);
    }

    private Optional<Purge> purge(String game, ErasurePosition position) {
        String within = position.within();
        if (within == null) {
            return purges.firstAfter(game, position.after());
        }
        Optional<Purge> purge = purges.read(game, within);
        return purge.isPresent() ? purge : purges.firstAfter(game, within);
    }

    /**
     * Erases a player from a page of seasons of a board. Also processes the reviews before the first season, and the samples
     * and snapshots after the last season.
     */
    private ScanPage erase(Board board, String name, int from, ErasurePosition position, String playerId) {
        int end =
                Math.min(board.season() + 1, from + Math.min(Batches.READ_LIMIT, Math.max(1, config.erasedSeasons())));
        long changed = from == 1 ? reviews.delete(board, playerId) : 0;
        List<Integer> seasons = IntStream.range(from, end).boxed().toList();
        Map<Integer, Entry> found = seasons.isEmpty() ? Map.of() : entries.readSeasons(board, seasons, playerId);
        for (Map.Entry<Integer, Entry> entry : found.entrySet()) {
            MatchRecord carried = entry.getValue().carried();
            if (carried != null && !position.purged()) {
                // The match also concerns other players. Store its record before the entry's copy is deleted.
                matches.confirm(board, carried, config.matchesKept());
            }
            entries.delete(board, entry.getKey(), playerId);
            changed++;
        }
        for (int season : seasons) {
            if (season < board.season() || board.seasons().closed()) {
                changed += awards.makeAnonymous(board, season, playerId);
            }
        }
        if (end <= board.season()) {
            return new ScanPage(position.in(name, board.epoch(), end).text(), changed);
        }
        changed += samples.delete(board, playerId);
        changed += snapshots.makeAnonymous(board, playerId);
        return new ScanPage(position.after(name).text(), changed);
    }
}
