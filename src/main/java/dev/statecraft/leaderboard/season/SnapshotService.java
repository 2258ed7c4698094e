package dev.statecraft.leaderboard.season;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.RankedEntry;
import dev.statecraft.leaderboard.board.Season;
import dev.statecraft.leaderboard.board.SnapshotTrigger;
import dev.statecraft.leaderboard.listing.Listing;
import dev.statecraft.leaderboard.listing.ListingService;
import dev.statecraft.leaderboard.rank.Distribution;
import dev.statecraft.leaderboard.rank.RankWalk;
import dev.statecraft.leaderboard.rank.RankingService;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Takes and finds snapshots of boards, and samples of where players stood. */
@ApplicationScoped
public class SnapshotService {

    private static final int BUCKETS = 20;
    private static final int PAGE = 1000;

    private final SnapshotStore snapshots;
    private final SampleStore samples;
    private final ListingService lists;
    private final RankingService rankings;
    private final LeaderboardConfig config;

    public SnapshotService(
            SnapshotStore snapshots,
            SampleStore samples,
            ListingService lists,
            RankingService rankings,
            LeaderboardConfig config) {
        this.snapshots = snapshots;
        this.samples = samples;
        this.lists = lists;
        this.rankings = rankings;
        this.config = config;
    }

    /** Takes the snapshot of a season that was just closed, so that there is one at once. */
    void takeFirst(Board board, Season season) {
        if (config.historicalData()) {
            snapshots.put(board, of(board, season));
        }
    }

    /**
     * Takes the snapshot of a season that nothing is added to any more, in place of the first one, and the samples of
     * its best players.
     *
     * @return how many snapshots the board keeps now
     */
    int takeFinal(Board board, Season season) {
        return config.historicalData()
                ? keep(board, of(board, season))
                : board.history().snapshots();
    }

    /**
     * Takes the regular snapshot of the running season, unless nothing was scored since the one before.
     *
     * @return how many snapshots the board keeps now
     */
    public int takeScheduled(Board board, Instant at) {
        RankWalk.Summary now = rankings.summary(board, board.season());
        boolean changed = !now.lastUpdated().isBefore(at.minus(config.snapshotInterval()));
        if (!config.historicalData() || now.total() == 0 || !changed) {
            return board.history().snapshots();
        }
        return keep(board, of(board, Snapshot.idOf(at, "scheduled"), SnapshotTrigger.SCHEDULED, "", at, board.season()));
    }

    /** A snapshot; nothing if there is none with this id. */
    public Optional<Snapshot> find(Board board, String id) {
        return snapshots.read(board, id);
    }

    /** Snapshots, the latest first, those before an id only if one is given. */
    public SnapshotStore.SnapshotPage list(Board board, @Nullable String beforeId, int limit) {
        return snapshots.list(board, beforeId, limit);
    }

    private Snapshot of(Board board, Season season) {
        return of(board, Snapshot.idOf(season), season.eventType(), season.reason(), season.endedAt(), season.season());
    }

    private Snapshot of(Board board, String id, SnapshotTrigger type, String reason, Instant at, int season) {
        Listing best = lists.list(board.listingAll(), season, 1, config.snapshotEntries());
        Distribution spread = rankings.distribution(board, season, BUCKETS);
        return new Snapshot(id, type, reason, at, season, best.totalEntries(), best.entries(), spread.buckets());
    }

    private int keep(Board board, Snapshot snapshot) {
        sample(board, snapshot);
        snapshots.put(board, snapshot);
        int count = snapshots.count(board);
        int most = config.maxHistoricalEntries();
        if (count > most) {
            snapshots.deleteOldest(board, count - most);
        }
        return Math.min(count, most);
    }

    private void sample(Board board, Snapshot snapshot) {
        Instant expiresAt =
                snapshot.timestamp().plus(config.snapshotInterval().multipliedBy(config.maxHistoricalEntries()));
        RankedEntry last = null;
        int left = config.sampledPlayers();
        while (left > 0) {
            Listing page = lists.all(board, snapshot.season(), last, Math.min(left, PAGE));
            List<Sample> taken = page.entries().stream()
                    .map(entry -> new Sample(
                            entry.playerId(),
                            snapshot.timestamp(),
                            snapshot.season(),
                            entry.rank(),
                            board.ranking().ofPercentile(entry.rank(), entry.place()),
                            entry.score(),
                            page.totalEntries()))
                    .toList();
            samples.put(board, taken, expiresAt);
            left -= taken.size();
            last = page.next().orElse(null);
            if (last == null) {
                return;
            }
        }
    }
}
