package dev.statecraft.migration.segment;

import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.definition.SchemaChain;
import dev.statecraft.migration.record.RecordReader;
import dev.statecraft.migration.registry.DefinitionCatalog;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.RunCounts;
import dev.statecraft.migration.run.RunStore;
import dev.statecraft.migration.run.Segment;
import dev.statecraft.migration.run.SegmentStore;
import dev.statecraft.migration.segment.PageService.Job;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.replication.state.EntityScan;
import dev.statecraft.runtime.Ticker;
import dev.statecraft.table.CapacityUsage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Processes one segment page by page under one lease, until the segment is finished or the time budget is used up. The
 * lease is released then. Not safe for use by several threads.
 */
public final class SegmentWalk {

    /** Assumed duration of a record before the first page, in milliseconds. */
    private static final double FIRST_MILLIS = 5;

    /** Assumed capacity units of a record before the first page. */
    private static final double FIRST_UNITS = 6;

    private static final int MIGRATING = Run.Phase.MIGRATING.pass();

    /** Processes the records of a page. */
    public interface PageAction {

        PageOutcome process(PageService pages, Job job, List<EntityKey> keys);
    }

    /** The services and stores that a walk uses. */
    record Services(
            RunCoordinator coordinator,
            DefinitionCatalog definitions,
            RunStore runs,
            SegmentStore segments,
            BackupStore backups,
            PageService pages,
            PageCompletion completion,
            RecordReader records,
            MigrationConfig config,
            Ticker ticker) {}

    private final Services services;
    private final String game;
    private final LongSupplier millisLeft;
    private final long reserveMillis;
    private final Deque<EntityKey> found = new ArrayDeque<>();
    private Run run;
    private Segment lease;
    private boolean scanned;
    private EntityScan.@Nullable Position scannedTo;
    private @Nullable SchemaChain chain;
    private double millisPerRecord = FIRST_MILLIS;
    private double unitsPerRecord = FIRST_UNITS;

    /**
     * Number of records that an earlier worker wrote in a page that it did not complete. They are counted when they are
     * scanned again, and are not skipped.
     */
    private long carried;

    /** Whether to wait: for a game server that has to roll back a record, or for the other segments. */
    private boolean waits;

    SegmentWalk(Services services, String game, Run run, Segment lease, LongSupplier millisLeft) {
        this.services = services;
        this.game = game;
        this.run = run;
        this.lease = lease;
        this.millisLeft = millisLeft;
        this.reserveMillis =
                Math.min(services.config().stepReserve().toMillis(), Math.max(0, millisLeft.getAsLong()) / 2);
        RunCounts counts = lease.counts(run.undoing());
        this.carried = counts.done() - counts.counted();
        scannedTo = position(lease.checkpoint());
    }

    private static EntityScan.@Nullable Position position(Segment.@Nullable Checkpoint checkpoint) {
        return checkpoint == null ? null : new EntityScan.Position(checkpoint.first(), checkpoint.second());
    }

    /**
     * Works until the time budget is used up or the segment needs no more work. The walk no longer holds the lease when
     * this method returns.
     */
    SegmentWork work() {
        int pass = run.phase().pass();
        while (true) {
            if (!timeLeft()) {
                return released(0);
            }
            long startNanos = services.ticker().nanos();
            CapacityUsage consumption = new CapacityUsage();
            boolean more = run.phase() == Run.Phase.RESTORING ? restore(consumption) : page(consumption);
            if (!more) {
                return SegmentWork.DONE;
            }
            if (waits) {
                return released(services.config().lease().toMillis());
            }
            run = services.runs().read(game, run.id()).orElse(run);
            if (run.phase().pass() != pass || !services.coordinator().needsWork(game, run, lease.number())) {
                services.segments().release(game, lease);
                return SegmentWork.DONE;
            }
            long wait = pauseMillis(consumption.units(), services.ticker().nanos() - startNanos);
            if (wait > 0 && wait >= millisLeft.getAsLong() - reserveMillis) {
                return released(wait);
            }
            services.ticker().sleep(TimeUnit.MILLISECONDS.toNanos(wait));
        }
    }

    private SegmentWork released(long waitMillis) {
        services.segments().release(game, lease);
        return new SegmentWork(false, waitMillis, null);
    }

    /** Completes a page that a game server processed; returns nothing if the lease is lost. */
    Optional<SegmentWork.Page> completeLeased(WorkPage page, PageAction action, CapacityUsage consumption) {
        List<EntityKey> keys = page.keys();
        Job job = new Job(game, run, lease, () -> true, consumption);
        PageOutcome outcome = keys.isEmpty() ? PageOutcome.EMPTY : action.process(services.pages(), job, keys);
        boolean whole = outcome.handled() == keys.size();
        Segment.Checkpoint next = page.behind();
        if (!whole && outcome.handled() == 0) {
            next = lease.checkpoint();
        } else if (!whole) {
            EntityScan.Position last =
                    services.records().positionAfter(game, run.entityType(), keys.get(outcome.handled() - 1));
            next = new Segment.Checkpoint(last.partition(), last.sort());
        }
        boolean last = whole && page.behind() == null;
        return complete(outcome, next, last, consumption) || (last && !outcome.lost())
                ? Optional.of(new SegmentWork.Page(outcome, lease))
                : Optional.empty();
    }

    private boolean timeLeft() {
        return millisLeft.getAsLong() > reserveMillis;
    }

    private long pauseMillis(double units, long nanos) {
        return CapacityPacer.waitMillis(share(), units, TimeUnit.NANOSECONDS.toMillis(nanos));
    }

    /** Capacity units per second for this segment. */
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

    /** Processes a page of scanned records. Returns false if the segment is finished, or the lease is lost. */
    private boolean page(CapacityUsage consumption) {
        int size = size();
        if (found.isEmpty() && !scanned) {
            scan(size, consumption);
        }
        List<EntityKey> keys = new ArrayList<>();
        while (keys.size() < size && !found.isEmpty()) {
            keys.add(found.remove());
        }
        long startNanos = services.ticker().nanos();
        double before = consumption.units();
        PageOutcome outcome = keys.isEmpty() ? PageOutcome.EMPTY : process(consumption, keys);
        if (!keys.isEmpty()) {
            millisPerRecord = Math.max(
                    0.1, TimeUnit.NANOSECONDS.toMicros(services.ticker().nanos() - startNanos) / 1_000.0 / keys.size());
            unitsPerRecord = Math.max(0.1, (consumption.units() - before) / keys.size());
            waits = outcome.handled() == 0 && services.coordinator().isForWorkers(game, run);
        }
        for (int i = keys.size() - 1; i >= outcome.handled(); i--) {
            found.addFirst(keys.get(i));
        }
        boolean last = found.isEmpty() && scanned;
        EntityScan.Position at = found.isEmpty()
                ? scannedTo
                : outcome.handled() == 0
                        ? position(lease.checkpoint())
                        : services.records().positionAfter(game, run.entityType(), keys.get(outcome.handled() - 1));
        return complete(
                outcome,
                last || at == null ? null : new Segment.Checkpoint(at.partition(), at.sort()),
                last,
                consumption);
    }

    private void scan(int size, CapacityUsage consumption) {
        EntityScan scan = services.records()
                .scan(
                        game,
                        run.entityType(),
                        // A consistent read, so that validation finds every record that was written before it started.
                        new EntityScan.Part(
                                lease.number(), run.segments(), run.phase().pass() != MIGRATING),
                        scannedTo,
                        Math.max(size, services.config().scanItems()),
                        consumption);
        scan.found().forEach(entity -> found.add(entity.place()));
        scannedTo = scan.next();
        scanned = scan.next() == null;
    }

    private PageOutcome process(CapacityUsage consumption, List<EntityKey> keys) {
        Job job = new Job(game, run, lease, this::timeLeft, consumption);
        if (run.isRollingBack()) {
            return services.pages().downgrade(job, entity -> downgrade(entity).downgraded(entity), keys);
        }
        return services.pages()
                .upgrade(
                        job,
                        upgrade(chain()),
                        entity -> upgrade(chain().of(entity.type())).of(entity),
                        keys,
                        run.phase() == Run.Phase.VALIDATING);
    }

    /**
     * Restores the records of one commit from its backup. Returns false if the segment is finished, or the lease is
     * lost.
     */
    private boolean restore(CapacityUsage consumption) {
        BackupParts parts = new BackupParts(run.sources(), run.segments());
        Segment.Checkpoint at = lease.checkpoint();
        int part = at == null ? parts.first(lease.number()) : Integer.parseInt(at.first());
        String after = at == null || at.second().isEmpty() ? null : at.second();
        boolean alone = at != null && parts.isEarlier(part);
        while (parts.restores(lease.number(), part)) {
            if (parts.isEarlier(part) && !alone && !othersAreFinished()) {
                waits = true;
                return true;
            }
            BackupParts.Part of = parts.part(part);
            Optional<BackupStore.Part> next = services.backups().next(game, of.run(), of.segment(), after);
            if (next.isPresent()) {
                Job job = new Job(game, run, lease, () -> true, consumption);
                PageOutcome outcome = services.pages().restore(job, this::downgrade, next.get());
                boolean whole = outcome.handled() == next.get().records().size();
                Segment.Checkpoint restoredTo =
                        whole ? new Segment.Checkpoint("" + part, next.get().key()) : at;
                return complete(outcome, restoredTo, false, consumption);
            }
            part = parts.after(part);
            after = null;
        }
        return complete(PageOutcome.EMPTY, null, true, consumption);
    }

    private boolean othersAreFinished() {
        return services.segments().list(game, run.id(), run.segments()).stream()
                .allMatch(segment -> segment.number() == lease.number()
                        || segment.finished(run.phase().pass()));
    }

    /** The migrations of the type, with that of the run at the end. They do not change while the run is active. */
    private SchemaChain chain() {
        SchemaChain known = chain;
        if (known == null) {
            known = services.definitions().chain(game, run.entityType());
            chain = known;
        }
        return known;
    }

    private RecordUpgrade upgrade(SchemaChain ofType) {
        return new RecordUpgrade(
                ofType, services.config().bounds(), services.config().validationEnabled());
    }

    private RecordDowngrade downgrade(Entity entity) {
        SchemaChain ofType = chain().of(entity.type());
        List<Definition> steps = ofType.steps();
        return new RecordDowngrade(
                steps.get(steps.size() - 1),
                ofType.before(run.version()),
                run.order().mode(),
                services.config().bounds());
    }

    /** Completes a page; false if it was the last one, or the lease is lost. */
    private boolean complete(
            PageOutcome outcome, Segment.@Nullable Checkpoint checkpoint, boolean last, CapacityUsage consumption) {
        Optional<PageCompletion.Completed> completed = services.completion()
                .complete(
                        game,
                        run,
                        lease,
                        new PageCompletion.Page(outcome, checkpoint, last, carried, consumption.units()));
        if (completed.isEmpty()) {
            return false;
        }
        lease = completed.get().lease();
        carried = completed.get().carried();
        return !last;
    }
}
