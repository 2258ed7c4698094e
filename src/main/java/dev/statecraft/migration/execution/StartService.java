package dev.statecraft.migration.execution;

import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.definition.SchemaChain;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.registry.DefinitionCatalog;
import dev.statecraft.migration.registry.LedgerEntry;
import dev.statecraft.migration.registry.MigrationStore;
import dev.statecraft.migration.registry.Registration;
import dev.statecraft.migration.registry.Registration.Application;
import dev.statecraft.migration.registry.Registry;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Progress;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.RunOptions;
import dev.statecraft.migration.run.RunStore;
import dev.statecraft.table.Backoff;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Begins and ends runs: each in one transaction with the registry, the migration and an entry of the ledger. */
@ApplicationScoped
public class StartService {

    private static final int ATTEMPTS = 16;
    private static final long CONTENTION_MILLIS = 5;

    private final DefinitionCatalog definitions;
    private final MigrationStore store;
    private final RunStore runs;
    private final MigrationConfig config;
    private final Clock clock;

    public StartService(
            DefinitionCatalog definitions, MigrationStore store, RunStore runs, MigrationConfig config, Clock clock) {
        this.definitions = definitions;
        this.store = store;
        this.runs = runs;
        this.config = config;
        this.clock = clock;
    }

    /** What became of the wish to begin a run; in order of precedence. */
    public sealed interface Begun {}

    /** No migration of this version is registered. */
    public record Unknown() implements Begun {}

    /** Another run goes on. */
    public record Active(Run run) implements Begun {}

    /** Nothing has to be done; the run that did it, null if none did. */
    public record Already(Registration registration) implements Begun {}

    /** It is not applied, so it cannot be rolled back. */
    public record NotApplied(Registration registration) implements Begun {}

    /** Later migrations of the same type have to be rolled back first; the last of them. */
    public record Covered(SemanticVersion by) implements Begun {}

    /** There is neither a backup nor a way down. */
    public record NoWayBack() implements Begun {}

    /** The code does not hold the migration, or another one than is registered. */
    public record CodeMissing(boolean drifted) implements Begun {}

    /** Others change the registry all the time. */
    public record Busy() implements Begun {}

    /** The run has begun. */
    public record Started(Run run) implements Begun {}

    /** The first migration that is to be applied, up to a version or of all. */
    static Optional<Registration> nextPending(List<Registration> all, @Nullable SemanticVersion target) {
        return all.stream()
                .filter(Registration::pending)
                .filter(migration -> target == null || migration.version().compareTo(target) <= 0)
                .findFirst();
    }

    /**
     * Begins to apply a migration. About 12 WCU.
     *
     * @param apply what else is to be applied after it; null if nothing is
     */
    Begun up(String game, SemanticVersion version, Run.Order order, Registry.@Nullable Apply apply) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Registry registry = store.registry(game);
            List<Registration> all = store.list(game);
            Registration stored = find(all, version);
            Begun refused = refused(game, registry, stored);
            if (refused != null || stored == null) {
                return refused == null ? new Unknown() : refused;
            }
            if (stored.ran() || (!order.forced() && !stored.under(registry).pending())) {
                return new Already(stored);
            }
            if (definitions.drifted(stored)) {
                return new CodeMissing(definitions.definition(stored).isPresent());
            }
            Definition definition = definitions.definition(stored).orElse(null);
            if (definition == null) {
                return new CodeMissing(false);
            }
            SchemaChain chain = definitions.chain(all, stored.entityType(), version);
            Run run = begin(
                    registry,
                    stored,
                    Run.Direction.UP,
                    order,
                    RunOptions.of(definition, defaults()),
                    new Run.Schemas(chain.before(version), version.toString()),
                    config.backupBeforeMigration());
            LedgerEntry.Action action = order.forced() ? LedgerEntry.Action.FORCED : LedgerEntry.Action.STARTED;
            if (started(game, registry, stored, run, action, apply)) {
                return new Started(run);
            }
        }
        return new Busy();
    }

    /** Begins to roll a migration back. About 12 WCU. */
    Begun down(String game, SemanticVersion version, Run.Order order) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Registry registry = store.registry(game);
            List<Registration> all = store.list(game);
            Registration stored = find(all, version);
            Begun refused = refused(game, registry, stored);
            if (refused != null || stored == null) {
                return refused == null ? new Unknown() : refused;
            }
            boolean left = (stored.status() == MigrationStatus.FAILED || stored.status() == MigrationStatus.CANCELLED)
                    && stored.application().run() != null;
            if (!stored.ran() && !left) {
                return new NotApplied(stored.under(registry));
            }
            SchemaChain chain = definitions.chain(all, stored.entityType(), left ? version : null);
            SemanticVersion last = chain.steps().get(chain.steps().size() - 1).version();
            if (!last.equals(version)) {
                return new Covered(last);
            }
            Definition definition = definitions.definitionOf(game, version);
            if (definition.down() == null && !stored.hasRollbackData()) {
                return new NoWayBack();
            }
            Run run = begin(
                    registry,
                    stored,
                    Run.Direction.DOWN,
                    order,
                    RunOptions.of(definition, defaults()),
                    new Run.Schemas(chain.before(version), version.toString()),
                    config.backupBeforeMigration() && order.mode() == Run.Mode.EXACT);
            if (started(game, registry, stored, run, LedgerEntry.Action.ROLLBACK_STARTED, null)) {
                return new Started(run);
            }
        }
        return new Busy();
    }

    private @Nullable Begun refused(String game, Registry registry, @Nullable Registration stored) {
        if (stored == null) {
            return new Unknown();
        }
        String active = registry.activeRun();
        return active == null
                ? null
                : runs.read(game, active).<Begun>map(Active::new).orElseGet(Busy::new);
    }

    private Run begin(
            Registry registry,
            Registration migration,
            Run.Direction direction,
            Run.Order order,
            RunOptions options,
            Run.Schemas schemas,
            boolean keepsBackup) {
        return new Run(
                Run.idOf(registry.seq() + 1),
                migration.version(),
                migration.entityType(),
                direction,
                MigrationStatus.PENDING,
                Run.Phase.PLANNING,
                false,
                null,
                order,
                options,
                schemas,
                keepsBackup,
                migration.application().backups(),
                0,
                0,
                0,
                1,
                now(),
                null,
                null,
                null);
    }

    private boolean started(
            String game,
            Registry registry,
            Registration migration,
            Run run,
            LedgerEntry.Action action,
            Registry.@Nullable Apply apply) {
        boolean up = run.direction() == Run.Direction.UP;
        Application before = migration.application();
        Registry next = registry.started(apply);
        return store.record(
                game,
                registry,
                next,
                migration.with(
                        up ? MigrationStatus.RUNNING : MigrationStatus.ROLLING_BACK,
                        new Application(
                                up ? null : before.at(), up ? 0 : before.seq(), run.id(), before.backups(), null)),
                entry(
                        next,
                        action,
                        migration,
                        run,
                        run.order().by(),
                        run.order().reason(),
                        null),
                runs.creating(game, run));
    }

    /**
     * Ends a run; false if it or the registry is not as it was seen any more. About 12 WCU.
     *
     * @param status what it ends as
     * @param progress what it came to
     * @param error why it did not succeed, null if it did
     */
    boolean end(String game, Run run, MigrationStatus status, Progress progress, @Nullable String error) {
        Registry registry = store.registry(game);
        List<Registration> all = store.list(game);
        Registration stored = find(all, run.version());
        if (stored == null || !run.id().equals(registry.activeRun())) {
            return false;
        }
        boolean complete = status == MigrationStatus.APPLIED || run.direction() == Run.Direction.DOWN;
        Run ended = run.finished(status, run.ended(progress, complete), now(), error);
        long seq = registry.seq() + 1;
        Registration after = stored.with(status, application(run, status, progress, seq, error));
        List<Registration> later = all.stream()
                .map(migration -> migration.version().equals(run.version()) ? after : migration)
                .toList();
        Registry.Apply apply = registry.apply();
        boolean goesOn = status == MigrationStatus.APPLIED
                && apply != null
                && nextPending(
                                later.stream()
                                        .map(migration -> migration.under(registry))
                                        .toList(),
                                apply.target())
                        .isPresent();
        Registry next = registry.ended(current(registry, later), goesOn ? apply : null);
        return store.record(
                game,
                registry,
                next,
                after,
                entry(
                        next,
                        LedgerEntry.Action.valueOf(status.name()),
                        stored,
                        run,
                        run.order().by(),
                        run.order().reason(),
                        error),
                runs.replacing(game, run, ended));
    }

    private Application application(Run run, MigrationStatus status, Progress progress, long seq, @Nullable String error) {
        if (status == MigrationStatus.APPLIED) {
            return new Application(now(), seq, run.id(), run.sources(), null);
        }
        boolean down = run.direction() == Run.Direction.DOWN;
        boolean undone = down || run.phase().back() || run.segments() == 0;
        long left = down ? progress.main().failed() : progress.back().failed();
        // Backups are of use as long as something is not back.
        List<Run.Source> backups = undone && left == 0 ? List.of() : run.sources();
        return new Application(null, 0, run.id(), backups, down ? null : error);
    }

    /** The latest version that is applied or adopted. */
    private static SemanticVersion current(Registry registry, List<Registration> all) {
        SemanticVersion baseline = registry.baseline();
        SemanticVersion latest = baseline == null ? SemanticVersion.NONE : baseline;
        for (Registration migration : all) {
            if (migration.ran() && migration.version().compareTo(latest) > 0) {
                latest = migration.version();
            }
        }
        return latest;
    }

    private static @Nullable Registration find(List<Registration> all, SemanticVersion version) {
        return all.stream()
                .filter(migration -> migration.version().equals(version))
                .findFirst()
                .orElse(null);
    }

    private LedgerEntry entry(
            Registry next,
            LedgerEntry.Action action,
            Registration migration,
            Run run,
            String by,
            @Nullable String reason,
            @Nullable String error) {
        return new LedgerEntry(
                next.seq(),
                now(),
                action,
                migration.version().toString(),
                by,
                reason,
                migration.checksum(),
                null,
                run.id(),
                error);
    }

    private RunOptions.Defaults defaults() {
        return new RunOptions.Defaults(config.canaryPercent(), config.pageSize(), config.maxCapacity());
    }

    private Instant now() {
        return Instant.ofEpochMilli(clock.millis());
    }
}
