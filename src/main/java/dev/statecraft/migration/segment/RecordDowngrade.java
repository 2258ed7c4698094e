package dev.statecraft.migration.segment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.Transformation;
import dev.statecraft.migration.definition.Transformed;
import dev.statecraft.migration.expression.ErrorText;
import dev.statecraft.migration.expression.ExpressionBounds;
import dev.statecraft.migration.expression.Subject;
import dev.statecraft.migration.run.Run;
import dev.statecraft.replication.state.Entity;
import org.jspecify.annotations.Nullable;

/**
 * What a rollback makes of one state.
 *
 * @param definition of the migration that is taken back
 * @param schema that a state has which was taken down
 * @param mode how records are treated that were written since
 * @param bounds of each evaluation of an expression
 */
public record RecordDowngrade(Definition definition, String schema, Run.Mode mode, ExpressionBounds bounds) {

    /** What a state becomes; in order of precedence. */
    public sealed interface Outcome {}

    /** It did not go through the migration, or was taken back before. */
    public record Untouched() implements Outcome {}

    /** Somebody has written it since; it is looked at again when all others are back. */
    public record Later() implements Outcome {}

    /** A game server has to take it back. */
    public record Awaited() implements Outcome {}

    /** It cannot be taken back; why. */
    public record Failed(String reason) implements Outcome {

        /** Bounds the reason. */
        public Failed {
            reason = ErrorText.bounded(reason);
        }
    }

    /** The state as it is to be, and its schema. */
    public record Lowered(ObjectNode state, String schemaVersion) implements Outcome {}

    /**
     * What becomes of an entity whose state was kept.
     *
     * @param kept as it was before the migration; what it was changed by is the version after that
     */
    public Outcome restored(Entity entity, BackupRecord kept) {
        if (!entity.schemaVersion().equals(definition.version().toString())) {
            return new Untouched();
        }
        return entity.version() == kept.version() + 1 || mode == Run.Mode.EXACT
                ? new Lowered(kept.state(), kept.schemaVersion())
                : new Later();
    }

    /** What becomes of an entity that is still in the new shape. */
    public Outcome lowered(Entity entity) {
        if (!entity.schemaVersion().equals(definition.version().toString())) {
            return new Untouched();
        }
        @Nullable Transformation down = definition.down();
        if (down == null) {
            return new Failed("the migration has no down, and the record was written after it");
        }
        if (down instanceof Transformation.Worked) {
            return new Awaited();
        }
        Transformed transformed = down.apply(entity.json(), Subject.of(entity), bounds);
        return transformed instanceof Transformed.Failed failed
                ? new Failed(failed.reason())
                : new Lowered(((Transformed.Done) transformed).state(), schema);
    }
}
