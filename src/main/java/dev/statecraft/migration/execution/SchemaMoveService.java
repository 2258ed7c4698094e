package dev.statecraft.migration.execution;

import dev.statecraft.migration.definition.MigrationTarget;
import dev.statecraft.migration.definition.SchemaChain;
import dev.statecraft.migration.record.MetadataCommitService;
import dev.statecraft.migration.registry.DefinitionCatalog;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.RunStore;
import dev.statecraft.replication.type.EntityTypeService;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Function;

/**
 * Changes the phase of a run together with the schema version of new records. That of an entity type is changed in the same
 * transaction. That of metadata is changed before, board by board: the phase changes only when all boards have it, and a
 * repetition changes nothing.
 */
@ApplicationScoped
public class SchemaMoveService {

    private final DefinitionCatalog definitions;
    private final RunStore runs;
    private final EntityTypeService types;
    private final MetadataCommitService metadata;

    public SchemaMoveService(
            DefinitionCatalog definitions, RunStore runs, EntityTypeService types, MetadataCommitService metadata) {
        this.definitions = definitions;
        this.runs = runs;
        this.types = types;
        this.metadata = metadata;
    }

    /** New records get the schema version after the run: that of the run, unless it was forced before a later one. */
    void forward(String game, Run run, Run next) {
        move(game, run, next, chain -> chain.steps().isEmpty() ? run.schemas().after() : chain.last());
    }

    /** New records get the schema version before the run. */
    void back(String game, Run run, Run next) {
        move(game, run, next, chain -> chain.before(run.version()));
    }

    private void move(String game, Run run, Run next, Function<SchemaChain, String> schema) {
        String target = run.entityType();
        SchemaChain chain = definitions.chain(game, target);
        if (MigrationTarget.isMetadata(target)) {
            metadata.moveSchema(game, target, type -> schema.apply(chain.of(type)));
            runs.replace(game, run, next);
        } else {
            types.moveSchema(game, target, schema.apply(chain), runs.replacing(game, run, next));
        }
    }
}
