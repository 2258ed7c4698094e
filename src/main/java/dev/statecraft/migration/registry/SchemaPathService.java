package dev.statecraft.migration.registry;

import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.definition.SchemaPath;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.expression.Subject;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.Schemas;
import dev.statecraft.runtime.Ticker;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Converts states between schema versions while they are read, with the applied migrations. An instance caches the
 * migrations of a type for {@code schema-cache}. They are read only if a state does not have the requested schema
 * version.
 */
@ApplicationScoped
public class SchemaPathService implements Schemas {

    /** Maximum number of cached types. Callers name the types, so the cache is cleared when it is full. */
    private static final int MOST_KNOWN = 1_000;

    private record Line(String game, String type, String newest) {}

    private record Known(SchemaPath line, long readAtNanos) {}

    private final MigrationStore store;
    private final DefinitionCatalog definitions;
    private final MigrationConfig config;
    private final Ticker ticker;
    private final Map<Line, Known> known = new ConcurrentHashMap<>();

    public SchemaPathService(
            MigrationStore store, DefinitionCatalog definitions, MigrationConfig config, Ticker ticker) {
        this.store = store;
        this.definitions = definitions;
        this.config = config;
        this.ticker = ticker;
    }

    @Override
    public ConvertedState up(String game, Entity entity, String to) {
        return line(new Line(game, entity.type(), to)).up(Subject.of(entity), entity.json());
    }

    @Override
    public boolean isAfter(String version, String other) {
        return SemanticVersion.parse(version)
                .flatMap(one -> SemanticVersion.parse(other).map(two -> one.compareTo(two) > 0))
                .orElse(false);
    }

    @Override
    public StateConversion down(String game, Entity entity, String to) {
        Optional<SemanticVersion> wanted = SemanticVersion.parse(to);
        if (wanted.isEmpty()) {
            return new NoVersion();
        }
        String from = entity.schemaVersion();
        return SemanticVersion.parse(from)
                        .filter(schema -> schema.compareTo(wanted.get()) <= 0)
                        .isPresent()
                ? new ConvertedState(from, entity.json())
                : line(new Line(game, entity.type(), from)).down(Subject.of(entity), wanted.get(), entity.json());
    }

    /**
     * The migrations that lead to a schema version. Cost: 1 RCU for 4 KB of all migrations of the game; none while
     * cached.
     */
    private SchemaPath line(Line line) {
        Known last = known.get(line);
        if (last != null
                && ticker.nanos() - last.readAtNanos() < config.schemaCache().toNanos()) {
            return last.line();
        }
        List<Registration> all = store.list(line.game());
        // States of the latest schema version went through this migration, even if its run has not finished.
        SemanticVersion newest = SemanticVersion.parse(line.newest())
                .filter(version -> all.stream().anyMatch(one -> one.version().equals(version) && !one.ran()))
                .orElse(null);
        SchemaPath read = new SchemaPath(
                definitions.chain(all, line.type(), newest), config.bounds(), config.validationEnabled());
        if (known.size() >= MOST_KNOWN) {
            known.clear();
        }
        known.put(line, new Known(read, ticker.nanos()));
        return read;
    }
}
