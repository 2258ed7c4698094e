package dev.statecraft.leaderboard;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Takes and finds the snapshots of closed seasons. */
@ApplicationScoped
public class SnapshotService {

    private final SnapshotStore snapshots;
    private final ListingService lists;
    private final LeaderboardConfig config;

    SnapshotService(SnapshotStore snapshots, ListingService lists, LeaderboardConfig config) {
        this.snapshots = snapshots;
        this.lists = lists;
        this.config = config;
    }

    /** Id of the snapshot of a season. */
    public static String idOf(int season) {
        return "season-" + season;
    }

    /** Stores how a closed season stands now; the same again replaces it. */
    void take(Board board, Board.Closing closing) {
        Listing best = lists.list(board, closing.season(), 1, config.snapshotEntries());
        snapshots.put(
                board,
                new Snapshot(
                        idOf(closing.season()),
                        closing.season(),
                        closing.startedAt(),
                        closing.endedAt(),
                        closing.reason(),
                        best.totalEntries(),
                        best.entries()));
    }

    /** The snapshot of a season; nothing if it was not closed. */
    public Optional<Snapshot> find(Board board, int season) {
        return snapshots.read(board, season);
    }

    /** Closed seasons, the latest first, without their entries. */
    public List<Snapshot> list(Board board, @Nullable Integer beforeSeason, int limit) {
        return snapshots.list(board, beforeSeason, limit);
    }
}
