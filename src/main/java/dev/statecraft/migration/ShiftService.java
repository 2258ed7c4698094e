package dev.statecraft.migration;

import dev.statecraft.migration.PageService.Job;
import dev.statecraft.migration.PageService.Outcome;
import dev.statecraft.migration.SegmentService.Work;
import dev.statecraft.migration.SegmentService.Worked;
import dev.statecraft.replication.EntityPlace;
import dev.statecraft.replication.EntityScan;
import dev.statecraft.replication.EntityService;
import dev.statecraft.table.Consumption;
import dev.statecraft.table.Counters;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Works on segments, page after page. */
@ApplicationScoped
public class ShiftService {

    /** Of a page that nothing is known of yet: milliseconds a record, and units of capacity. */
    private static final double FIRST_MILLIS = 5;

    private static final double FIRST_UNITS = 6;

    private static final int MIGRATING = Run.Phase.MIGRATING.pass();

    private static final Outcome NOTHING = new Outcome(0, 0, 0, List.of(), 0, false, null);

    private static EntityScan.@Nullable Position position(Segment.@Nullable Checkpoint checkpoint) {
        return checkpoint == null ? null : new EntityScan.Position(checkpoint.first(), checkpoint.second());
    }

    private final TurnService turns;
    private final MigrationService migrations;
    private final RunStore runs;
    private final SegmentStore segments;
    private final BackupStore backups;
    private final PageService pages;
    private final EntityService entities;
    private final Counters counters;
    private final MigrationConfig config;

    ShiftService(
            TurnService turns,
            MigrationService migrations,
            RunStore runs,
            SegmentStore segments,
            BackupStore backups,
            PageService pages,
            EntityService entities,
            Counters counters,
            MigrationConfig config) {
        this.turns = turns;
        this.migrations = migrations;
        this.runs = runs;
        this.segments = segments;
        this.backups = backups;
        this.pages = pages;
        this.entities = entities;
        this.counters = counters;
        this.config = config;
    }

    /** Does the records of a page in a way of its own. */
    interface Doing {

        Outcome of(PageService pages, Job job, List<EntityPlace> places);
    }

    /** Begins work under a lease that was taken. */
    Shift begin(String game, Run run, Segment lease, LongSupplier millisLeft) {
        return new Shift(game, run, lease, millisLeft);
    }

    /** Work on one segment under one lease, as long as there is time; then the lease is given back. Not safe for threads. */
    final class Shift {

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

        /** Whether it came to a record that a game server has to take back. */
        private boolean awaitsWorker;

        private Shift(String game, Run run, Segment lease, LongSupplier millisLeft) {
            this.game = game;
            this.run = run;
            this.lease = lease;
            this.millisLeft = millisLeft;
            this.reserveMillis = Math.min(config.stepReserve().toMillis(), Math.max(0, millisLeft.getAsLong()) / 2);
            Tally tally = lease.tally(run.undoing());
            this.carried = tally.done() - tally.counted();
            behind = position(lease.checkpoint());
        }

        /** Works until the time is up or there is nothing more to do; the lease is somebody else's or nobody's then. */
        Work work() {
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
                if (awaitsWorker) {
                    segments.release(game, lease);
                    return new Work(false, config.lease().toMillis(), null);
                }
                run = runs.read(game, run.id()).orElse(run);
                if (run.phase().pass() != pass || !turns.isWanted(game, run, lease.number())) {
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

        /** Does a page that a game server has done its part of; nothing if the lease is lost. */
        Optional<Worked> worked(WorkPage page, Doing doing, Consumption consumption) {
            List<EntityPlace> places = page.places();
            Job job = new Job(game, run, lease, () -> true, consumption);
            Outcome outcome = places.isEmpty() ? NOTHING : doing.of(pages, job, places);
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
                awaitsWorker = outcome.handled() == 0 && turns.isForWorkers(game, run);
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
                return pages.lower(job, descent()::lowered, places);
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
                            run.undoing(),
                            checkpoint,
                            last,
                            lease.tally(run.undoing()).done() + outcome.done() - carried,
                            skipped,
                            outcome.attempts(),
                            consumption.units(),
                            fresh(outcome)));
            if (next.isEmpty()) {
                return false;
            }
            lease = next.get();
            counters.add(Counters.MIGRATED_RECORDS, outcome.done());
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
                turns.fail(game, run.id(), MigrationStatus.FAILED, outcome.violation());
            } else if (!outcome.failed().isEmpty()) {
                Progress progress = Progress.of(segments.list(game, run.id(), run.segments()));
                long total = Math.max(run.total(), progress.handled());
                if (run.options().exceeded(progress.main().failed(), total)) {
                    turns.fail(
                            game,
                            run.id(),
                            MigrationStatus.FAILED,
                            reason(outcome.failed().get(0), progress));
                }
            }
        }

        /** Without the name of the record, which may be a player's: this is kept with the run and in the ledger. */
        private static String reason(Quarantined last, Progress progress) {
            long failed = progress.main().failed();
            return (failed == 1 ? "1 record" : failed + " records") + " failed, the last: " + last.reason();
        }
    }
}
