package dev.statecraft.migration.registry;

import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.registry.LedgerEntry.Action;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.RunStore;
import dev.statecraft.table.Backoff;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The registry of migrations and its operations: register, baseline, repair, withdraw, list. A registered definition is
 * immutable, except by a repair. Migrations in Java code are registered when an instance first uses the game.
 */
@ApplicationScoped
public class MigrationService {

    /** The {@code by} of history entries of migrations in Java code. */
    static final String CODE = "code";

    private static final Logger LOG = Logger.getLogger(MigrationService.class);

    private static final int ATTEMPTS = 16;
    private static final long CONTENTION_MILLIS = 5;

    private final MigrationStore store;
    private final RunStore runs;
    private final DefinitionCatalog definitions;
    private final MigrationConfig config;
    private final Clock clock;
    private final Backoff backoff;
    private final Set<String> gamesWithCode = ConcurrentHashMap.newKeySet();

    public MigrationService(
            MigrationStore store,
            RunStore runs,
            DefinitionCatalog definitions,
            MigrationConfig config,
            Clock clock,
            Backoff backoff) {
        this.store = store;
        this.runs = runs;
        this.definitions = definitions;
        this.config = config;
        this.clock = clock;
        this.backoff = backoff;
    }

    /** Result of a registration. Variants are listed in order of precedence. */
    public sealed interface Registered {}

    /** The version is registered with a different definition. */
    public record Drifted(Registration registration) implements Registered {}

    /** The version is already registered with this definition. */
    public record Same(Registration registration) implements Registered {}

    /** The current version is not lower, and {@code outOfOrder} is not set. */
    public record OutOfOrder(SemanticVersion current) implements Registered {}

    /** The game has the maximum number of migrations. */
    public record Full(int limit) implements Registered {}

    /** The migration was registered. */
    public record New(Registration registration) implements Registered {}

    /** Gave up after 16 conflicting writes; nothing was changed. The caller may retry. */
    public record Busy() implements Registered, Adopted, Repaired, Withdrawn {}

    /** Registers a migration. A repeated call changes nothing. Cost: 2 RCU and about 6 WCU for 1 KB. */
    public Registered register(String game, Definition definition, boolean outOfOrder, String by) {
        registerCode(game);
        return add(game, definition, outOfOrder, by);
    }

    private Registered add(String game, Definition definition, boolean outOfOrder, String by) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Registry registry = store.registry(game);
            Optional<Registration> existing = store.read(game, definition.version());
            if (existing.isPresent()) {
                Registration seen = existing.get().under(registry);
                return seen.hasContent(definition) ? new Same(seen) : new Drifted(seen);
            }
            boolean behind = definition.version().compareTo(registry.current()) <= 0;
            if (behind && !outOfOrder) {
                return new OutOfOrder(registry.current());
            }
            if (registry.migrations() >= config.maxMigrations()) {
                return new Full(config.maxMigrations());
            }
            Registry next = registry.registered();
            Registration migration = Registration.of(definition, next.seq(), behind, now(), by);
            LedgerEntry entry = entry(next, Action.REGISTERED, definition.version(), by, null, migration.checksum());
            if (store.register(game, registry, next, migration, entry)) {
                return new New(migration);
            }
        }
        return new Busy();
    }

    /** Result of a baseline. Variants are listed in order of precedence. */
    public sealed interface Adopted permits Behind, Done, Busy {}

    /** The current version is not lower than the baseline. */
    public record Behind(SemanticVersion current) implements Adopted {}

    /** The version was adopted as the current one. */
    public record Done(Registry registry) implements Adopted {}

    /**
     * Adopts a version as the current one without applying migrations. Migrations that are registered up to the version
     * count as applied. Adopting the same version again adds no history entry. Cost: about 4 WCU.
     */
    public Adopted baseline(String game, SemanticVersion version, @Nullable String reason, String by) {
        registerCode(game);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Registry registry = store.registry(game);
            if (version.equals(registry.baseline()) && version.equals(registry.current())) {
                return new Done(registry);
            }
            if (version.compareTo(registry.current()) <= 0) {
                return new Behind(registry.current());
            }
            Registry next = registry.adopted(version, now());
            if (store.move(game, registry, next, entry(next, Action.BASELINED, version, by, reason, null))) {
                return new Done(next);
            }
        }
        return new Busy();
    }

    /** Result of a repair. Variants are listed in order of precedence. */
    public sealed interface Repaired permits Unknown, Undefined, Accepted, Busy {}

    /** No migration of this version is registered. */
    public record Unknown() implements Repaired, Withdrawn {}

    /** The migration is not defined in Java code, and the request has no definition. */
    public record Undefined() implements Repaired {}

    /** The definition was accepted as the registered one. */
    public record Accepted(Registration registration) implements Repaired {}

    /**
     * Accepts a changed definition of a registered migration without applying it again. Accepting the registered
     * definition again adds no history entry.
     *
     * @param definition the definition to accept; null for the definition in the Java code
     */
    public Repaired repair(
            String game, SemanticVersion version, @Nullable Definition definition, @Nullable String reason, String by) {
        registerCode(game);
        Definition accepted = definition == null ? definitions.inCode(version) : definition;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Registry registry = store.registry(game);
            Registration before = store.read(game, version).orElse(null);
            if (before == null) {
                return new Unknown();
            }
            if (accepted == null) {
                return new Undefined();
            }
            Registration after = before.repaired(accepted);
            if (before.hasContent(accepted)) {
                return new Accepted(before.under(registry));
            }
            LedgerEntry entry = new LedgerEntry(
                    registry.seq() + 1,
                    now(),
                    Action.REPAIRED,
                    version.toString(),
                    by,
                    reason,
                    after.checksum(),
                    before.checksum(),
                    null,
                    null);
            if (store.repair(game, registry, before, after, entry)) {
                return new Accepted(after.under(registry));
            }
        }
        return new Busy();
    }

    /** Result of a withdrawal. Variants are listed in order of precedence. */
    public sealed interface Withdrawn permits Unknown, InUse, Removed, Busy {}

    /** The migration had a run, was adopted by a baseline, or is defined in Java code. */
    public record InUse(Registration registration, boolean code) implements Withdrawn {}

    /** The registration was removed. */
    public record Removed() implements Withdrawn {}

    /**
     * Removes a registration without a run. The version can then be registered with another definition. A run that
     * starts concurrently either starts before the removal, which then fails, or does not find the migration: both
     * write the registry under the same condition. Cost: 2 RCU and about 6 WCU.
     */
    public Withdrawn withdraw(String game, SemanticVersion version, String by) {
        registerCode(game);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Registry registry = store.registry(game);
            Registration stored = store.read(game, version).orElse(null);
            if (stored == null) {
                return new Unknown();
            }
            boolean ofCode = stored.kind() == Definition.Kind.CODE && definitions.inCode(version) != null;
            Registration seen = stored.under(registry);
            if (ofCode
                    || seen.status() != MigrationStatus.PENDING
                    || seen.application().run() != null) {
                return new InUse(seen, ofCode);
            }
            Registry next = registry.withdrawn();
            LedgerEntry entry = entry(next, Action.WITHDRAWN, version, by, null, null);
            if (store.withdraw(game, registry, next, stored, entry)) {
                return new Removed();
            }
        }
        return new Busy();
    }

    /** All migrations of a game and the number of its history entries. */
    public record Overview(SemanticVersion currentVersion, long ledgerEntries, List<Registration> migrations) {}

    /** All migrations of a game sorted by version, with the effect of the baseline and the status of the active run. */
    public Overview list(String game) {
        registerCode(game);
        Registry registry = store.registry(game);
        return new Overview(registry.current(), registry.seq(), seen(game, registry, store.list(game)));
    }

    /** One migration; empty if the version is not registered. Cost: 2 RCU; 3 while a run is active. */
    public Optional<Registration> find(String game, SemanticVersion version) {
        registerCode(game);
        Registry registry = store.registry(game);
        return store.read(game, version)
                .map(migration -> seen(game, registry, List.of(migration)).get(0));
    }

    /** Applies the baseline and the status of the active run to stored registrations. */
    private List<Registration> seen(String game, Registry registry, List<Registration> stored) {
        String active = registry.activeRun();
        Run run = active == null ? null : runs.read(game, active).orElse(null);
        return stored.stream()
                .map(migration -> run != null && run.version().equals(migration.version())
                        ? migration.with(run.visibleStatus(), migration.application())
                        : migration.under(registry))
                .toList();
    }

    /** The migration history, newest first; at most {@code max-migration-history} entries. */
    public List<LedgerEntry> history(String game) {
        return store.history(game, config.maxMigrationHistory());
    }

    /**
     * Registers the migrations in Java code, except those up to the current version, which an existing game does not
     * need. Cost: none once an instance has done it for the game.
     */
    private void registerCode(String game) {
        if (definitions.inCode().isEmpty() || gamesWithCode.contains(game)) {
            return;
        }
        boolean done = true;
        for (Definition definition : definitions.inCode()) {
            Registered registered = add(game, definition, false, CODE);
            done &= !(registered instanceof Busy);
            if (registered instanceof Drifted || registered instanceof Full) {
                LOG.warnf(
                        "a migration of the code is not registered: version %s, %s",
                        definition.version(), registered instanceof Drifted ? "drift" : "no room");
            }
        }
        if (done) {
            gamesWithCode.add(game);
        }
    }

    private Instant now() {
        return Instant.ofEpochMilli(clock.millis());
    }

    private LedgerEntry entry(
            Registry next,
            Action action,
            SemanticVersion version,
            String by,
            @Nullable String reason,
            @Nullable String checksum) {
        return new LedgerEntry(next.seq(), now(), action, version.toString(), by, reason, checksum, null, null, null);
    }
}
