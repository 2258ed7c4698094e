package dev.statecraft.leaderboard;

import dev.statecraft.table.Batches;
import dev.statecraft.table.Swept;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Takes a player off all boards: entries of all seasons, samples and reviews are removed, which the rank trees follow as
 * they follow any other change; snapshots and awards keep the places, but not the name.
 */
@ApplicationScoped
public class LeaderboardErasureService {

    private final BoardService boards;
    private final EntryStore entries;
    private final MatchStore matches;
    private final SampleStore samples;
    private final ReviewStore reviews;
    private final SnapshotStore snapshots;
    private final AwardStore awards;
    private final LeaderboardConfig config;

    LeaderboardErasureService(
            BoardService boards,
            EntryStore entries,
            MatchStore matches,
            SampleStore samples,
            ReviewStore reviews,
            SnapshotStore snapshots,
            AwardStore awards,
            LeaderboardConfig config) {
        this.boards = boards;
        this.entries = entries;
        this.matches = matches;
        this.samples = samples;
        this.reviews = reviews;
        this.snapshots = snapshots;
        this.awards = awards;
        this.config = config;
    }

    /**
     * Takes a player off the next board. May be repeated.
     *
     * @param afterBoard the board that was done last, null to begin
     */
    public Swept erase(String game, String playerId, @Nullable String afterBoard) {
        BoardStore.BoardPage page = boards.list(game, afterBoard, 1);
        if (page.boards().isEmpty()) {
            return new Swept(null, 0);
        }
        Board board = page.boards().get(0);
        return new Swept(page.next() == null ? null : board.id(), erase(board, playerId));
    }

    private long erase(Board board, String playerId) {
        long touched = 0;
        for (int from = 1; from <= board.season(); from += Batches.READ_LIMIT) {
            List<Integer> seasons = IntStream.range(from, Math.min(board.season() + 1, from + Batches.READ_LIMIT))
                    .boxed()
                    .toList();
            for (Map.Entry<Integer, Entry> found :
                    entries.readSeasons(board, seasons, playerId).entrySet()) {
                MatchRecord carried = found.getValue().carried();
                if (carried != null) {
                    // The record is about others too.
                    matches.confirm(board, carried, config.matchesKept());
                }
                entries.delete(board, found.getKey(), playerId);
                touched++;
            }
        }
        touched += samples.delete(board, playerId);
        touched += reviews.delete(board, playerId);
        touched += snapshots.makeAnonymous(board, playerId);
        for (int season = 1; season < board.season(); season++) {
            touched += awards.makeAnonymous(board, season, playerId);
        }
        return touched;
    }
}
