package dev.statecraft.migration.execution;

import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.Invariant;
import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.expression.ErrorText;
import dev.statecraft.migration.record.RecordReader;
import dev.statecraft.migration.registry.DefinitionCatalog;
import dev.statecraft.migration.registry.MigrationService;
import dev.statecraft.migration.registry.MigrationStore;
import dev.statecraft.migration.registry.Registration;
import dev.statecraft.migration.registry.Registry;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Progress;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.Run.Phase;
import dev.statecraft.migration.run.RunOptions;
import dev.statecraft.migration.run.RunStore;
import dev.statecraft.migration.run.Segment;
import dev.statecraft.migration.run.SegmentStore;
import dev.statecraft.migration.segment.BackupService;
import dev.statecraft.replication.entity.EntityReader;
import dev.statecraft.replication.state.EntityKey;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Advances runs from phase to phase: PLANNING, CANARY, MIGRATING, VALIDATING, then the run ends as APPLIED. A failure
 * or a cancellation leads to RESTORING and SWEEPING. A rollback starts with RESTORING. Each change of phase is one
 * conditional write, so concurrent callers do no harm.
 */
@ApplicationScoped
public class StepService {

    /** Maximum length of an expression in an error, in characters. */
    private static final int SHOWN_LENGTH = 200;

    /** Time reserved at the end of the budget for storing the number of counted records, in milliseconds. */
    private static final long RESERVE_MILLIS = 2_000;

    private final MigrationService migrations;
    private final DefinitionCatalog definitions;
    private final MigrationStore store;
    private final StartService starts;
    private final EndService ends;
    private final RunStore runs;
    private final SegmentStore segments;
    private final RecordReader records;
    private final SchemaMoveService schemas;
    private final BackupService backups;
    private final ScriptStepService scripts;
    private final MigrationConfig config;

    public StepService(
            MigrationService migrations,
            DefinitionCatalog definitions,
            MigrationStore store,
            StartService starts,
            EndService ends,
            RunStore runs,
            SegmentStore segments,
            RecordReader records,
            SchemaMoveService schemas,
            BackupService backups,
            ScriptStepService scripts,
            MigrationConfig config) {
        this.migrations = migrations;
        this.definitions = definitions;
        this.store = store;
        this.starts = starts;
        this.ends = ends;
        this.runs = runs;
        this.segments = segments;
        this.records = records;
        this.schemas = schemas;
        this.backups = backups;
        this.scripts = scripts;
        this.config = config;
    }

    /**
     * The next work of a game.
     *
     * @param done whether there is none: no run is active, or the active run is paused or waits for a game server that
     *     runs a script
     * @param run id of the active run, null if there is none
     * @param segments segments to process in parallel until each is done; then {@link #advance} is called again
     */
    public record Next(boolean done, @Nullable String run, List<Integer> segments) {

        /** Copies the segments. */
        public Next {
            segments = List.copyOf(segments);
        }

        static final Next NOTHING = new Next(true, null, List.of());
    }

    /**
     * Advances the active run of a game as far as possible without processing records. Starts the next run if several
     * migrations are to be applied. Deletes expired backups if no run is active.
     */
    public Next advance(String game, LongSupplier millisLeft) {
        while (true) {
            Registry registry = store.registry(game);
            String active = registry.activeRun();
            Run run = active == null ? null : runs.read(game, active).orElse(null);
            if (run == null) {
                if (!startedNext(game, registry)) {
                    backups.clean(game, () -> millisLeft.getAsLong() > RESERVE_MILLIS);
                    return Next.NOTHING;
                }
            } else if (run.paused()) {
                return new Next(true, run.id(), List.of());
            } else if (run.isScript()) {
                if (!scripts.advance(game, run)) {
                    return new Next(true, run.id(), List.of());
                }
            } else {
                List<Integer> open = nextPhase(game, run, millisLeft);
                if (!open.isEmpty()) {
                    return new Next(false, run.id(), open);
                }
                if (millisLeft.getAsLong() <= 0) {
                    return new Next(false, run.id(), List.of());
                }
            }
        }
    }

    /** Starts the next of several runs. Returns false if there is none. */
    private boolean startedNext(String game, Registry registry) {
        Registry.Apply apply = registry.apply();
        if (apply == null) {
            return false;
        }
        Optional<Registration> next =
                StartService.nextPending(migrations.list(game).migrations(), apply.target());
        if (next.isEmpty()) {
            store.forgetApply(game, registry);
            return true;
        }
        StartService.Result result = starts.up(
                game, next.get().version(), new Run.Order(Run.Mode.SMART, false, apply.by(), apply.reason()), apply);
        if (result instanceof StartService.CodeMissing) {
            store.forgetApply(game, registry);
        }
        return true;
    }

    /**
     * Performs the next change of phase. Returns the segments that need work; if there are none, the caller reads the
     * run again.
     */
    private List<Integer> nextPhase(String game, Run run, LongSupplier millisLeft) {
        if (!run.active()) {
            // A concurrent step ended the run after this one read the registry; the caller reads it again.
            return List.of();
        }
        if (run.stopping() != null && !run.phase().back()) {
            startRollback(game, run);
            return List.of();
        }
        if (run.phase() == Phase.PLANNING) {
            plan(game, run, millisLeft);
            return List.of();
        }
        List<Segment> all = segments.list(game, run.id(), run.segments());
        List<Integer> open = all.stream()
                .filter(segment -> !segment.finished(run.phase().pass()))
                .map(Segment::number)
                .toList();
        Progress progress = Progress.of(all);
        switch (run.phase()) {
            case CANARY -> {
                if (!open.isEmpty() && progress.handled() < run.canary()) {
                    return List.of(open.get(0));
                }
                runs.replace(game, run, run.at(MigrationStatus.RUNNING, Phase.MIGRATING));
            }
            case MIGRATING, VALIDATING -> {
                if (!open.isEmpty()) {
                    return open;
                }
                finishPhase(game, run, progress);
            }
            case RESTORING -> {
                if (!open.isEmpty()) {
                    return open;
                }
                runs.replace(game, run, run.at(MigrationStatus.ROLLING_BACK, Phase.SWEEPING));
            }
            case SWEEPING -> {
                if (!open.isEmpty()) {
                    return open;
                }
                ends.end(game, run, endOf(run), progress, errorOf(run, progress));
            }
            case PLANNING, FINISHED -> throw new IllegalStateException("nothing to move in " + run.phase());
        }
        return List.of();
    }

    /**
     * Counts the records by the index until the time budget is used up, and chooses the number of segments and canary
     * records.
     */
    private void plan(String game, Run run, LongSupplier millisLeft) {
        long total = 0;
        EntityKey after = null;
        do {
            EntityReader.EntityKeyPage page = records.keys(game, run.entityType(), after);
            total += page.keys().size();
            after = page.next();
        } while (after != null && millisLeft.getAsLong() > RESERVE_MILLIS);
        RunOptions options = run.options();
        Integer wanted = options.segments();
        int count =
                wanted == null ? (int) Math.max(1, Math.min(config.segments(), total / options.pageSize())) : wanted;
        if (run.direction() == Run.Direction.DOWN) {
            long records = total;
            schemas.back(
                    game, run, seen -> seen.planned(MigrationStatus.ROLLING_BACK, Phase.RESTORING, count, 0, records));
            return;
        }
        long canary = total == 0 ? 0 : (long) Math.ceil(total * options.canaryPercent() / 100);
        runs.replace(
                game,
                run,
                run.planned(
                        MigrationStatus.RUNNING, canary == 0 ? Phase.MIGRATING : Phase.CANARY, count, canary, total));
    }

    /**
     * All segments are finished: starts the next phase, or stops the run if too many records failed or an invariant is
     * violated.
     */
    private void finishPhase(String game, Run run, Progress progress) {
        String error = error(game, run, progress);
        if (error != null) {
            runs.replace(game, run, run.stopping(MigrationStatus.FAILED, error));
        } else if (run.phase() == Phase.VALIDATING) {
            ends.end(game, run, MigrationStatus.APPLIED, progress, null);
        } else {
            // From now on new entities get the new schema version. Validation finds those that were created before.
            schemas.forward(game, run, seen -> seen.at(MigrationStatus.VALIDATING, Phase.VALIDATING));
        }
    }

    private @Nullable String error(String game, Run run, Progress progress) {
        if (run.options().exceeded(progress.main().failed(), progress.handled())) {
            return progress.main().failed() + " of " + progress.handled() + " records failed";
        }
        if (!config.validationEnabled()) {
            return null;
        }
        List<Invariant> invariants =
                definitions.definitionOf(game, run.version()).invariants();
        for (int i = 0; i < invariants.size(); i++) {
            Invariant invariant = invariants.get(i);
            if (!invariant.holds(progress.sums().before(i), progress.sums().after(i))) {
                String expression = ErrorText.bounded(invariant.expression().toString(), SHOWN_LENGTH);
                return "The sum of " + expression + " was "
                        + progress.sums().before(i).toPlainString() + " and is "
                        + progress.sums().after(i).toPlainString();
            }
        }
        return null;
    }

    /** Starts the rollback of a run that is being stopped, or ends the run if rollbacks are disabled or impossible. */
    private void startRollback(String game, Run run) {
        MigrationStatus stopping = run.stopping();
        boolean planned = run.segments() > 0;
        Definition definition = definitions.definitionOf(game, run.version());
        boolean possible = definition.down() != null || run.keepsBackup();
        if (planned && config.rollbackOnFailure() && possible) {
            fence(game, run, Phase.RESTORING);
            schemas.back(game, run, seen -> seen.at(MigrationStatus.ROLLING_BACK, Phase.RESTORING));
            return;
        }
        if (run.phase() == Phase.VALIDATING) {
            schemas.back(game, run, seen -> seen.at(seen.status(), Phase.MIGRATING));
            return;
        }
        fence(game, run, Phase.FINISHED);
        MigrationStatus status =
                stopping == MigrationStatus.CANCELLED ? MigrationStatus.CANCELLED : MigrationStatus.FAILED;
        Progress progress = Progress.of(segments.list(game, run.id(), run.segments()));
        ends.end(game, run, status, progress, run.error());
    }

    /**
     * Ends all leases of a run that leaves its phase before the segments are finished. A page in flight is rejected from
     * then on, so no record is written after the counts were read or the backups were restored.
     */
    private void fence(String game, Run run, Phase next) {
        for (Segment listed : segments.list(game, run.id(), run.segments())) {
            Segment segment = listed;
            while (segment.pass() < next.pass() && !segments.fence(game, segment, next.pass())) {
                segment = segments.read(game, run.id(), listed.number());
            }
        }
    }

    private static MigrationStatus endOf(Run run) {
        return run.stopping() == MigrationStatus.CANCELLED ? MigrationStatus.CANCELLED : MigrationStatus.ROLLED_BACK;
    }

    private static @Nullable String errorOf(Run run, Progress progress) {
        long left = run.direction() == Run.Direction.DOWN
                ? progress.main().failed()
                : progress.back().failed();
        String quarantined = left == 0 ? null : left + " records could not be rolled back and were left unchanged";
        String error = run.error();
        return error == null || quarantined == null
                ? (error == null ? quarantined : error)
                : error + "; " + quarantined;
    }
}
