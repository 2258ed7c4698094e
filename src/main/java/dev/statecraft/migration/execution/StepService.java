package dev.statecraft.migration.execution;

import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.Invariant;
import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.expression.ErrorText;
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
import dev.statecraft.replication.type.EntityTypeService;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes runs from phase to phase. A run goes PLANNING, CANARY, MIGRATING, VALIDATING and is applied then; whatever goes
 * wrong takes it to RESTORING and SWEEPING, where a rollback begins. Each move is one conditional write, so it does not
 * matter how many try.
 */
@ApplicationScoped
public class StepService {

    /** What is left of the time when counting ends, so that what was counted can be kept. */
    /** Longest part of an expression within an error. */
    private static final int SHOWN_LENGTH = 200;

    private static final long RESERVE_MILLIS = 2_000;

    private final MigrationService migrations;
    private final DefinitionCatalog definitions;
    private final MigrationStore store;
    private final StartService starts;
    private final RunStore runs;
    private final SegmentStore segments;
    private final EntityReader entities;
    private final EntityTypeService types;
    private final BackupService backups;
    private final MigrationConfig config;

    public StepService(
            MigrationService migrations,
            DefinitionCatalog definitions,
            MigrationStore store,
            StartService starts,
            RunStore runs,
            SegmentStore segments,
            EntityReader entities,
            EntityTypeService types,
            BackupService backups,
            MigrationConfig config) {
        this.migrations = migrations;
        this.definitions = definitions;
        this.store = store;
        this.starts = starts;
        this.runs = runs;
        this.segments = segments;
        this.entities = entities;
        this.types = types;
        this.backups = backups;
        this.config = config;
    }

    /**
     * What is to be done next.
     *
     * @param done whether nothing is: no run goes on, or it is paused
     * @param run the run, null if none goes on
     * @param segments those that are to be worked on, side by side, until each says it is done; then is asked again
     */
    public record Next(boolean done, @Nullable String run, List<Integer> segments) {

        /** Copies the segments. */
        public Next {
            segments = List.copyOf(segments);
        }

        static final Next NOTHING = new Next(true, null, List.of());
    }

    /**
     * Takes a game's run as far as it gets without working on records, begins the next one where several are to be
     * applied, and throws away old backups where nothing goes on.
     */
    public Next advance(String game, LongSupplier millisLeft) {
        while (true) {
            Registry registry = store.registry(game);
            String active = registry.activeRun();
            Run run = active == null ? null : runs.read(game, active).orElse(null);
            if (run == null) {
                if (!began(game, registry)) {
                    backups.clean(game, () -> millisLeft.getAsLong() > RESERVE_MILLIS);
                    return Next.NOTHING;
                }
            } else if (run.paused()) {
                return new Next(true, run.id(), List.of());
            } else {
                List<Integer> open = move(game, run, millisLeft);
                if (!open.isEmpty()) {
                    return new Next(false, run.id(), open);
                }
                if (millisLeft.getAsLong() <= 0) {
                    return new Next(false, run.id(), List.of());
                }
            }
        }
    }

    /** Begins the next of several runs; false if there is none. */
    private boolean began(String game, Registry registry) {
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
        StartService.Begun begun = starts.up(
                game, next.get().version(), new Run.Order(Run.Mode.SMART, false, apply.by(), apply.reason()), apply);
        if (begun instanceof StartService.CodeMissing) {
            store.forgetApply(game, registry);
        }
        return true;
    }

    /** Does what can be done at once; answers which segments are to be worked on, none to be asked again. */
    private List<Integer> move(String game, Run run, LongSupplier millisLeft) {
        if (run.stopping() != null && !run.phase().back()) {
            turnBack(game, run);
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
                settle(game, run, progress);
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
                starts.end(game, run, endOf(run), progress, errorOf(run, progress));
            }
            case PLANNING, FINISHED -> throw new IllegalStateException("nothing to move in " + run.phase());
        }
        return List.of();
    }

    /** Counts the records by the index, as far as there is time, and decides about segments and canary. */
    private void plan(String game, Run run, LongSupplier millisLeft) {
        long total = 0;
        EntityKey after = null;
        do {
            EntityReader.PlaceList page = entities.places(game, run.entityType(), after);
            total += page.places().size();
            after = page.next();
        } while (after != null && millisLeft.getAsLong() > RESERVE_MILLIS);
        RunOptions options = run.options();
        Integer wanted = options.segments();
        int count =
                wanted == null ? (int) Math.max(1, Math.min(config.segments(), total / options.pageSize())) : wanted;
        if (run.direction() == Run.Direction.DOWN) {
            Run next = run.planned(MigrationStatus.ROLLING_BACK, Phase.RESTORING, count, 0, total);
            moveSchema(game, run, next, run.schemas().before());
            return;
        }
        long canary = total == 0 ? 0 : (long) Math.ceil(total * options.canaryPercent() / 100);
        runs.replace(
                game,
                run,
                run.planned(MigrationStatus.RUNNING, canary == 0 ? Phase.MIGRATING : Phase.CANARY, count, canary, total));
    }

    /** All segments are through: goes on if what came of it is as it should be. */
    private void settle(String game, Run run, Progress progress) {
        String error = error(game, run, progress);
        if (error != null) {
            runs.replace(game, run, run.stopping(MigrationStatus.FAILED, error));
        } else if (run.phase() == Phase.VALIDATING) {
            starts.end(game, run, MigrationStatus.APPLIED, progress, null);
        } else {
            // From now on what is created counts as being in the new shape; what was created before is found next.
            moveSchema(game, run, run.at(MigrationStatus.VALIDATING, Phase.VALIDATING), newest(game, run));
        }
    }

    /** The schema of the type once the run is applied: its own, unless the run was forced behind a later one. */
    private String newest(String game, Run run) {
        List<Definition> steps = definitions.chain(game, run.entityType()).steps();
        return steps.isEmpty()
                ? run.schemas().after()
                : steps.get(steps.size() - 1).version().toString();
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

    /** Undoes what was done, or ends where that is not wanted or not possible. */
    private void turnBack(String game, Run run) {
        MigrationStatus stopping = run.stopping();
        boolean begun = run.segments() > 0;
        Definition definition = definitions.definitionOf(game, run.version());
        boolean possible = definition.down() != null || run.keepsBackup();
        if (begun && config.rollbackOnFailure() && possible) {
            moveSchema(
                    game,
                    run,
                    run.at(MigrationStatus.ROLLING_BACK, Phase.RESTORING),
                    run.schemas().before());
            return;
        }
        if (run.phase() == Phase.VALIDATING) {
            Run back = run.at(run.status(), Phase.MIGRATING);
            moveSchema(game, run, back, run.schemas().before());
            return;
        }
        MigrationStatus status = stopping == MigrationStatus.CANCELLED ? MigrationStatus.CANCELLED : MigrationStatus.FAILED;
        Progress progress = Progress.of(segments.list(game, run.id(), run.segments()));
        starts.end(game, run, status, progress, run.error());
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

    private void moveSchema(String game, Run run, Run next, String schema) {
        types.moveSchema(game, run.entityType(), schema, runs.replacing(game, run, next));
    }
}
