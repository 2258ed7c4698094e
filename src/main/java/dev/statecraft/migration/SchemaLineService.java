package dev.statecraft.migration;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.Schemas;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Leads states from schema version to schema version while they are read, by the migrations that were applied. An
 * instance remembers these for {@code schema-cache}; it asks for them only when it meets a state that is not in the shape
 * it is wanted in.
 */
@ApplicationScoped
public class SchemaLineService implements Schemas {

    /** What an instance has heard of later than it has read the migrations is read anew, but not all the time. */
    private static final long ANEW_NANOS = 1_000_000_000L;

    private record Known(Map<String, SchemaLine> lines, long readAtNanos) {}

    private final MigrationStore store;
    private final MigrationService migrations;
    private final MigrationConfig config;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    SchemaLineService(MigrationStore store, MigrationService migrations, MigrationConfig config) {
        this.store = store;
        this.migrations = migrations;
        this.config = config;
    }

    @Override
    public Shape up(String game, String type, String from, String to, ObjectNode state) {
        Optional<SemanticVersion> start = SemanticVersion.parse(from);
        Optional<SemanticVersion> end = SemanticVersion.parse(to);
        return start.isEmpty() || end.isEmpty()
                ? new Shape(from, state)
                : line(game, type, end.get()).up(start.get(), end.get(), state, trial());
    }

    @Override
    public Asked down(String game, String type, String from, String to, ObjectNode state) {
        Optional<SemanticVersion> start = SemanticVersion.parse(from);
        Optional<SemanticVersion> end = SemanticVersion.parse(to);
        if (end.isEmpty()) {
            return new NoVersion();
        }
        return start.isEmpty() || start.get().compareTo(end.get()) <= 0
                ? new Shape(from, state)
                : line(game, type, start.get()).down(start.get(), end.get(), state, trial());
    }

    private SchemaLine.Trial trial() {
        return new SchemaLine.Trial(config.bounds(), config.validationEnabled());
    }

    /** The migrations of a type; 1 RCU for 4 KB of all migrations if they are not remembered. */
    private SchemaLine line(String game, String type, SemanticVersion wanted) {
        Known last = known.get(game);
        if (last != null) {
            long age = System.nanoTime() - last.readAtNanos();
            SchemaLine line = last.lines().getOrDefault(type, SchemaLine.EMPTY);
            boolean informed = line.links().containsKey(wanted) || age < ANEW_NANOS;
            if (informed && age < config.schemaCache().toNanos()) {
                return line;
            }
        }
        Known read = new Known(read(game), System.nanoTime());
        known.put(game, read);
        return read.lines().getOrDefault(type, SchemaLine.EMPTY);
    }

    /** Those that a baseline took in are not among them: nothing was done to the entities then. */
    private Map<String, SchemaLine> read(String game) {
        Map<String, NavigableMap<SemanticVersion, Optional<Definition>>> links = new TreeMap<>();
        for (Registration registration : store.list(game)) {
            if (registration.status() == Registration.Status.APPLIED) {
                links.computeIfAbsent(registration.entityType(), type -> new TreeMap<>())
                        .put(registration.version(), migrations.definition(registration));
            }
        }
        Map<String, SchemaLine> lines = new TreeMap<>();
        links.forEach((type, line) -> lines.put(type, new SchemaLine(line)));
        return lines;
    }
}
