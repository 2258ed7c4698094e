package dev.statecraft.migration.segment;

import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.RunStore;
import dev.statecraft.migration.run.Segment;
import dev.statecraft.migration.run.SegmentStore;
import dev.statecraft.runtime.Deadline;
import dev.statecraft.runtime.RandomUuid;
import dev.statecraft.runtime.Ticker;
import dev.statecraft.table.CapacityUsage;
import dev.statecraft.table.TransientFailure;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Takes the lease of a segment of a run and processes the segment for a while. */
@ApplicationScoped
public class SegmentService {

    private static final Logger LOG = Logger.getLogger(SegmentService.class);

    /** Milliseconds to wait after another worker has taken the lease. */
    private static final long CONTENTION_MILLIS = 500;

    private final RunCoordinator coordinator;
    private final SegmentWorker workers;
    private final RunStore runs;
    private final SegmentStore segments;
    private final MigrationConfig config;
    private final Ticker ticker;
    private final RandomGenerator random;

    public SegmentService(
            RunCoordinator coordinator,
            SegmentWorker workers,
            RunStore runs,
            SegmentStore segments,
            MigrationConfig config,
            Ticker ticker,
            RandomGenerator random) {
        this.coordinator = coordinator;
        this.workers = workers;
        this.runs = runs;
        this.segments = segments;
        this.config = config;
        this.ticker = ticker;
        this.random = random;
    }

    /**
     * Processes a segment until the time budget is used up. Cost: 1 RCU per page to read the run, and the cost of the
     * pages.
     *
     * @param seen lease state that the previous call returned. If the lease has not changed after the caller has
     *     waited, it is taken over. Null in the first call.
     * @param millisLeft remaining time budget in milliseconds; called repeatedly
     */
    public SegmentWork work(String game, String runId, int number, @Nullable Long seen, LongSupplier millisLeft) {
        Run run = runs.read(game, runId).orElse(null);
        if (run == null || number < 0 || number >= run.segments() || !coordinator.needsWork(game, run, number)) {
            return SegmentWork.DONE;
        }
        long settleMillis = coordinator.settleMillis(game, run);
        if (settleMillis > 0) {
            return new SegmentWork(false, settleMillis, null);
        }
        boolean forWorkers = coordinator.isForWorkers(game, run);
        if (forWorkers && !run.isRollingBack()) {
            return new SegmentWork(false, config.lease().toMillis(), null);
        }
        Segment segment = segments.read(game, runId, number);
        if (segment.finished(run.phase().pass())) {
            return SegmentWork.DONE;
        }
        if (forWorkers && segment.heldByWorker()) {
            // Only other game servers may take this lease over, after the time that the holder has.
            return new SegmentWork(false, config.lease().toMillis(), null);
        }
        if (segment.holder() != null && (seen == null || seen != segment.revision())) {
            return new SegmentWork(false, config.lease().toMillis(), segment.revision());
        }
        Optional<Segment> lease = segments.take(game, segment, run.phase().pass(), RandomUuid.next(random));
        if (lease.isEmpty()) {
            return new SegmentWork(false, CONTENTION_MILLIS, null);
        }
        try {
            return workers.start(game, run, lease.get(), within(millisLeft)).work();
        } catch (RuntimeException e) {
            if (TransientFailure.is(e)) {
                throw e;
            }
            // A failure that is not transient would repeat forever.
            LOG.errorf(e, "run failed: run=%s segment=%d", runId, number);
            coordinator.fail(game, runId, MigrationStatus.FAILED, "A page failed: " + e);
            return SegmentWork.DONE;
        }
    }

    /** Completes a page that a game server processed. Returns nothing if the lease is lost. */
    public Optional<SegmentWork.Page> complete(
            String game, Run run, Segment lease, WorkPage page, SegmentWalk.PageAction action, CapacityUsage used) {
        return workers.start(game, run, lease, config.migrationTimeout()::toMillis)
                .completeLeased(page, action, used);
    }

    /** Limits the time budget of the caller to the maximum duration of a step. */
    private LongSupplier within(LongSupplier millisLeft) {
        Deadline step = Deadline.in(ticker, config.migrationTimeout());
        return () -> Math.min(millisLeft.getAsLong(), step.millisLeft());
    }
}
