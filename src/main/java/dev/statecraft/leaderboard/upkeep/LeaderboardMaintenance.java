package dev.statecraft.leaderboard.upkeep;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardService;
import dev.statecraft.leaderboard.rank.BoardConsistencyService;
import dev.statecraft.leaderboard.season.SeasonFinalizer;
import dev.statecraft.leaderboard.season.SnapshotService;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/**
 * What leaderboards have to have done by the clock: seasons ended, their ends worked off, snapshots taken, mendings
 * carried on.
 */
@ApplicationScoped
public class LeaderboardMaintenance {

    private static final Logger LOG = Logger.getLogger(LeaderboardMaintenance.class);

    private final BoardService boards;
    private final SeasonFinalizer closings;
    private final SnapshotService snapshots;
    private final BoardConsistencyService audits;
    private final LeaderboardConfig config;
    private final Clock clock;

    public LeaderboardMaintenance(
            BoardService boards,
            SeasonFinalizer closings,
            SnapshotService snapshots,
            BoardConsistencyService audits,
            LeaderboardConfig config,
            Clock clock) {
        this.boards = boards;
        this.closings = closings;
        this.snapshots = snapshots;
        this.audits = audits;
        this.config = config;
        this.clock = clock;
    }

    /**
     * What one run got done.
     *
     * @param boards boards looked at
     * @param closed seasons whose end was worked off
     * @param snapshots regular snapshots that were due
     * @param mended rank trees whose mending was completed
     * @param failed boards that something went wrong with; they are due again at the next run
     * @param complete whether all boards that were due were looked at before the time was up
     */
    public record Done(int boards, int closed, int snapshots, int mended, int failed, boolean complete) {

        /** Nothing was due. */
        public static final Done NOTHING = new Done(0, 0, 0, 0, 0, true);

        /** What two runs got done together. */
        public Done plus(Done other) {
            return new Done(
                    boards + other.boards,
                    closed + other.closed,
                    snapshots + other.snapshots,
                    mended + other.mended,
                    failed + other.failed,
                    complete && other.complete);
        }
    }

    /**
     * Does what is due on the boards of a game. Reads an index of what is due, and boards only if they are.
     *
     * @param timeLeft asked before each step; what is left undone is due again at the next run
     */
    public Done run(String game, BooleanSupplier timeLeft) {
        Done done = Done.NOTHING;
        for (String id : boards.due(game)) {
            if (!timeLeft.getAsBoolean()) {
                return done.plus(new Done(0, 0, 0, 0, 0, false));
            }
            try {
                done = done.plus(work(game, id, timeLeft));
            } catch (RuntimeException e) {
                // One board's trouble is not to keep the others waiting.
                LOG.errorf(e, "upkeep of board %s failed", id);
                done = done.plus(new Done(1, 0, 0, 0, 1, true));
            }
        }
        return done;
    }

    private Done work(String game, String id, BooleanSupplier timeLeft) {
        Optional<Board> found = boards.read(game, id);
        if (found.isEmpty()) {
            return Done.NOTHING;
        }
        int closed = 0;
        for (int season : found.get().seasons().unfinished()) {
            closed += closings.goOn(found.get(), season, timeLeft) ? 1 : 0;
        }
        int taken = snapshot(game, id);
        boolean mended = found.get().mending() != null
                && boards.read(game, id)
                        .flatMap(current -> audits.goOn(current, timeLeft))
                        .isPresent();
        return new Done(1, closed, taken, mended ? 1 : 0, 0, true);
    }

    private int snapshot(String game, String id) {
        Optional<Board> found = boards.read(game, id);
        Instant now = clock.instant();
        // Nothing changes any more on a board that has closed for good: the snapshot of its last season says all.
        if (found.isEmpty()
                || found.get().history().dueAt().isAfter(now)
                || found.get().seasons().closed()) {
            return 0;
        }
        Board board = found.get();
        Instant due = board.history().dueAt();
        // What was missed cannot be made up for: of several that are due only the last is taken.
        long missed = (now.toEpochMilli() - due.toEpochMilli())
                / config.snapshotInterval().toMillis();
        Instant last = due.plus(config.snapshotInterval().multipliedBy(missed));
        int kept = snapshots.takeScheduled(board, last);
        Instant next = last.plus(config.snapshotInterval());
        // If somebody else was faster, it is still due.
        return boards.replace(board.recorded(kept, next), board, false) ? 1 : 0;
    }
}
