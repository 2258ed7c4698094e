package dev.statecraft.migration.segment;

import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.RunStore;
import dev.statecraft.migration.run.Segment;
import dev.statecraft.migration.run.SegmentStore;
import dev.statecraft.table.CapacityUsage;
import dev.statecraft.table.TransientFailure;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Works on segments of runs: takes the lease of one and works on it for a while. */
@ApplicationScoped
public class SegmentService {

    private static final Logger LOG = Logger.getLogger(SegmentService.class);

    /** How long somebody waits who was overtaken at taking a lease. */
    private static final long OVERTAKEN_MILLIS = 500;

    private final RunCoordinator turns;
    private final SegmentWorker shifts;
    private final RunStore runs;
    private final SegmentStore segments;
    private final MigrationConfig config;

    public SegmentService(
            RunCoordinator turns, SegmentWorker shifts, RunStore runs, SegmentStore segments, MigrationConfig config) {
        this.turns = turns;
        this.shifts = shifts;
        this.runs = runs;
        this.segments = segments;
        this.config = config;
    }

    /**
     * Works on a segment as long as there is time, and returns before it is up. Costs a read of the run a page, beside what
     * the page itself costs.
     *
     * @param seen what the last call answered, after whoever calls has waited as long as it said: if the segment's lease
     *     has stood still since then it is taken over. Null at first.
     * @param millisLeft how long the caller may go on; asked again and again
     */
    public SegmentWork work(String game, String runId, int number, @Nullable Long seen, LongSupplier millisLeft) {
        Run run = runs.read(game, runId).orElse(null);
        if (run == null || number < 0 || number >= run.segments() || !turns.isWanted(game, run, number)) {
            return SegmentWork.DONE;
        }
        boolean forWorkers = turns.isForWorkers(game, run);
        if (forWorkers && !run.goesBack()) {
            return new SegmentWork(false, config.lease().toMillis(), null);
        }
        Segment segment = segments.read(game, runId, number);
        if (segment.finished(run.phase().pass())) {
            return SegmentWork.DONE;
        }
        if (forWorkers && segment.heldByWorker()) {
            // It is for other game servers to take over, after as long as they are given.
            return new SegmentWork(false, config.lease().toMillis(), null);
        }
        if (segment.holder() != null && (seen == null || seen != segment.revision())) {
            return new SegmentWork(false, config.lease().toMillis(), segment.revision());
        }
        Optional<Segment> lease = segments.take(
                game, segment, run.phase().pass(), UUID.randomUUID().toString());
        if (lease.isEmpty()) {
            return new SegmentWork(false, OVERTAKEN_MILLIS, null);
        }
        try {
            return shifts.begin(game, run, lease.get(), within(millisLeft)).work();
        } catch (RuntimeException e) {
            if (TransientFailure.is(e)) {
                throw e;
            }
            // What fails every time would be repeated for ever.
            LOG.errorf(e, "a run failed: run=%s segment=%d", runId, number);
            turns.fail(game, runId, MigrationStatus.FAILED, "A page failed: " + e);
            return SegmentWork.DONE;
        }
    }

    /** Completes a page that a game server did; nothing if the lease is lost. */
    public Optional<SegmentWork.Page> worked(
            String game, Run run, Segment lease, WorkPage page, SegmentWalk.PageAction doing, CapacityUsage used) {
        return shifts.begin(game, run, lease, config.migrationTimeout()::toMillis)
                .worked(page, doing, used);
    }

    /** No longer than one step may take, however long the caller may go on. */
    private LongSupplier within(LongSupplier millisLeft) {
        long begun = System.nanoTime();
        long most = config.migrationTimeout().toMillis();
        return () -> Math.min(millisLeft.getAsLong(), most - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
    }
}
