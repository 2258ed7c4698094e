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

/**
 * Starts and ends runs. Each is one transaction with the registry, the registration of the migration and a ledger
 * entry.
 */
@ApplicationScoped
public class StartService {

    private static final int ATTEMPTS = 16;
    private static final long CONTENTION_MILLIS = 5;

    private final DefinitionCatalog definitions;
    private final MigrationStore store;
    private final RunStore runs;
    private final MigrationConfig config;
    private final Clock clock;
    private final Backoff backoff;

    public StartService(
            DefinitionCatalog definitions,
            MigrationStore store,
            RunStore runs,
            MigrationConfig config,
            Clock clock,
            Backoff backoff) {
        this.definitions = definitions;
        this.store = store;
        this.runs = runs;
        this.config = config;
        this.clock = clock;
        this.backoff = backoff;
    }

    /** Result of a request to start a run. Variants are listed in order of precedence. */
    public sealed interface Result {}

    /** No migration with this version is registered. */
    public record Unknown() implements Result {}

    /** Another run is active. */
    public record Active(Run run) implements Result {}

    /**
     * The migration is applied already, or is not pending; the registration names the run that applied it, if there is
     * one.
     */
    public record AlreadyDone(Registration registration) implements Result {}

    /** The migration is not applied, so it cannot be rolled back. */
    public record NotApplied(Registration registration) implements Result {}

    /** Later migrations of the same type have to be rolled back first; {@code by} is the last of them. */
    public record Covered(SemanticVersion by) implements Result {}

    /** The migration has no backup and no {@code down}. */
    public record NotReversible() implements Result {}

    /** The Java code of the migration is not deployed, or differs from the registered definition if {@code drifted}. */
    public record CodeMissing(boolean drifted) implements Result {}

    /** Gave up after 16 conflicting writes of the registry. The caller may retry. */
    public record Busy() implements Result {}

    /** The run was started. */
    public record Started(Run run) implements Result {}

    /** Whether the definition of a migration can be read and is the registered one; otherwise {@link CodeMissing}. */
    boolean isDeployed(Registration migration) {
        return !definitions.drifted(migration)
                && definitions.definition(migration).isPresent();
    }

    /** The first pending migration up to a version, or up to the last if {@code target} is null. */
    static Optional<Registration> nextPending(List<Registration> all, @Nullable SemanticVersion target) {
        return all.stream()
                .filter(Registration::pending)
                .filter(migration -> target == null || migration.version().compareTo(target) <= 0)
                .findFirst();
    }

    /**
     * Starts a run that applies a migration. Cost: about 12 WCU.
     *
     * @param apply the request to apply several migrations that the run belongs to; null if it is a single run
     */
    Result up(String game, SemanticVersion version, Run.Order order, Registry.@Nullable Apply apply) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Registry registry = store.registry(game);
            List<Registration> all = store.list(game);
            Registration stored = find(all, version);
            Result rejection = rejection(game, registry, stored);
            if (rejection != null || stored == null) {
                return rejection == null ? new Unknown() : rejection;
            }
            if (stored.ran() || (!order.forced() && !stored.under(registry).pending())) {
                return new AlreadyDone(stored);
            }
            if (definitions.drifted(stored)) {
                return new CodeMissing(definitions.definition(stored).isPresent());
            }
            Definition definition = definitions.definition(stored).orElse(null);
            if (definition == null) {
                return new CodeMissing(false);
            }
            SchemaChain chain = definitions.chain(all, stored.entityType(), version);
            Run run = newRun(
                    registry,
                    stored,
                    Run.Direction.UP,
                    order,
                    RunOptions.of(definition, defaults()),
                    new Run.Schemas(chain.before(version), version.toString()),
                    config.backupBeforeMigration() && definition.kind() != Definition.Kind.SCRIPT);
            LedgerEntry.Action action = order.forced() ? LedgerEntry.Action.FORCED : LedgerEntry.Action.STARTED;
            if (started(game, registry, stored, run, action, apply)) {
                return new Started(run);
            }
        }
        return new Busy();
    }

    /** Starts a run that rolls a migration back. Cost: about 12 WCU. */
    Result down(String game, SemanticVersion version, Run.Order order) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Registry registry = store.registry(game);
            List<Registration> all = store.list(game);
            Registration stored = find(all, version);
            Result rejection = rejection(game, registry, stored);
            if (rejection != null || stored == null) {
                return rejection == null ? new Unknown() : rejection;
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
                return new NotReversible();
            }
            Run run = newRun(
                    registry,
                    stored,
                    Run.Direction.DOWN,
                    order,
                    RunOptions.of(definition, defaults()),
                    new Run.Schemas(chain.before(version), version.toString()),
                    config.backupBeforeMigration()
                            && order.mode() == Run.Mode.EXACT
                            && definition.kind() != Definition.Kind.SCRIPT);
            if (started(game, registry, stored, run, LedgerEntry.Action.ROLLBACK_STARTED, null)) {
                return new Started(run);
            }
        }
        return new Busy();
    }

    private @Nullable Result rejection(String game, Registry registry, @Nullable Registration stored) {
        if (stored == null) {
            return new Unknown();
        }
        String active = registry.activeRun();
        return active == null
                ? null
                : runs.read(game, active).<Result>map(Active::new).orElseGet(Busy::new);
    }

    private Run newRun(
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
                null,
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
                entry(next, action, migration, run, now(), null),
                runs.creating(game, run));
    }

    static @Nullable Registration find(List<Registration> all, SemanticVersion version) {
        return all.stream()
                .filter(migration -> migration.version().equals(version))
                .findFirst()
                .orElse(null);
    }

    /** The ledger entry of a start or an end of a run. */
    static LedgerEntry entry(
            Registry next,
            LedgerEntry.Action action,
            Registration migration,
            Run run,
            Instant at,
            @Nullable String error) {
        return new LedgerEntry(
                next.seq(),
                at,
                action,
                migration.version().toString(),
                run.order().by(),
                run.order().reason(),
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
