package dev.statecraft.migration.record;

import dev.statecraft.migration.definition.MigrationTarget;
import dev.statecraft.replication.entity.EntityReader;
import dev.statecraft.replication.entity.EntityReader.EntityKeyPage;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.replication.state.EntityScan;
import dev.statecraft.table.CapacityUsage;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds and reads the records of a target of migrations; see {@link EntityReader} for entities. */
@ApplicationScoped
public class RecordReader {

    private final EntityReader entities;
    private final MetadataReader metadata;

    public RecordReader(EntityReader entities, MetadataReader metadata) {
        this.entities = entities;
        this.metadata = metadata;
    }

    /** A page of the keys of the records of a target. For metadata it reads the entries. */
    public EntityKeyPage keys(String game, String target, @Nullable EntityKey after) {
        return MigrationTarget.isMetadata(target)
                ? metadata.keys(game, target, after)
                : entities.keysOfType(game, target, after);
    }

    /** Reads records, strongly consistent. Records that do not exist are left out. */
    public List<Entity> readAll(String game, String target, List<EntityKey> keys) {
        return MigrationTarget.isMetadata(target) ? metadata.readAll(game, keys) : entities.readAll(game, keys);
    }

    /** Scans a part of the records of a target. */
    public EntityScan scan(
            String game,
            String target,
            EntityScan.Part part,
            EntityScan.@Nullable Position after,
            int limit,
            CapacityUsage consumption) {
        return MigrationTarget.isMetadata(target)
                ? metadata.scan(game, target, part, after, limit)
                : entities.scan(game, target, part, after, limit, consumption);
    }

    /** The position of a scan directly after a record. */
    public EntityScan.Position positionAfter(String game, String target, EntityKey key) {
        return MigrationTarget.isMetadata(target)
                ? metadata.positionAfter(game, key)
                : entities.positionAfter(game, key);
    }
}
