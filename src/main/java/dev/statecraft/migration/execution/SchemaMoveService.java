package dev.statecraft.migration.execution;

import dev.statecraft.leaderboard.board.SchemaMove;
import dev.statecraft.migration.definition.MigrationTarget;
import dev.statecraft.migration.definition.SchemaChain;
import dev.statecraft.migration.record.MetadataCommitService;
import dev.statecraft.migration.registry.DefinitionCatalog;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.RunStore;
import dev.statecraft.replication.type.EntityTypeService;
import dev.statecraft.table.TransactionWrites;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Function;
import java.util.function.UnaryOperator;

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
    void forward(String game, Run run, UnaryOperator<Run> next) {
        move(game, run, next, chain -> chain.steps().isEmpty() ? run.schemas().after() : chain.last());
    }

    /** New records get the schema version before the run. */
    void back(String game, Run run, UnaryOperator<Run> next) {
        move(game, run, next, chain -> chain.before(run.version()));
    }

    private void move(String game, Run run, UnaryOperator<Run> next, Function<SchemaChain, String> schema) {
        String target = run.entityType();
        SchemaChain chain = definitions.chain(game, target);
        if (MigrationTarget.isMetadata(target)) {
            RevisionGuard guard = new RevisionGuard(game, run);
            if (metadata.moveSchema(game, target, type -> schema.apply(chain.of(type)), guard)) {
                runs.replace(game, guard.run, next.apply(guard.run));
            }
        } else {
            types.moveSchema(game, target, schema.apply(chain), runs.replacing(game, run, next.apply(run)));
        }
    }

    /**
     * Increases the revision of the run with each change. A step that was delayed therefore changes nothing after another step
     * has changed the run, which may have been rolled back since.
     */
    private final class RevisionGuard implements MetadataCommitService.PhaseGuard {

        private final String game;
        private Run run;

        private RevisionGuard(String game, Run run) {
            this.game = game;
            this.run = run;
        }

        @Override
        public boolean perform(Function<TransactionWrites, SchemaMove> change) {
            Run next = run.settling(run.settlingSince());
            SchemaMove move = change.apply(runs.replacing(game, run, next));
            if (move == SchemaMove.MOVED) {
                run = next;
            }
            return move != SchemaMove.REJECTED;
        }
    }
}
