package dev.statecraft.migration;

import dev.statecraft.migration.LedgerEntry.Action;
import dev.statecraft.table.Backoff;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The registry of migrations: which there are, in which order, which of them are applied. A definition never changes once
 * it is registered; what is written in Java registers itself the first time an instance is asked about a game.
 */
@ApplicationScoped
public class MigrationService {

    /** Whom the ledger names for migrations that come with the code. */
    static final String CODE = "code";

    private static final Logger LOG = Logger.getLogger(MigrationService.class);

    private static final int ATTEMPTS = 16;
    private static final long CONTENTION_MILLIS = 5;

    private final MigrationStore store;
    private final RunStore runs;
    private final MigrationConfig config;
    private final Clock clock;
    private final Map<SemanticVersion, Definition> code = new TreeMap<>();
    private final Set<String> gamesWithCode = ConcurrentHashMap.newKeySet();

    @Inject
    MigrationService(
            MigrationStore store, RunStore runs, MigrationConfig config, Clock clock, @Any Instance<Migration> code) {
        this(
                store,
                runs,
                config,
                clock,
                StreamSupport.stream(code.spliterator(), false).toList());
    }

    MigrationService(MigrationStore store, RunStore runs, MigrationConfig config, Clock clock, List<Migration> code) {
        this.store = store;
        this.runs = runs;
        this.config = config;
        this.clock = clock;
        for (Migration migration : code) {
            Definition definition = Definition.ofCode(migration);
            if (this.code.put(definition.version(), definition) != null) {
                throw new IllegalStateException("two migrations in the code are version " + definition.version());
            }
        }
    }

    /** What became of a registration; in order of precedence. */
    public sealed interface Registered {}

    /** The version is registered with another content. */
    public record Drifted(Registration registration) implements Registered {}

    /** The version is registered with this content. */
    public record Same(Registration registration) implements Registered {}

    /** A later version is current, and nobody asked for an earlier one. */
    public record OutOfOrder(SemanticVersion current) implements Registered {}

    /** There are as many as there may be. */
    public record Full(int limit) implements Registered {}

    /** It is registered. */
    public record New(Registration registration) implements Registered {}

    /** Others register all the time. */
    public record Busy() implements Registered, Adopted, Repaired, Withdrawn {}

    /** Registers a migration; a repeated call changes nothing. 2 RCU and about 6 WCU for 1 KB. */
    public Registered register(String game, Definition definition, boolean outOfOrder, String by) {
        registerCode(game);
        return add(game, definition, outOfOrder, by);
    }

    private Registered add(String game, Definition definition, boolean outOfOrder, String by) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Backoff.pauseBefore(attempt, CONTENTION_MILLIS);
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

    /** What became of a baseline; in order of precedence. */
    public sealed interface Adopted permits Behind, Done, Busy {}

    /** A later version is current already. */
    public record Behind(SemanticVersion current) implements Adopted {}

    /** The version is the current one. */
    public record Done(Registry registry) implements Adopted {}

    /**
     * Takes a version for the current one without applying anything: the migrations registered up to it count as applied.
     * The version that is adopted already is adopted again without another entry. About 4 WCU.
     */
    public Adopted baseline(String game, SemanticVersion version, @Nullable String reason, String by) {
        registerCode(game);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Backoff.pauseBefore(attempt, CONTENTION_MILLIS);
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

    /** What became of a repair; in order of precedence. */
    public sealed interface Repaired permits Unknown, Undefined, Accepted, Busy {}

    /** No migration of this version is registered. */
    public record Unknown() implements Repaired, Withdrawn {}

    /** The migration does not come with the code, and no definition was handed in. */
    public record Undefined() implements Repaired {}

    /** The definition is the registered one. */
    public record Accepted(Registration registration) implements Repaired {}

    /**
     * Accepts another content for a registered migration, without applying it again. What is accepted already is accepted
     * again without another entry.
     *
     * @param definition the content; null for what the code says
     */
    public Repaired repair(
            String game, SemanticVersion version, @Nullable Definition definition, @Nullable String reason, String by) {
        registerCode(game);
        Definition accepted = definition == null ? code.get(version) : definition;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Backoff.pauseBefore(attempt, CONTENTION_MILLIS);
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

    /** The result of a withdrawal; in order of precedence. */
    public sealed interface Withdrawn permits Unknown, InUse, Removed, Busy {}

    /** The migration had a run, a baseline adopted it, or it comes with the code. */
    public record InUse(Registration registration, boolean code) implements Withdrawn {}

    /** The registration is removed. */
    public record Removed() implements Withdrawn {}

    /**
     * Removes a registration that no run has touched; the version can then be registered with other content. A run that
     * starts at the same time either finds it or not: both change the registry under the same condition. 2 RCU and about
     * 6 WCU.
     */
    public Withdrawn withdraw(String game, SemanticVersion version, String by) {
        registerCode(game);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Registry registry = store.registry(game);
            Registration stored = store.read(game, version).orElse(null);
            if (stored == null) {
                return new Unknown();
            }
            boolean ofCode = stored.kind() == Definition.Kind.CODE && code.containsKey(version);
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

    /** All migrations of a game, and how many entries its ledger has. */
    public record Overview(SemanticVersion currentVersion, long ledgerEntries, List<Registration> migrations) {}

    /** All migrations of a game by version, as they are to be seen. */
    public Overview list(String game) {
        registerCode(game);
        Registry registry = store.registry(game);
        return new Overview(registry.current(), registry.seq(), seen(game, registry, store.list(game)));
    }

    /** One migration; nothing if none of this version is registered. 2 RCU, 3 while a run goes on. */
    public Optional<Registration> find(String game, SemanticVersion version) {
        registerCode(game);
        Registry registry = store.registry(game);
        return store.read(game, version)
                .map(migration -> seen(game, registry, List.of(migration)).get(0));
    }

    /** Migrations as they are to be seen: adopted by a baseline, or as far as the run that goes on. */
    private List<Registration> seen(String game, Registry registry, List<Registration> stored) {
        String active = registry.activeRun();
        Run run = active == null ? null : runs.read(game, active).orElse(null);
        return stored.stream()
                .map(migration -> run != null && run.version().equals(migration.version())
                        ? migration.with(run.told(), migration.application())
                        : migration.under(registry))
                .toList();
    }

    /**
     * The migrations that the states of an entity type have gone through, in the order they were applied; one that is being
     * applied or rolled back stands at the end. Reads all migrations of the game, 1 RCU for 4 KB.
     */
    public SchemaChain chain(String game, String entityType) {
        Registry registry = store.registry(game);
        String active = registry.activeRun();
        Run run = active == null ? null : runs.read(game, active).orElse(null);
        return chain(store.list(game), entityType, run == null ? null : run.version());
    }

    /** The same of migrations as they are stored. */
    SchemaChain chain(List<Registration> stored, String entityType, @Nullable SemanticVersion active) {
        List<Registration> own = stored.stream()
                .filter(migration -> migration.entityType().equals(entityType))
                .toList();
        return new SchemaChain(Stream.concat(
                        own.stream()
                                .filter(Registration::ran)
                                .filter(migration -> !migration.version().equals(active))
                                .sorted(Comparator.comparingLong(
                                        migration -> migration.application().seq())),
                        own.stream().filter(migration -> migration.version().equals(active)))
                .map(this::known)
                .toList());
    }

    private Definition known(Registration registration) {
        return definition(registration)
                .orElseGet(() -> new Definition(
                        registration.version(),
                        registration.description(),
                        registration.entityType(),
                        registration.kind(),
                        new Transformation.Missing(),
                        null,
                        List.of(),
                        List.of(),
                        registration.source()));
    }

    /**
     * What a registered migration does; one that cannot do anything if its code is missing.
     *
     * @throws IllegalStateException if it is not registered
     */
    Definition definitionOf(String game, SemanticVersion version) {
        return known(store.read(game, version)
                .orElseThrow(() -> new IllegalStateException("a migration is gone: " + version)));
    }

    /** The last entries of the ledger, the newest first; at most as many as configured. */
    public List<LedgerEntry> history(String game) {
        return store.history(game, config.maxMigrationHistory());
    }

    /**
     * What a registered migration does; nothing if it was written in Java and is not in the code any more, or if this
     * release cannot read it.
     */
    public Optional<Definition> definition(Registration registration) {
        if (registration.kind() == Definition.Kind.CODE) {
            return Optional.ofNullable(code.get(registration.version()));
        }
        DefinitionReader.Reading reading =
                new DefinitionReader(DefinitionLimits.NONE).read(registration.source());
        if (reading instanceof DefinitionReader.Malformed malformed) {
            LOG.errorf(
                    "a stored migration cannot be read: version %s, field %s",
                    registration.version(), malformed.field());
            return Optional.empty();
        }
        return Optional.of(((DefinitionReader.Read) reading).definition());
    }

    /** Whether the code says something else than what is registered. */
    public boolean drifted(Registration registration) {
        Definition definition = code.get(registration.version());
        return registration.kind() == Definition.Kind.CODE
                ? definition == null || !registration.hasContent(definition)
                : definition != null;
    }

    /**
     * Registers what comes with the code; those up to the current version are left out, for a game that is there already
     * does not need them. No reads once an instance has done it for a game.
     */
    private void registerCode(String game) {
        if (code.isEmpty() || gamesWithCode.contains(game)) {
            return;
        }
        boolean done = true;
        for (Definition definition : code.values()) {
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
