package dev.statecraft.migration.registry;

import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.DefinitionLimits;
import dev.statecraft.migration.definition.DefinitionReader;
import dev.statecraft.migration.definition.Migration;
import dev.statecraft.migration.definition.MigrationTarget;
import dev.statecraft.migration.definition.SchemaChain;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.definition.Transformation;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.RunStore;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The definitions of registered migrations. A migration that is written in Java is defined by the code of this
 * deployment, any other one by the JSON that was registered.
 */
@ApplicationScoped
public class DefinitionCatalog {

    private static final Logger LOG = Logger.getLogger(DefinitionCatalog.class);

    private final MigrationStore store;
    private final RunStore runs;
    private final Map<SemanticVersion, Definition> code = new TreeMap<>();

    @Inject
    DefinitionCatalog(MigrationStore store, RunStore runs, @Any Instance<Migration> code) {
        this(store, runs, StreamSupport.stream(code.spliterator(), false).toList());
    }

    public DefinitionCatalog(MigrationStore store, RunStore runs, List<Migration> code) {
        this.store = store;
        this.runs = runs;
        for (Migration migration : code) {
            Definition definition = Definition.ofCode(migration);
            if (this.code.put(definition.version(), definition) != null) {
                throw new IllegalStateException("two migrations in the code are version " + definition.version());
            }
        }
    }

    /** The migrations in the code of this deployment, by version. */
    Collection<Definition> inCode() {
        return Collections.unmodifiableCollection(code.values());
    }

    /** The migration of this version in the code of this deployment; null if there is none. */
    @Nullable Definition inCode(SemanticVersion version) {
        return code.get(version);
    }

    /**
     * The migrations applied to an entity type, in the order of application. A migration that is being applied or
     * rolled back is the last one. Cost: 1 RCU for 4 KB of all migrations of the game.
     */
    public SchemaChain chain(String game, String entityType) {
        Registry registry = store.registry(game);
        String active = registry.activeRun();
        Run run = active == null ? null : runs.read(game, active).orElse(null);
        return chain(store.list(game), entityType, run == null ? null : run.version());
    }

    /** The chain of an entity type, from registrations that the caller has read.
     *
     * @param active the version that is being applied or rolled back; null if there is none
     */
    public SchemaChain chain(List<Registration> stored, String entityType, @Nullable SemanticVersion active) {
        List<Registration> own = stored.stream()
                .filter(migration -> MigrationTarget.overlap(migration.entityType(), entityType))
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
     * The definition of a registered migration. If its Java code is not deployed, every transformation of the
     * definition fails.
     *
     * @throws IllegalStateException if the version is not registered
     */
    public Definition definitionOf(String game, SemanticVersion version) {
        return known(store.read(game, version)
                .orElseThrow(() -> new IllegalStateException("a migration is gone: " + version)));
    }

    /**
     * The definition of a registered migration; empty if its Java code is not deployed, or if this release cannot read
     * the stored JSON.
     */
    public Optional<Definition> definition(Registration registration) {
        if (registration.kind() == Definition.Kind.CODE) {
            return Optional.ofNullable(code.get(registration.version()));
        }
        DefinitionReader.Reading reading = new DefinitionReader(DefinitionLimits.NONE).read(registration.source());
        if (reading instanceof DefinitionReader.Malformed malformed) {
            LOG.errorf(
                    "a stored migration cannot be read: version %s, field %s",
                    registration.version(), malformed.field());
            return Optional.empty();
        }
        return Optional.of(((DefinitionReader.Read) reading).definition());
    }

    /** Whether the definition in the Java code differs from the registered one, or is missing. */
    public boolean drifted(Registration registration) {
        Definition definition = code.get(registration.version());
        return registration.kind() == Definition.Kind.CODE
                ? definition == null || !registration.hasContent(definition)
                : definition != null;
    }
}
