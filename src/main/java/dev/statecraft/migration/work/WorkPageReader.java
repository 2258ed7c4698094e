package dev.statecraft.migration.work;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.MigrationConfig;
import dev.statecraft.migration.definition.SchemaChain;
import dev.statecraft.migration.definition.Transformed;
import dev.statecraft.migration.expression.Subject;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.Segment;
import dev.statecraft.migration.segment.WorkPage;
import dev.statecraft.replication.entity.EntityReader;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.replication.state.EntityScan;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.table.CapacityUsage;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the records of a segment that game servers migrate or roll back. */
@ApplicationScoped
public class WorkPageReader {

    private final EntityReader entities;
    private final MigrationConfig config;

    public WorkPageReader(EntityReader entities, MigrationConfig config) {
        this.entities = entities;
        this.config = config;
    }

    /**
     * A record for a game server.
     *
     * @param version version of the entity
     * @param schemaVersion schema version of {@code state}
     * @param state the state to migrate, after the migrations before the run's own; or the state to roll back
     */
    public record Task(String space, String id, long version, String schemaVersion, ObjectNode state) {}

    /** The next page of a segment, and the tasks among its records. */
    record Read(WorkPage page, List<Task> tasks) {}

    /**
     * Reads the next page of a segment. Cost: the scan, and 1 RCU per 4 KB of the entities that have to be migrated or
     * rolled back.
     *
     * @param limit maximum number of records
     */
    Read read(String game, Run run, Segment lease, SchemaChain chain, int limit, CapacityUsage consumption) {
        List<Task> tasks = new ArrayList<>();
        int size = Math.max(1, Math.min(limit, run.options().pageSize()));
        if (run.phase() == Run.Phase.CANARY) {
            size = (int) Math.max(1, Math.min(size, run.canary()));
        }
        Segment.Checkpoint from = lease.checkpoint();
        EntityScan scan = entities.scan(
                game,
                run.entityType(),
                new EntityScan.Part(lease.number(), run.segments(), run.phase().pass() != Run.Phase.MIGRATING.pass()),
                from == null ? null : new EntityScan.Position(from.first(), from.second()),
                Math.max(size, config.scanItems()),
                consumption);
        List<EntityScan.Found> found = scan.found();
        List<EntityScan.Found> some = found.subList(0, Math.min(size, found.size()));
        Map<EntityKey, Entity> pending = new HashMap<>();
        entities.readAll(
                        game,
                        some.stream()
                                .filter(one -> isOpen(run, chain, one.schemaVersion()))
                                .map(EntityScan.Found::place)
                                .toList())
                .forEach(entity -> pending.put(entity.place(), entity));
        List<WorkPage.Entry> records = new ArrayList<>();
        long bytes = 0;
        for (EntityScan.Found one : some) {
            Entity entity = pending.get(one.place());
            PackedJson stored = entity == null ? null : entity.state();
            int more = stored == null ? 0 : stored.plainBytes();
            if (!records.isEmpty() && bytes + more > config.workBytes()) {
                break;
            }
            bytes += more;
            Optional<Task> task = entity == null ? Optional.empty() : task(run, chain, entity);
            task.ifPresent(tasks::add);
            records.add(new WorkPage.Entry(
                    one.place().space(), one.place().id(), entity == null ? 0 : entity.version(), task.isPresent()));
        }
        Segment.Checkpoint after = positionAfter(game, records, found.size(), scan.next());
        return new Read(new WorkPage(lease.token(), records, from, after, null), tasks);
    }

    private Segment.@Nullable Checkpoint positionAfter(
            String game, List<WorkPage.Entry> records, int found, EntityScan.@Nullable Position next) {
        EntityScan.Position after = records.size() == found
                ? next
                : entities.positionAfter(game, records.get(records.size() - 1).key());
        return after == null ? null : new Segment.Checkpoint(after.partition(), after.sort());
    }

    /** Whether a record of this schema version has to be migrated, or to be rolled back. */
    private static boolean isOpen(Run run, SchemaChain chain, String schemaVersion) {
        return run.isRollingBack()
                ? schemaVersion.equals(run.version().toString())
                : !chain.after(schemaVersion).isEmpty();
    }

    /**
     * The task for a record: its state after the migrations before the run's own or, in a rollback, its current state.
     * Returns nothing if one of those migrations fails for the record, or if no migration is left for it.
     */
    private Optional<Task> task(Run run, SchemaChain chain, Entity entity) {
        if (run.isRollingBack()) {
            return Optional.of(
                    new Task(entity.space(), entity.id(), entity.version(), entity.schemaVersion(), entity.json()));
        }
        List<Definition> path = chain.after(entity.schemaVersion());
        ObjectNode state = entity.json();
        String schema = entity.schemaVersion();
        for (Definition step : path.subList(0, Math.max(0, path.size() - 1))) {
            Subject subject = Subject.of(entity).at(schema);
            if (!(step.up().apply(state, subject, config.bounds()) instanceof Transformed.Done done)) {
                return Optional.empty();
            }
            state = done.state();
            schema = step.version().toString();
        }
        return path.isEmpty()
                ? Optional.empty()
                : Optional.of(new Task(entity.space(), entity.id(), entity.version(), schema, state));
    }
}
