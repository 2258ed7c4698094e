package dev.statecraft.leaderboard.upkeep;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.Purge;
import dev.statecraft.leaderboard.board.Purge.Kind;
import dev.statecraft.leaderboard.board.Purge.Place;
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
 * Removes what was scored on deleted boards from the tables, step by step. A step that is repeated finds less to remove, and
 * the record of the purge says which is next; so it may be broken off anywhere and taken up by anyone, also by two at once.
 *
 * <p>Records of matches are left: they name no player, only the clock knows where they are, and they expire by it.
 */
@ApplicationScoped
public class PurgeService {

    private static final Logger LOG = Logger.getLogger(PurgeService.class);

    /** Purges looked at in one run. */
    private static final int MOST_AT_ONCE = 100;

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
     * Goes on with what is due in a game. 0.5 RCU if nothing is; otherwise, for an entry, 1 RCU to look for samples, 1 WCU
     * and 1 in the index, and what the stream writes to count it out of the rank tree; 1 WCU for anything else that is
     * removed, 1 RCU for each partition with nothing in it, and 1 or 2 WCU a step.
     *
     * @param timeLeft asked before each step
     * @return how many epochs of boards are gone completely
     */
    public int goOn(String game, BooleanSupplier timeLeft) {
        int gone = 0;
        for (String name : purges.due(game, clock.instant(), MOST_AT_ONCE)) {
            if (!timeLeft.getAsBoolean()) {
                break;
            }
            try {
                gone += goOn(game, name, timeLeft) ? 1 : 0;
            } catch (RuntimeException e) {
                // One board's trouble is not to keep the others waiting; it is due again at the next run.
                LOG.errorf(e, "purge of %s failed", name);
            }
        }
        return gone;
    }

    private boolean goOn(String game, String name, BooleanSupplier timeLeft) {
        Optional<Purge> found = purges.read(game, name);
        while (found.isPresent() && !found.get().dueAt().isAfter(clock.instant()) && timeLeft.getAsBoolean()) {
            Purge purge = found.get();
            Optional<Purge> further = step(purge, timeLeft);
            if (further.isEmpty()) {
                purges.remove(purge);
                return true;
            }
            // Where somebody else is faster, two need not do the same.
            found = purges.replace(further.get()) ? further : Optional.empty();
        }
        return false;
    }

    /** The purge after a few places, or a page of one; nothing if it is over. */
    private Optional<Purge> step(Purge purge, BooleanSupplier timeLeft) {
        LeaderboardConfig.Purge limits = config.purge();
        Place place = purge.place();
        boolean found = purge.found();
        int left = limits.page();
        for (int places = 1; ; places++) {
            Removed removed = remove(purge.board(), place, left);
            left -= removed.count();
            found |= place.kind() == Kind.LANE && removed.count() > 0;
            if (!removed.more()) {
                Optional<Place> following = purge.following(place);
                if (following.isEmpty()) {
                    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
                    return purge.passed(found, now.plus(limits.againAfter()));
                }
                place = following.get();
            }
            if (left <= 0 || places >= limits.places() || !timeLeft.getAsBoolean()) {
                return Optional.of(purge.at(place, found));
            }
        }
    }

    private Removed remove(Board board, Place place, int limit) {
        return switch (place.kind()) {
            case LANE -> removeEntries(board, place.season(), place.number(), limit);
            case AWARDS -> awards.removeFirst(board, place.season(), limit);
            case TREE -> ranks.removeFirst(RankStore.treeKey(board, place.season(), place.number()), limit);
            case SNAPSHOTS -> snapshots.removeFirst(board, limit);
            case REVIEWS -> reviews.removeFirst(board, limit);
            case SEASONS -> seasons.removeFirst(board, limit);
        };
    }

    /** Samples first: only the entries tell whose there may be. */
    private Removed removeEntries(Board board, int season, int lane, int limit) {
        EntryStore.LaneKeys items = entries.first(board, season, lane, limit);
        parallel.all(items.players().stream()
                .map(player -> (Callable<Integer>) () -> samples.delete(board, player))
                .toList());
        entries.delete(board, season, lane, items);
        return new Removed(items.keys().size(), items.more());
    }
}
