package dev.statecraft.leaderboard.season;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.RankedEntry;
import dev.statecraft.leaderboard.board.Season;
import dev.statecraft.leaderboard.board.SnapshotTrigger;
import dev.statecraft.leaderboard.listing.Listing;
import dev.statecraft.leaderboard.listing.ListingService;
import dev.statecraft.leaderboard.rank.Distribution;
import dev.statecraft.leaderboard.rank.DistributionService;
import dev.statecraft.leaderboard.rank.RankWalk;
import dev.statecraft.leaderboard.rank.RankingService;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Takes and reads leaderboard snapshots, and takes the samples of player ranks. */
@ApplicationScoped
public class SnapshotService {

    private static final int BUCKETS = 20;
    private static final int PAGE = 1000;

    private final SnapshotStore snapshots;
    private final SampleStore samples;
    private final ListingService lists;
    private final RankingService rankings;
    private final DistributionService distributions;
    private final LeaderboardConfig config;

    public SnapshotService(
            SnapshotStore snapshots,
            SampleStore samples,
            ListingService lists,
            RankingService rankings,
            DistributionService distributions,
            LeaderboardConfig config) {
        this.snapshots = snapshots;
        this.samples = samples;
        this.lists = lists;
        this.rankings = rankings;
        this.distributions = distributions;
        this.config = config;
    }

    /** Takes the preliminary snapshot of a season that was just closed. */
    void takeFirst(Board board, Season season) {
        if (config.historicalData()) {
            snapshots.put(board, of(board, season));
        }
    }

    /**
     * Takes the final snapshot of a season, which replaces the preliminary one, and samples its best players.
     *
     * @return number of stored snapshots of the board
     */
    int takeFinal(Board board, Season season) {
        return config.historicalData()
                ? store(board, of(board, season))
                : board.history().snapshots();
    }

    /**
     * Takes the scheduled snapshot of the current season and samples its best players. Skipped if no score changed in the
     * last snapshot interval.
     *
     * @return number of stored snapshots of the board
     */
    public int takeScheduled(Board board, Instant at) {
        RankWalk.Summary now = rankings.summary(board, board.season());
        boolean changed = !now.lastUpdated().isBefore(at.minus(config.snapshotInterval()));
        if (!config.historicalData() || now.total() == 0 || !changed) {
            return board.history().snapshots();
        }
        return store(
                board, of(board, Snapshot.idOf(at, "scheduled"), SnapshotTrigger.SCHEDULED, "", at, board.season()));
    }

    /** Reads a snapshot; empty if there is none with this id. */
    public Optional<Snapshot> find(Board board, String id) {
        return snapshots.read(board, id);
    }

    /** Lists snapshots, latest first; see {@link SnapshotStore#list}. */
    public SnapshotStore.SnapshotPage list(Board board, @Nullable String beforeId, int limit) {
        return snapshots.list(board, beforeId, limit);
    }

    private Snapshot of(Board board, Season season) {
        return of(board, Snapshot.idOf(season), season.eventType(), season.reason(), season.endedAt(), season.season());
    }

    private Snapshot of(Board board, String id, SnapshotTrigger type, String reason, Instant at, int season) {
        Listing best = lists.list(board.listingAll(), season, 1, config.snapshotEntries());
        Distribution distribution = distributions.distribution(board, season, BUCKETS);
        return new Snapshot(id, type, reason, at, season, best.totalEntries(), best.entries(), distribution.buckets());
    }

    private int store(Board board, Snapshot snapshot) {
        sample(board, snapshot);
        snapshots.put(board, snapshot);
        int count = snapshots.count(board);
        int max = config.maxHistoricalEntries();
        if (count > max) {
            snapshots.deleteOldest(board, count - max);
        }
        return Math.min(count, max);
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
