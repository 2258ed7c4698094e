package dev.statecraft.leaderboard.upkeep;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardService;
import dev.statecraft.leaderboard.board.BoardStore;
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
 * The scheduled work on boards: closes seasons whose end has passed, finalizes closed seasons, takes snapshots and continues
 * rank tree rebuilds.
 */
@ApplicationScoped
public class LeaderboardMaintenance {

    private static final Logger LOG = Logger.getLogger(LeaderboardMaintenance.class);

    private final BoardService boards;
    private final BoardStore store;
    private final SeasonFinalizer finalizer;
    private final SnapshotService snapshots;
    private final BoardConsistencyService consistency;
    private final LeaderboardConfig config;
    private final Clock clock;

    public LeaderboardMaintenance(
            BoardService boards,
            BoardStore store,
            SeasonFinalizer finalizer,
            SnapshotService snapshots,
            BoardConsistencyService consistency,
            LeaderboardConfig config,
            Clock clock) {
        this.boards = boards;
        this.store = store;
        this.finalizer = finalizer;
        this.snapshots = snapshots;
        this.consistency = consistency;
        this.config = config;
        this.clock = clock;
    }

    /**
     * Result of a maintenance run.
     *
     * @param boards number of processed boards
     * @param closed number of finalized seasons
     * @param snapshots number of processed scheduled snapshots
     * @param mended number of completed rank tree rebuilds
     * @param failed number of boards whose maintenance failed; the next run retries them
     * @param complete whether all due boards were processed before the time budget was used up
     */
    public record Done(int boards, int closed, int snapshots, int mended, int failed, boolean complete) {

        /** Result of a run without due boards. */
        public static final Done NOTHING = new Done(0, 0, 0, 0, 0, true);

        /** Returns the sum of two results. */
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
     * Processes the due boards of a game. Queries the index of due boards and reads only these boards.
     *
     * @param timeLeft whether time is left; checked before each step. The next run processes the remaining boards.
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
                // A failure of one board must not delay the other boards.
                LOG.errorf(e, "Maintenance of a board failed and is retried in the next run: board=%s", id);
                done = done.plus(new Done(1, 0, 0, 0, 1, true));
            }
        }
        return done;
    }

    /**
     * Returns when {@link #run} has work again: the earliest season end or scheduled snapshot, or a time that has passed if a
     * run left work behind; empty if no board has scheduled work. Cost: 0.5 RCU; for each board that is still due according
     * to the index, 1 RCU more, and 1 RCU for the others.
     */
    public Optional<Instant> nextDue(String game) {
        Instant now = clock.instant();
        Optional<Instant> first = store.firstDue(game, Instant.EPOCH);
        if (first.isEmpty() || first.get().isAfter(now)) {
            return first;
        }
        // The index may be older than the last run, and contains season ends that have no effect without resets.
        Instant next = store.firstDue(game, now.plusMillis(1)).orElse(Instant.MAX);
        for (String id : boards.due(game)) {
            Optional<Instant> due = boards.read(game, id).map(board -> board.nextWorkAt(config.seasonalResets()));
            if (due.isPresent() && due.get().isBefore(next)) {
                next = due.get();
            }
            if (!next.isAfter(now)) {
                return Optional.of(next);
            }
        }
        return next.equals(Instant.MAX) ? Optional.empty() : Optional.of(next);
    }

    private Done work(String game, String id, BooleanSupplier timeLeft) {
        Optional<Board> found = boards.read(game, id);
        if (found.isEmpty()) {
            return Done.NOTHING;
        }
        int closed = 0;
        for (int season : found.get().seasons().unfinished()) {
            closed += finalizer.resume(found.get(), season, timeLeft) ? 1 : 0;
        }
        int taken = snapshot(game, id);
        boolean mended = found.get().mending() != null
                && boards.read(game, id)
                        .flatMap(current -> consistency.goOn(current, timeLeft))
                        .isPresent();
        return new Done(1, closed, taken, mended ? 1 : 0, 0, true);
    }

    private int snapshot(String game, String id) {
        Optional<Board> found = boards.read(game, id);
        Instant now = clock.instant();
        // A permanently closed board does not change. The final snapshot of its last season is complete.
        if (found.isEmpty()
                || found.get().history().dueAt().isAfter(now)
                || found.get().seasons().closed()) {
            return 0;
        }
        Board board = found.get();
        Instant due = board.history().dueAt();
        // Missed snapshots cannot be taken later. Of several due snapshots only the last is taken.
        long missed = (now.toEpochMilli() - due.toEpochMilli())
                / config.snapshotInterval().toMillis();
        Instant last = due.plus(config.snapshotInterval().multipliedBy(missed));
        int stored = snapshots.takeScheduled(board, last);
        Instant next = last.plus(config.snapshotInterval());
        // After a lost race the snapshot remains due.
        return boards.replace(board.afterSnapshot(stored, next), board, false) ? 1 : 0;
    }
}
