package dev.statecraft.migration.work;

import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.definition.SchemaChain;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.execution.StepService;
import dev.statecraft.migration.registry.DefinitionCatalog;
import dev.statecraft.migration.registry.MigrationService;
import dev.statecraft.migration.registry.Registration;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.RunStore;
import dev.statecraft.migration.run.Segment;
import dev.statecraft.migration.run.SegmentStore;
import dev.statecraft.migration.segment.PageOutcome;
import dev.statecraft.migration.segment.RunCoordinator;
import dev.statecraft.migration.segment.SegmentService;
import dev.statecraft.migration.segment.SegmentWalk;
import dev.statecraft.migration.segment.SegmentWork;
import dev.statecraft.migration.segment.WorkPage;
import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.runtime.Deadline;
import dev.statecraft.runtime.RandomUuid;
import dev.statecraft.runtime.Ticker;
import dev.statecraft.table.CapacityUsage;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Leases records to game servers, which migrate them with their own functions, and processes the submitted records. As
 * in other runs, a page is processed under the lease of its segment, and its records are backed up, validated, counted
 * and written by commits.
 */
@ApplicationScoped
public class WorkService {

    /** Maximum time for finding records in one request, in milliseconds. */
    private static final long SEARCH_MILLIS = 5_000;

    /** Milliseconds to wait if a run is between two phases. */
    private static final long BETWEEN_MILLIS = 500;

    /** Maximum number of records per page: the limit of a commit. */
    private static final int MOST_RECORDS = 90;

    private final MigrationService migrations;
    private final DefinitionCatalog definitions;
    private final StepService steps;
    private final RunCoordinator coordinator;
    private final SegmentService pages;
    private final RunStore runs;
    private final SegmentStore segments;
    private final WorkStore works;
    private final WorkPageReader reader;
    private final MigrationConfig config;
    private final Ticker ticker;
    private final RandomGenerator random;

    public WorkService(
            MigrationService migrations,
            DefinitionCatalog definitions,
            StepService steps,
            RunCoordinator coordinator,
            SegmentService pages,
            RunStore runs,
            SegmentStore segments,
            WorkStore works,
            WorkPageReader reader,
            MigrationConfig config,
            Ticker ticker,
            RandomGenerator random) {
        this.migrations = migrations;
        this.definitions = definitions;
        this.steps = steps;
        this.coordinator = coordinator;
        this.pages = pages;
        this.runs = runs;
        this.segments = segments;
        this.works = works;
        this.reader = reader;
        this.config = config;
        this.ticker = ticker;
        this.random = random;
    }

    /** Result of a lease request. Variants are listed in order of precedence. */
    public sealed interface Leased {}

    /** The migration is not registered. */
    public record Unknown() implements Leased, Completed {}

    /** The migration is not of kind WORKER. */
    public record NotForWorkers() implements Leased, Completed {}

    /** No work for game servers is left until the migration is applied again. */
    public record Nothing(MigrationStatus status) implements Leased {}

    /**
     * Other servers hold all leases, the run is paused or between two phases, or earlier writes of its type must end.
     *
     * @param waitMillis milliseconds to wait before the next request
     * @param seen lease state to send with the next request; leases that have not changed since then are taken over
     */
    public record Wait(MigrationStatus status, long waitMillis, Map<Integer, Long> seen) implements Leased {}

    /** A leased page of records to migrate or to roll back. The lease is sent with the submitted records. */
    public record Page(MigrationStatus status, Run.Direction direction, String lease, List<WorkPageReader.Task> tasks)
            implements Leased {}

    /** Result of submitting records. Variants are listed in order of precedence. */
    public sealed interface Completed permits Unknown, NotForWorkers, Lost, Foreign, Done {}

    /** The lease was taken over or completed, or the run has moved on. */
    public record Lost() implements Completed {}

    /** The submitted records are not the leased ones. */
    public record Foreign(WorkPage.Mismatch mismatch) implements Completed {}

    /** The page is complete. {@code replayed} is true if it was complete before the request. */
    public record Done(WorkPage.Answer answer, boolean replayed) implements Completed {}

    /**
     * Leases a page of records. Cost: the scan for records, 2 WCU for the lease, and 1 WCU per KB of record names.
     *
     * @param limit maximum number of records
     * @param seen lease state of the previous response; the caller has waited for its {@code waitMillis}
     */
    public Leased lease(String game, SemanticVersion version, int limit, Map<Integer, Long> seen) {
        Registration registration = migrations.find(game, version).orElse(null);
        if (registration == null) {
            return new Unknown();
        }
        if (registration.kind() != Definition.Kind.WORKER) {
            return new NotForWorkers();
        }
        LongSupplier millisLeft = countdown();
        steps.advance(game, millisLeft);
        String id = registration.application().run();
        Run run = id == null ? null : runs.read(game, id).orElse(null);
        boolean rollsBack = run != null && (run.isRollingBack() || run.stopping() != null);
        if (run == null
                || !run.active()
                || (rollsBack && definitions.definitionOf(game, version).down() == null)) {
            return new Nothing(run == null ? registration.status() : run.visibleStatus());
        }
        boolean between = run.stopping() != null && !run.isRollingBack();
        if (run.paused() || between || !coordinator.isForWorkers(game, run)) {
            return new Wait(run.visibleStatus(), BETWEEN_MILLIS, Map.of());
        }
        long settleMillis = coordinator.settleMillis(game, run);
        return settleMillis > 0
                ? new Wait(run.visibleStatus(), settleMillis, Map.of())
                : lease(game, run, limit, seen, millisLeft);
    }

    private Leased lease(String game, Run run, int limit, Map<Integer, Long> seen, LongSupplier millisLeft) {
        Map<Integer, Long> held = new TreeMap<>();
        for (Segment segment : segments.list(game, run.id(), run.segments())) {
            if (segment.finished(run.phase().pass()) || !coordinator.needsWork(game, run, segment.number())) {
                continue;
            }
            Long seenRevision = seen.get(segment.number());
            if (segment.holder() != null && (seenRevision == null || seenRevision != segment.revision())) {
                held.put(segment.number(), segment.revision());
                continue;
            }
            Optional<Segment> lease =
                    segments.take(game, segment, run.phase().pass(), Segment.worker(RandomUuid.next(random)));
            Optional<Page> page = lease.flatMap(taken -> page(game, run, taken, limit, millisLeft));
            if (page.isPresent()) {
                return page.get();
            }
        }
        if (held.isEmpty()) {
            // The remaining records needed no change, so the run may be advanced.
            steps.advance(game, millisLeft);
        }
        return new Wait(
                run.visibleStatus(),
                held.isEmpty() ? BETWEEN_MILLIS : config.workLease().toMillis(),
                held);
    }

    /**
     * Finds the next page with a task. Pages without tasks are completed on the way. Returns nothing if there is none.
     */
    private Optional<Page> page(String game, Run run, Segment taken, int limit, LongSupplier millisLeft) {
        Segment lease = taken;
        SchemaChain chain = definitions.chain(game, run.entityType());
        while (millisLeft.getAsLong() > 0) {
            CapacityUsage consumption = new CapacityUsage();
            WorkPageReader.Read read = reader.read(game, run, lease, chain, Math.min(limit, MOST_RECORDS), consumption);
            WorkPage page = read.page();
            if (!read.tasks().isEmpty()) {
                return works.store(game, run.id(), lease.number(), page)
                        ? Optional.of(new Page(
                                run.visibleStatus(),
                                run.isRollingBack() ? Run.Direction.DOWN : Run.Direction.UP,
                                lease(run, lease),
                                read.tasks()))
                        : Optional.empty();
            }
            Optional<SegmentWork.Page> done =
                    pages.complete(game, run, lease, page, action(run, chain, page, Map.of()), consumption);
            if (done.isEmpty() || page.behind() == null) {
                return Optional.empty();
            }
            lease = done.get().lease();
        }
        segments.release(game, lease);
        return Optional.empty();
    }

    /**
     * Completes a page. The submitted records must be exactly the leased ones, otherwise nothing is changed. A repeated
     * request returns the first result, until another page of the segment is leased.
     */
    public Completed complete(String game, SemanticVersion version, String lease, List<WorkPage.Submitted> submitted) {
        Registration registration = migrations.find(game, version).orElse(null);
        if (registration == null) {
            return new Unknown();
        }
        if (registration.kind() != Definition.Kind.WORKER) {
            return new NotForWorkers();
        }
        Ticket ticket = Ticket.parse(lease).orElse(null);
        Run run = ticket == null
                ? null
                : runs.read(game, ticket.run())
                        .filter(found -> found.version().equals(version))
                        .orElse(null);
        if (ticket == null || run == null) {
            return new Lost();
        }
        WorkPage page = works.read(game, run.id(), ticket.segment())
                .filter(kept -> kept.token() == ticket.token())
                .orElse(null);
        if (page == null) {
            return new Lost();
        }
        Optional<WorkPage.Mismatch> mismatch = page.mismatch(submitted);
        if (mismatch.isPresent()) {
            return new Foreign(mismatch.get());
        }
        WorkPage.Answer before = page.answer();
        return before == null ? complete(game, run, ticket, page, submitted) : new Done(before, true);
    }

    private Completed complete(String game, Run run, Ticket ticket, WorkPage page, List<WorkPage.Submitted> submitted) {
        Segment segment = segments.read(game, run.id(), ticket.segment());
        boolean held = segment.token() == ticket.token()
                && segment.holder() != null
                && Objects.equals(segment.checkpoint(), page.from());
        if (!held
                || !coordinator.isForWorkers(game, run)
                || !run.active()
                || run.phase().pass() != segment.pass()) {
            return new Lost();
        }
        Map<EntityKey, WorkPage.Submitted> byPlace = new HashMap<>();
        submitted.forEach(record -> byPlace.put(new EntityKey(record.space(), record.id()), record));
        SegmentWalk.PageAction action = action(run, definitions.chain(game, run.entityType()), page, byPlace);
        Optional<SegmentWork.Page> completed = pages.complete(game, run, segment, page, action, new CapacityUsage());
        if (completed.isEmpty()) {
            return new Lost();
        }
        PageOutcome outcome = completed.get().outcome();
        segments.release(game, completed.get().lease());
        WorkPage.Answer answer = new WorkPage.Answer(
                outcome.done(), outcome.failed().size(), page.records().size() - outcome.handled());
        works.store(game, run.id(), ticket.segment(), page.answered(answer));
        steps.advance(game, countdown());
        return new Done(answer, false);
    }

    /** Processes a page with the submitted records. */
    private SegmentWalk.PageAction action(
            Run run, SchemaChain chain, WorkPage page, Map<EntityKey, WorkPage.Submitted> submitted) {
        if (run.isRollingBack()) {
            WorkDowngrade downgrade = new WorkDowngrade(run, page, submitted, config.bounds());
            return (pages, job, keys) -> pages.downgrade(job, downgrade, keys);
        }
        WorkUpgrade upgrade = new WorkUpgrade(chain, page, submitted, config.bounds(), config.validationEnabled());
        return (pages, job, keys) ->
                pages.upgrade(job, upgrade.plain(), upgrade, keys, run.phase() == Run.Phase.VALIDATING);
    }

    private static String lease(Run run, Segment lease) {
        return run.id() + ":" + lease.number() + ":" + lease.token();
    }

    /** The parts of a lease name. */
    private record Ticket(String run, int segment, long token) {

        static Optional<Ticket> parse(String lease) {
            String[] parts = lease.split(":", -1);
            return parts.length == 3 && parts[1].matches("[0-9]{1,2}") && parts[2].matches("[0-9]{1,15}")
                    ? Optional.of(new Ticket(parts[0], Integer.parseInt(parts[1]), Long.parseLong(parts[2])))
                    : Optional.empty();
        }
    }

    private LongSupplier countdown() {
        return Deadline.inMillis(ticker, SEARCH_MILLIS)::millisLeft;
    }
}
