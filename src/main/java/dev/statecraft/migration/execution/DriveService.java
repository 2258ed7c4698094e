package dev.statecraft.migration.execution;

import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.segment.SegmentService;
import dev.statecraft.migration.segment.SegmentWork;
import dev.statecraft.runtime.Deadline;
import dev.statecraft.runtime.Threads;
import dev.statecraft.runtime.Ticker;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;

/**
 * Drives runs within one process: advances a run and processes its segments in parallel. On AWS a state machine does
 * this.
 */
@ApplicationScoped
public class DriveService {

    /** Pause before a run is read again of which others process a segment. */
    private static final long POLL_MILLIS = 500;

    private final StepService steps;
    private final SegmentService segments;
    private final ExecutorService pool;
    private final Ticker ticker;

    public DriveService(
            StepService steps, SegmentService segments, MigrationConfig config, Ticker ticker, Threads threads) {
        this.steps = steps;
        this.segments = segments;
        this.ticker = ticker;
        this.pool = threads.newPool(config.workers(), "migration-segment");
    }

    @PreDestroy
    void stop() {
        pool.shutdownNow();
    }

    /**
     * Drives the runs of a game until no work is left or the time budget is used up. Returns true if no work is left.
     * Where segments belong to game servers or to another instance, the run is read again after a pause.
     *
     * @throws RuntimeException the first failure, after all segments have stopped; the run can be continued
     */
    public boolean drive(String game, LongSupplier millisLeft) {
        while (true) {
            StepService.Next next = steps.advance(game, millisLeft);
            if (next.done()) {
                return true;
            }
            String run = next.run();
            if (run == null || millisLeft.getAsLong() <= 0) {
                return false;
            }
            List<Future<Boolean>> working = new ArrayList<>();
            for (int segment : next.segments()) {
                working.add(pool.submit(() -> work(game, run, segment, millisLeft)));
            }
            if (!await(working)) {
                park(Math.min(POLL_MILLIS, Math.max(0, millisLeft.getAsLong())));
            }
        }
    }

    /** Works on a segment. Returns false if others hold it for longer than the time budget. */
    private boolean work(String game, String run, int segment, LongSupplier millisLeft) {
        SegmentWork work = segments.work(game, run, segment, null, millisLeft);
        while (!work.done() && millisLeft.getAsLong() > work.waitMillis()) {
            park(work.waitMillis());
            work = segments.work(game, run, segment, work.seen(), millisLeft);
        }
        return work.done();
    }

    /** Waits at least this long. A lease may only be taken over after the full time. */
    private void park(long millis) {
        Deadline.inMillis(ticker, millis).await();
    }

    /** Returns whether all are done. */
    private static boolean await(List<Future<Boolean>> working) {
        RuntimeException failure = null;
        boolean done = true;
        for (Future<Boolean> one : working) {
            try {
                done &= one.get();
            } catch (ExecutionException e) {
                RuntimeException cause = e.getCause() instanceof RuntimeException thrown
                        ? thrown
                        : new IllegalStateException("a segment failed", e.getCause());
                if (failure == null) {
                    failure = cause;
                } else {
                    failure.addSuppressed(cause);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while segments are processed", e);
            }
        }
        if (failure != null) {
            throw failure;
        }
        return done;
    }
}
