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
import dev.statecraft.table.CapacityUsage;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Hands records to game servers that migrate them with functions of their own, and takes them back. Everything else is as
 * in any other run: a page is done under the lease of its segment, its records are kept as they were, checked by the rules,
 * counted and written by commits.
 */
@ApplicationScoped
public class WorkService {

    /** How long a request may look for records before it answers. */
    private static final long LOOK_MILLIS = 5_000;

    /** How long a server waits that came while a run was between two phases. */
    private static final long BETWEEN_MILLIS = 500;

    /** A commit has no more records. */
    private static final int MOST_RECORDS = 90;

    private final MigrationService migrations;
    private final DefinitionCatalog definitions;
    private final StepService steps;
    private final RunCoordinator turns;
    private final SegmentService shifts;
    private final RunStore runs;
    private final SegmentStore segments;
    private final WorkStore works;
    private final WorkPageReader reader;
    private final MigrationConfig config;

    public WorkService(
            MigrationService migrations,
            DefinitionCatalog definitions,
            StepService steps,
            RunCoordinator turns,
            SegmentService shifts,
            RunStore runs,
            SegmentStore segments,
            WorkStore works,
            WorkPageReader reader,
            MigrationConfig config) {
        this.migrations = migrations;
        this.definitions = definitions;
        this.steps = steps;
        this.turns = turns;
        this.shifts = shifts;
        this.runs = runs;
        this.segments = segments;
        this.works = works;
        this.reader = reader;
        this.config = config;
    }

    /** What asking for work comes to; in order of precedence. */
    public sealed interface Leased {}

    /** No such migration is registered. */
    public record Unknown() implements Leased, Completed {}

    /** It is not one that game servers do. */
    public record NotForWorkers() implements Leased, Completed {}

    /** There is nothing to do for game servers, and will not be until the migration is applied again. */
    public record Nothing(MigrationStatus status) implements Leased {}

    /**
     * Others are at work, or the run rests.
     *
     * @param waitMillis after which to ask again
     * @param seen to be handed in then: leases that have stood still since are taken over
     */
    public record Wait(MigrationStatus status, long waitMillis, Map<Integer, Long> seen) implements Leased {}

    /** Records to migrate, or to take back; the lease names them when they come back. */
    public record Page(MigrationStatus status, Run.Direction direction, String lease, List<WorkPageReader.Task> tasks)
            implements Leased {}

    /** What handing records in comes to; in order of precedence. */
    public sealed interface Completed permits Unknown, NotForWorkers, Lost, Foreign, Done {}

    /** Somebody else has the lease, or what it was for is over. */
    public record Lost() implements Completed {}

    /** The records are not those that were handed out. */
    public record Foreign(WorkPage.Mismatch mismatch) implements Completed {}

    /** The page is done. */
    public record Done(WorkPage.Answer answer, boolean replayed) implements Completed {}

    /**
     * Leases a page of records. Costs what looking for records costs, 2 WCU for the lease, and 1 for each KB of their names.
     *
     * @param limit records at most
     * @param seen as it was answered last; the caller has waited since then for as long as it was told
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
        boolean ends = run != null && (run.goesBack() || run.stopping() != null);
        if (run == null
                || !run.active()
                || (ends && definitions.definitionOf(game, version).down() == null)) {
            return new Nothing(run == null ? registration.status() : run.told());
        }
        boolean between = run.stopping() != null && !run.goesBack();
        return run.paused() || between || !turns.isForWorkers(game, run)
                ? new Wait(run.told(), BETWEEN_MILLIS, Map.of())
                : lease(game, run, limit, seen, millisLeft);
    }

    private Leased lease(String game, Run run, int limit, Map<Integer, Long> seen, LongSupplier millisLeft) {
        Map<Integer, Long> held = new TreeMap<>();
        for (Segment segment : segments.list(game, run.id(), run.segments())) {
            if (segment.finished(run.phase().pass()) || !turns.isWanted(game, run, segment.number())) {
                continue;
            }
            Long still = seen.get(segment.number());
            if (segment.holder() != null && (still == null || still != segment.revision())) {
                held.put(segment.number(), segment.revision());
                continue;
            }
            Optional<Segment> lease = segments.take(
                    game,
                    segment,
                    run.phase().pass(),
                    Segment.worker(UUID.randomUUID().toString()));
            Optional<Page> page = lease.flatMap(taken -> page(game, run, taken, limit, millisLeft));
            if (page.isPresent()) {
                return page.get();
            }
        }
        if (held.isEmpty()) {
            // All that was left turned out to need nobody.
            steps.advance(game, millisLeft);
        }
        return new Wait(
                run.told(), held.isEmpty() ? BETWEEN_MILLIS : config.workLease().toMillis(), held);
    }

    /** Looks for a page with something to do; what needs nobody is completed on the way. Nothing if there is none. */
    private Optional<Page> page(String game, Run run, Segment taken, int limit, LongSupplier millisLeft) {
        Segment lease = taken;
        SchemaChain chain = definitions.chain(game, run.entityType());
        while (millisLeft.getAsLong() > 0) {
            CapacityUsage consumption = new CapacityUsage();
            WorkPageReader.Read read =
                    reader.read(game, run, lease, chain, Math.min(limit, MOST_RECORDS), consumption);
            WorkPage page = read.page();
            if (!read.tasks().isEmpty()) {
                return works.keep(game, run.id(), lease.number(), page)
                        ? Optional.of(new Page(
                                run.told(),
                                run.goesBack() ? Run.Direction.DOWN : Run.Direction.UP,
                                lease(run, lease),
                                read.tasks()))
                        : Optional.empty();
            }
            Optional<SegmentWork.Page> done =
                    shifts.worked(game, run, lease, page, doing(run, chain, page, Map.of()), consumption);
            if (done.isEmpty() || page.behind() == null) {
                return Optional.empty();
            }
            lease = done.get().lease();
        }
        segments.release(game, lease);
        return Optional.empty();
    }

    /**
     * Takes back a page. Either all of it is looked at, or nothing: a page that is not exactly what was leased changes
     * nothing. The same page again is answered as the first time, unless another was leased from the segment since.
     */
    public Completed complete(String game, SemanticVersion version, String lease, List<WorkPage.Returned> returned) {
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
        Optional<WorkPage.Mismatch> mismatch = page.mismatch(returned);
        if (mismatch.isPresent()) {
            return new Foreign(mismatch.get());
        }
        WorkPage.Answer before = page.answer();
        return before == null ? complete(game, run, ticket, page, returned) : new Done(before, true);
    }

    private Completed complete(String game, Run run, Ticket ticket, WorkPage page, List<WorkPage.Returned> returned) {
        Segment segment = segments.read(game, run.id(), ticket.segment());
        boolean held = segment.token() == ticket.token()
                && segment.holder() != null
                && Objects.equals(segment.checkpoint(), page.from());
        if (!held
                || !turns.isForWorkers(game, run)
                || !run.active()
                || run.phase().pass() != segment.pass()) {
            return new Lost();
        }
        Map<EntityKey, WorkPage.Returned> byPlace = new HashMap<>();
        returned.forEach(record -> byPlace.put(new EntityKey(record.space(), record.id()), record));
        SegmentWalk.PageAction doing = doing(run, definitions.chain(game, run.entityType()), page, byPlace);
        Optional<SegmentWork.Page> worked = shifts.worked(game, run, segment, page, doing, new CapacityUsage());
        if (worked.isEmpty()) {
            return new Lost();
        }
        PageOutcome outcome = worked.get().outcome();
        segments.release(game, worked.get().lease());
        WorkPage.Answer answer = new WorkPage.Answer(
                outcome.done(), outcome.failed().size(), page.records().size() - outcome.handled());
        works.keep(game, run.id(), ticket.segment(), page.answered(answer));
        steps.advance(game, countdown());
        return new Done(answer, false);
    }

    /** Does a page by what came back of it. */
    private SegmentWalk.PageAction doing(
            Run run, SchemaChain chain, WorkPage page, Map<EntityKey, WorkPage.Returned> returned) {
        if (run.goesBack()) {
            WorkDowngrade descent = new WorkDowngrade(run, page, returned, config.bounds());
            return (pages, job, places) -> pages.lower(job, descent, places);
        }
        WorkUpgrade ascent = new WorkUpgrade(chain, page, returned, config.bounds(), config.validationEnabled());
        return (pages, job, places) ->
                pages.raise(job, ascent.plain(), ascent, places, run.phase() == Run.Phase.VALIDATING);
    }

    private static String lease(Run run, Segment lease) {
        return run.id() + ":" + lease.number() + ":" + lease.token();
    }

    /** A lease as it is named. */
    private record Ticket(String run, int segment, long token) {

        static Optional<Ticket> parse(String lease) {
            String[] parts = lease.split(":", -1);
            return parts.length == 3 && parts[1].matches("[0-9]{1,2}") && parts[2].matches("[0-9]{1,15}")
                    ? Optional.of(new Ticket(parts[0], Integer.parseInt(parts[1]), Long.parseLong(parts[2])))
                    : Optional.empty();
        }
    }

    private static LongSupplier countdown() {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS);
        return () -> TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
    }
}
