package dev.statecraft.leaderboard.upkeep;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.Purge;
import dev.statecraft.leaderboard.board.Purge.Kind;
import dev.statecraft.leaderboard.board.Purge.Target;
import dev.statecraft.leaderboard.board.PurgeStore;
import dev.statecraft.leaderboard.board.SeasonStore;
import dev.statecraft.leaderboard.entry.EntryStore;
import dev.statecraft.leaderboard.rank.RankStore;
import dev.statecraft.leaderboard.score.ReviewStore;
import dev.statecraft.leaderboard.season.AwardStore;
import dev.statecraft.leaderboard.season.SampleStore;
import dev.statecraft.leaderboard.season.SnapshotStore;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import dev.statecraft.table.Batches.Removed;
import dev.statecraft.table.Parallel;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/**
 * Purges deleted boards: deletes their items from the tables in steps. Each step is idempotent. The purge record names the
 * next step. Any instance can resume the purge, and two instances may run it concurrently.
 *
 * <p>Match records are not purged. They contain no player id, and they expire.
 */
@ApplicationScoped
public class PurgeService {

    private static final Logger LOG = Logger.getLogger(PurgeService.class);

    /** Maximum number of purges that one run processes. */
    private static final int MAX_PER_RUN = 100;

    private final PurgeStore purges;
    private final EntryStore entries;
    private final RankStore ranks;
    private final SampleStore samples;
    private final AwardStore awards;
    private final SnapshotStore snapshots;
    private final ReviewStore reviews;
    private final SeasonStore seasons;
    private final Parallel parallel;
    private final LeaderboardConfig config;
    private final Clock clock;

    public PurgeService(
            PurgeStore purges,
            EntryStore entries,
            RankStore ranks,
            SampleStore samples,
            AwardStore awards,
            SnapshotStore snapshots,
            ReviewStore reviews,
            SeasonStore seasons,
            Parallel parallel,
            LeaderboardConfig config,
            Clock clock) {
        this.purges = purges;
        this.entries = entries;
        this.ranks = ranks;
        this.samples = samples;
        this.awards = awards;
        this.snapshots = snapshots;
        this.reviews = reviews;
        this.seasons = seasons;
        this.parallel = parallel;
        this.config = config;
        this.clock = clock;
    }

    /**
     * Continues the due purges of a game. Cost: 0.5 RCU if none is due. Otherwise per entry 1 RCU to find samples, 1 WCU, 1
     * WCU for the index, and the update of the rank tree by the stream consumer; 1 WCU per other item, 1 RCU per empty
     * partition, and 1 or 2 WCU per step.
     *
     * @param timeLeft whether time is left; checked before each step
     * @return number of completed purges
     */
    public int resume(String game, BooleanSupplier timeLeft) {
        int completed = 0;
        for (String name : purges.due(game, clock.instant(), MAX_PER_RUN)) {
            if (!timeLeft.getAsBoolean()) {
                break;
            }
            try {
                completed += resume(game, name, timeLeft) ? 1 : 0;
            } catch (RuntimeException e) {
                // A failure of one purge must not delay the others. The next run retries it.
                LOG.errorf(e, "Purge of a deleted board failed and is retried in the next run: purge=%s", name);
            }
        }
        return completed;
    }

    /** Returns when {@link #resume} has work again; empty if the game has no purge. Cost: 0.5 RCU. */
    public Optional<Instant> nextDue(String game) {
        return purges.firstDue(game);
    }

    private boolean resume(String game, String name, BooleanSupplier timeLeft) {
        Optional<Purge> found = purges.read(game, name);
        while (found.isPresent() && !found.get().dueAt().isAfter(clock.instant()) && timeLeft.getAsBoolean()) {
            Purge purge = found.get();
            Optional<Purge> next = step(purge, timeLeft);
            if (next.isEmpty()) {
                purges.remove(purge);
                return true;
            }
            // After a lost race the other worker continues this purge.
            found = purges.replace(next.get()) ? next : Optional.empty();
        }
        return false;
    }

    /** Processes targets up to the limits of one step. Returns the resulting purge; empty if the purge is complete. */
    private Optional<Purge> step(Purge purge, BooleanSupplier timeLeft) {
        LeaderboardConfig.Purge limits = config.purge();
        Target target = purge.target();
        boolean found = purge.found();
        int left = limits.page();
        for (int targets = 1; ; targets++) {
            Removed removed = remove(purge.board(), target, left);
            left -= removed.count();
            found |= target.kind() == Kind.LANE && removed.count() > 0;
            if (!removed.more()) {
                Optional<Target> following = purge.following(target);
                if (following.isEmpty()) {
                    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
                    return purge.passed(found, now.plus(limits.againAfter()));
                }
                target = following.get();
            }
            if (left <= 0 || targets >= limits.places() || !timeLeft.getAsBoolean()) {
                return Optional.of(purge.at(target, found));
            }
        }
    }

    private Removed remove(Board board, Target target, int limit) {
        return switch (target.kind()) {
            case LANE -> removeEntries(board, target.season(), target.number(), limit);
            case AWARDS -> awards.removeFirst(board, target.season(), limit);
            case TREE -> ranks.removeFirst(RankStore.treeKey(board, target.season(), target.number()), limit);
            case SNAPSHOTS -> snapshots.removeFirst(board, limit);
            case REVIEWS -> reviews.removeFirst(board, limit);
            case SEASONS -> seasons.removeFirst(board, limit);
        };
    }

    /** Deletes samples before entries, because only the entries contain the player ids that lead to the samples. */
    private Removed removeEntries(Board board, int season, int lane, int limit) {
        EntryStore.LaneKeys items = entries.first(board, season, lane, limit);
        parallel.all(items.players().stream()
                .map(player -> (Callable<Integer>) () -> samples.delete(board, player))
                .toList());
        entries.delete(board, season, lane, items);
        return new Removed(items.keys().size(), items.more());
    }
}
