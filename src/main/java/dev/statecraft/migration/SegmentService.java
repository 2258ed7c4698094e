package dev.statecraft.migration;

import dev.statecraft.migration.PageService.Job;
import dev.statecraft.migration.PageService.Outcome;
import dev.statecraft.migration.Registration.Status;
import dev.statecraft.replication.EntityPlace;
import dev.statecraft.replication.EntityScan;
import dev.statecraft.replication.EntityService;
import dev.statecraft.table.Consumption;
import dev.statecraft.table.TransientFailure;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Works on a segment of a run: takes its lease, does page after page as long as there is time, gives the lease back. */
@ApplicationScoped
public class SegmentService {

    private static final Logger LOG = Logger.getLogger(SegmentService.class);

    /** How long somebody waits who was overtaken at taking a lease. */
    private static final long OVERTAKEN_MILLIS = 500;

    /** Of a page that nothing is known of yet: milliseconds a record, and units of capacity. */
    private static final double FIRST_MILLIS = 5;

    private static final double FIRST_UNITS = 6;

    private final MigrationService migrations;
    private final RunStore runs;
    private final SegmentStore segments;
    private final BackupStore backups;
    private final PageService pages;
    private final EntityService entities;
    private final MigrationConfig config;

    SegmentService(
            MigrationService migrations,
            RunStore runs,
            SegmentStore segments,
            BackupStore backups,
            PageService pages,
            EntityService entities,
            MigrationConfig config) {
        this.migrations = migrations;
        this.runs = runs;
        this.segments = segments;
        this.backups = backups;
        this.pages = pages;
        this.entities = entities;
        this.config = config;
    }

    /**
     * How far a worker came.
     *
     * @param done whether there is nothing more to do here before the run is advanced
     * @param waitMillis how long to wait before going on
     * @param seen to be handed in then; null if there is nothing to hand in
     */
    public record Work(
            boolean done, long waitMillis, @Nullable Long seen) {

        static final Work DONE = new Work(true, 0, null);
    }

    /**
     * Works on a segment as long as there is time, and returns before it is up. Costs a read of the run a page, beside what
     * the page itself costs.
     *
     * @param seen what the last call answered, after whoever calls has waited as long as it said: if the segment's lease
     *     has stood still since then it is taken over. Null at first.
     * @param millisLeft how long the caller may go on; asked again and again
     */
    public Work work(String game, String runId, int number, @Nullable Long seen, LongSupplier millisLeft) {
        Run run = runs.read(game, runId).orElse(null);
        if (run == null || number < 0 || number >= run.segments() || !isWanted(game, run, number)) {
            return Work.DONE;
        }
        if (isForWorkers(game, run)) {
            return new Work(false, config.lease().toMillis(), null);
        }
        Segment segment = segments.read(game, runId, number);
        if (segment.finished(run.phase())) {
            return Work.DONE;
        }
        if (segment.holder() != null && (seen == null || seen != segment.revision())) {
            return new Work(false, config.lease().toMillis(), segment.revision());
        }
        Optional<Segment> lease = segments.take(
                game, segment, run.phase().pass(), UUID.randomUUID().toString());
        if (lease.isEmpty()) {
            return new Work(false, OVERTAKEN_MILLIS, null);
        }
        try {
            return new Shift(game, run, lease.get(), within(millisLeft)).work();
        } catch (RuntimeException e) {
            if (TransientFailure.is(e)) {
                throw e;
            }
            // What fails every time would be repeated for ever.
            LOG.errorf(e, "a run failed: run=%s segment=%d", runId, number);
            fail(game, runId, Status.FAILED, "A page failed: " + e);
            return Work.DONE;
        }
    }

    /** What became of a page that a game server did, and the lease as it is then. */
    record Worked(PageService.Outcome outcome, Segment lease) {}

    /** Completes a page that a game server did; nothing if the lease is lost. */
    Optional<Worked> worked(
            String game, Run run, Segment lease, WorkPage page, WorkAscent ascent, Consumption consumption) {
        return new Shift(game, run, lease, config.migrationTimeout()::toMillis).worked(page, ascent, consumption);
    }

    /** Ends a run with an error, unless it is ending already. */
    void fail(String game, String runId, Status as, String error) {
        while (true) {
            Run run = runs.read(game, runId).orElse(null);
            if (run == null || !run.active() || run.stopping() != null || run.goesBack()) {
                return;
            }
            if (runs.replace(game, run, run.stopping(as, error))) {
                return;
            }
        }
    }

    /** Whether records of a run are migrated by game servers now. */
    boolean isForWorkers(String game, Run run) {
        return !run.goesBack()
                && run.phase().working()
                && migrations
                        .find(game, run.version())
                        .filter(found -> found.kind() == Definition.Kind.WORKER)
                        .isPresent();
    }

    /** Whether a segment is to be worked on: as long as the canary lasts, only the first that is not finished. */
    boolean isWanted(String game, Run run, int number) {
        if (!run.phase().working()
                || run.paused()
                || (run.stopping() != null && !run.phase().back())) {
            return false;
        }
        if (run.phase() != Run.Phase.CANARY) {
            return true;
        }
        List<Segment> all = segments.list(game, run.id(), run.segments());
        return Progress.of(all).handled() < run.canary()
                && all.stream()
                        .filter(segment -> !segment.finished(run.phase()))
                        .findFirst()
                        .filter(first -> first.number() == number)
                        .isPresent();
    }

    /** No longer than one step may take, however long the caller may go on. */
    private LongSupplier within(LongSupplier millisLeft) {
        long begun = System.nanoTime();
        long most = config.migrationTimeout().toMillis();
        return () -> Math.min(millisLeft.getAsLong(), most - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
    }

    /** Work under one lease. */
    private final class Shift {

        private final String game;
        private final LongSupplier millisLeft;
        private final long reserveMillis;
        private final Deque<EntityPlace> found = new ArrayDeque<>();
        private Run run;
        private Segment lease;
        private boolean scanned;
        private EntityScan.@Nullable Position behind;
        private @Nullable SchemaChain chain;
        private double millisPerRecord = FIRST_MILLIS;
        private double unitsPerRecord = FIRST_UNITS;

        /** What was done of a page that a worker before did not complete: it is counted, and not skipped. */
        private long carried;

        private Shift(String game, Run run, Segment lease, LongSupplier millisLeft) {
            this.game = game;
            this.run = run;
            this.lease = lease;
            this.millisLeft = millisLeft;
            this.reserveMillis = Math.min(config.stepReserve().toMillis(), Math.max(0, millisLeft.getAsLong()) / 2);
            Tally tally = lease.tally(run);
            this.carried = tally.done() - tally.counted();
            behind = position(lease.checkpoint());
        }

        private Work work() {
            int pass = run.phase().pass();
            while (true) {
                if (!timeLeft()) {
                    segments.release(game, lease);
                    return new Work(false, 0, null);
                }
                long begun = System.nanoTime();
                Consumption consumption = new Consumption();
                boolean more = run.phase() == Run.Phase.RESTORING ? restore(consumption) : page(consumption);
                if (!more) {
                    return Work.DONE;
                }
                run = runs.read(game, run.id()).orElse(run);
                if (run.phase().pass() != pass || !isWanted(game, run, lease.number())) {
                    segments.release(game, lease);
                    return Work.DONE;
                }
                long wait = pace(consumption.units(), System.nanoTime() - begun);
                if (wait > 0 && wait >= millisLeft.getAsLong() - reserveMillis) {
                    segments.release(game, lease);
                    return new Work(false, wait, null);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(wait));
            }
        }

        private Optional<Worked> worked(WorkPage page, WorkAscent ascent, Consumption consumption) {
            List<EntityPlace> places = page.places();
            Job job = new Job(game, run, lease, () -> true, consumption);
            Outcome outcome = places.isEmpty()
                    ? NOTHING
                    : pages.raise(job, ascent.plain(), ascent, places, run.phase() == Run.Phase.VALIDATING);
            boolean whole = outcome.handled() == places.size();
            Segment.Checkpoint behindIt = page.behind();
            if (!whole && outcome.handled() == 0) {
                behindIt = lease.checkpoint();
            } else if (!whole) {
                EntityScan.Position last = entities.behind(game, places.get(outcome.handled() - 1));
                behindIt = new Segment.Checkpoint(last.partition(), last.sort());
            }
            boolean last = whole && page.behind() == null;
            return complete(outcome, behindIt, last, consumption) || (last && !outcome.lost())
                    ? Optional.of(new Worked(outcome, lease))
                    : Optional.empty();
        }

        private boolean timeLeft() {
            return millisLeft.getAsLong() > reserveMillis;
        }

        private long pace(double units, long nanos) {
            return Pace.waitMillis(share(), units, TimeUnit.NANOSECONDS.toMillis(nanos));
        }

        /** The part of the capacity that is for this segment. */
        private double share() {
            int workers = run.phase() == Run.Phase.CANARY ? 1 : run.segments();
            return (double) run.options().maxCapacity() / workers;
        }

        private int size() {
            long size = (long) ((millisLeft.getAsLong() - reserveMillis) / millisPerRecord);
            size = Math.min(size, run.options().pageSize());
            if (run.options().maxCapacity() > 0) {
                size = Math.min(size, (long) (share() / unitsPerRecord));
            }
            if (run.phase() == Run.Phase.CANARY) {
                size = Math.min(size, run.canary());
            }
            return (int) Math.max(1, size);
        }

        /** Does a page of what a scan finds; false if there is nothing left, or the lease is lost. */
        private boolean page(Consumption consumption) {
            int size = size();
            if (found.isEmpty() && !scanned) {
                look(size, consumption);
            }
            List<EntityPlace> places = new ArrayList<>();
            while (places.size() < size && !found.isEmpty()) {
                places.add(found.remove());
            }
            long begun = System.nanoTime();
            double before = consumption.units();
            Outcome outcome = places.isEmpty() ? NOTHING : did(consumption, places);
            if (!places.isEmpty()) {
                millisPerRecord = Math.max(
                        0.1, TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begun) / 1_000.0 / places.size());
                unitsPerRecord = Math.max(0.1, (consumption.units() - before) / places.size());
            }
            for (int i = places.size() - 1; i >= outcome.handled(); i--) {
                found.addFirst(places.get(i));
            }
            boolean last = found.isEmpty() && scanned;
            EntityScan.Position at = found.isEmpty()
                    ? behind
                    : outcome.handled() == 0
                            ? position(lease.checkpoint())
                            : entities.behind(game, places.get(outcome.handled() - 1));
            return complete(
                    outcome,
                    last || at == null ? null : new Segment.Checkpoint(at.partition(), at.sort()),
                    last,
                    consumption);
        }

        private void look(int size, Consumption consumption) {
            EntityScan scan = entities.scan(
                    game,
                    run.entityType(),
                    // Whatever was written before validation began has to be seen by it.
                    new EntityScan.Part(
                            lease.number(), run.segments(), run.phase().pass() != MIGRATING),
                    behind,
                    Math.max(size, config.scanItems()),
                    consumption);
            scan.found().forEach(entity -> found.add(entity.place()));
            behind = scan.next();
            scanned = scan.next() == null;
        }

        private Outcome did(Consumption consumption, List<EntityPlace> places) {
            Job job = new Job(game, run, lease, this::timeLeft, consumption);
            if (run.goesBack()) {
                return pages.lower(job, descent(), places);
            }
            Ascent ascent = new Ascent(chain(), config.bounds(), config.validationEnabled());
            return pages.raise(job, ascent, places, run.phase() == Run.Phase.VALIDATING);
        }

        /** Brings back what one commit changed; false if there is nothing left, or the lease is lost. */
        private boolean restore(Consumption consumption) {
            Segment.Checkpoint at = lease.checkpoint();
            // The parts of all backups are dealt out one after the other.
            int part = at == null ? lease.number() : Integer.parseInt(at.first());
            String after = at == null || at.second().isEmpty() ? null : at.second();
            while (part < parts()) {
                Run.Source source = source(part);
                Optional<BackupStore.Part> next = backups.next(game, source.run(), partOf(part), after);
                if (next.isPresent()) {
                    Job job = new Job(game, run, lease, () -> true, consumption);
                    Outcome outcome = pages.restore(job, descent(), next.get());
                    boolean whole = outcome.handled() == next.get().records().size();
                    Segment.Checkpoint behindIt =
                            whole ? new Segment.Checkpoint("" + part, next.get().key()) : at;
                    return complete(outcome, behindIt, false, consumption);
                }
                part += run.segments();
                after = null;
            }
            return complete(NOTHING, null, true, consumption);
        }

        private int parts() {
            return run.sources().stream().mapToInt(Run.Source::segments).sum();
        }

        private Run.Source source(int part) {
            int first = 0;
            for (Run.Source source : run.sources()) {
                first += source.segments();
                if (part < first) {
                    return source;
                }
            }
            throw new IllegalArgumentException("there is no part " + part);
        }

        private int partOf(int part) {
            int first = 0;
            for (Run.Source source : run.sources()) {
                if (part < first + source.segments()) {
                    return part - first;
                }
                first += source.segments();
            }
            throw new IllegalArgumentException("there is no part " + part);
        }

        /** The run's own migration at the end; nothing of it changes while the run goes on. */
        private SchemaChain chain() {
            SchemaChain known = chain;
            if (known == null) {
                known = migrations.chain(game, run.entityType());
                chain = known;
            }
            return known;
        }

        private Descent descent() {
            List<Definition> steps = chain().steps();
            return new Descent(
                    steps.get(steps.size() - 1),
                    run.schemas().before(),
                    run.order().mode(),
                    config.bounds());
        }

        /** Completes a page; false if it was the last one, or the lease is lost. */
        private boolean complete(
                Outcome outcome, Segment.@Nullable Checkpoint checkpoint, boolean last, Consumption consumption) {
            if (outcome.lost()) {
                return false;
            }
            long skipped = skipped(outcome);
            Optional<Segment> next = segments.complete(
                    game,
                    lease,
                    new SegmentStore.Page(
                            Segment.undoing(run),
                            checkpoint,
                            last,
                            lease.tally(run).done() + outcome.done() - carried,
                            skipped,
                            outcome.attempts(),
                            consumption.units(),
                            fresh(outcome)));
            if (next.isEmpty()) {
                return false;
            }
            lease = next.get();
            judge(outcome);
            return !last;
        }

        /**
         * What counts as skipped. Going up, what was done before in this run and not counted is not; once all records were
         * seen they are only looked at again. On the way down all are counted that are seen at the end.
         */
        private long skipped(Outcome outcome) {
            return switch (run.phase()) {
                case CANARY, MIGRATING -> {
                    long ours = Math.min(carried, outcome.current());
                    carried -= ours;
                    yield outcome.current() - ours;
                }
                case SWEEPING ->
                    outcome.done() + outcome.current() + outcome.failed().size();
                case PLANNING, VALIDATING, RESTORING, FINISHED -> {
                    carried = 0;
                    yield 0;
                }
            };
        }

        /** Records that are put aside for the first time: validation meets those again that were before. */
        private List<Quarantined> fresh(Outcome outcome) {
            return run.phase() == Run.Phase.VALIDATING
                    ? outcome.failed().stream()
                            .filter(record -> !segments.isQuarantined(game, run.id(), record.space(), record.id()))
                            .toList()
                    : outcome.failed();
        }

        /** Ends the run if too many records failed, or one is not as it should be. */
        private void judge(Outcome outcome) {
            if (run.goesBack()) {
                return;
            }
            if (outcome.violation() != null) {
                fail(game, run.id(), Status.FAILED, outcome.violation());
            } else if (!outcome.failed().isEmpty()) {
                Progress progress = Progress.of(segments.list(game, run.id(), run.segments()));
                long total = Math.max(run.total(), progress.handled());
                if (run.options().exceeded(progress.main().failed(), total)) {
                    fail(game, run.id(), Status.FAILED, reason(outcome.failed().get(0), progress));
                }
            }
        }

        private static String reason(Quarantined first, Progress progress) {
            long failed = progress.main().failed();
            return (failed == 1 ? "1 record" : failed + " records") + " failed, the last " + first.space() + "/"
                    + first.id() + ": " + first.reason();
        }
    }

    private static final int MIGRATING = Run.Phase.MIGRATING.pass();

    private static final Outcome NOTHING = new Outcome(0, 0, 0, List.of(), 0, false, null);

    private static EntityScan.@Nullable Position position(Segment.@Nullable Checkpoint checkpoint) {
        return checkpoint == null ? null : new EntityScan.Position(checkpoint.first(), checkpoint.second());
    }
}
