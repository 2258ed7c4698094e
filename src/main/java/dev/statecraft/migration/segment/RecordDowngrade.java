package dev.statecraft.migration.segment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.Transformation;
import dev.statecraft.migration.definition.Transformed;
import dev.statecraft.migration.expression.ErrorText;
import dev.statecraft.migration.expression.ExpressionBounds;
import dev.statecraft.migration.expression.Subject;
import dev.statecraft.migration.run.Run;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.state.Entity;
import org.jspecify.annotations.Nullable;

/**
 * Rolls back the state of one record.
 *
 * @param definition definition of the migration that is rolled back
 * @param schema schema version of a downgraded state
 * @param mode how records are treated that were written after the migration
 * @param bounds limits for each evaluation of an expression
 */
public record RecordDowngrade(Definition definition, String schema, Run.Mode mode, ExpressionBounds bounds) {

    /** Result of a rollback of one record. Variants are listed in order of precedence. */
    public sealed interface Outcome {}

    /** The state has not passed the migration, or is rolled back already. */
    public record Unaffected() implements Outcome {}

    /** The record was written after the migration, and the backup does not help. Phase SWEEPING downgrades it. */
    public record WrittenSince() implements Outcome {}

    /** A game server has to downgrade the record. */
    public record NeedsGameServer() implements Outcome {}

    /** The record cannot be rolled back, with the reason. */
    public record Failed(String reason) implements Outcome {

        /** Bounds the reason. */
        public Failed {
            reason = ErrorText.bounded(reason);
        }
    }

    /** The rolled back state and its schema version. */
    public record Downgraded(ObjectNode state, String schemaVersion) implements Outcome {}

    /** The rejection of a record that is not written. */
    static Rejection rejection(Outcome outcome) {
        if (outcome instanceof Failed failed) {
            return new Rejection.Invalid("state", failed.reason());
        }
        if (outcome instanceof NeedsGameServer) {
            return new Rejection.Stale();
        }
        return outcome instanceof Unaffected ? new Rejection.Exists() : new Rejection.NotFound();
    }

    /**
     * Rolls back an entity by its backup. If it was written after the migration, the backup only helps a derived {@code
     * down}.
     *
     * @param kept the record before the migration. The migration wrote the entity version after that of the backup.
     */
    public Outcome restored(Entity entity, BackupRecord kept) {
        if (!entity.schemaVersion().equals(definition.version().toString())) {
            return new Unaffected();
        }
        if (entity.version() == kept.version() + 1 || mode == Run.Mode.EXACT) {
            return new Downgraded(kept.state(), kept.schemaVersion());
        }
        // The backup tells which empty objects were there before. It does not if earlier migrations came between.
        return definition.down() instanceof Transformation.Undone down
                        && kept.schemaVersion().equals(schema)
                        && down.apply(entity.json(), Subject.of(entity), bounds, kept.state())
                                instanceof Transformed.Done done
                ? new Downgraded(done.state(), schema)
                : new WrittenSince();
    }

    /** Downgrades an entity that still has the schema version of the migration. */
    public Outcome downgraded(Entity entity) {
        if (!entity.schemaVersion().equals(definition.version().toString())) {
            return new Unaffected();
        }
        @Nullable Transformation down = definition.down();
        if (down == null) {
            return new Failed("the migration has no down, and the record was written after it");
        }
        if (down instanceof Transformation.Worked) {
            return new NeedsGameServer();
        }
        Transformed transformed = down.apply(entity.json(), Subject.of(entity), bounds);
        return transformed instanceof Transformed.Failed failed
                ? new Failed(failed.reason())
                : new Downgraded(((Transformed.Done) transformed).state(), schema);
    }
}
