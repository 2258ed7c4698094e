package dev.statecraft.migration.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.expression.ErrorText;
import dev.statecraft.migration.expression.Expression;
import dev.statecraft.migration.expression.ExpressionBounds;
import dev.statecraft.migration.expression.Subject;
import dev.statecraft.replication.state.StateLimits;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One direction of a migration: computes a new state from an old one. */
public sealed interface Transformation {

    /** By operations. */
    record Operated(OperationSequence sequence) implements Transformation {
        @Override
        public Transformed apply(ObjectNode state, Subject subject, ExpressionBounds bounds) {
            return withinLimits(sequence.apply(state, subject, bounds));
        }
    }

    /** By undoing operations: the {@code down} that is derived from them. */
    record Undone(OperationSequence sequence) implements Transformation {
        @Override
        public Transformed apply(ObjectNode state, Subject subject, ExpressionBounds bounds) {
            return withinLimits(sequence.down().apply(state, subject, bounds));
        }

        @Override
        public Transformed apply(ObjectNode state, Subject subject, ExpressionBounds bounds, ObjectNode before) {
            return withinLimits(sequence.down(before, subject, bounds).apply(state, subject, bounds));
        }
    }

    /** By an expression that returns the whole new state. */
    record Expressed(Expression expression) implements Transformation {
        @Override
        public Transformed apply(ObjectNode state, Subject subject, ExpressionBounds bounds) {
            Expression.Evaluation evaluation = expression.evaluate(state, subject, null, bounds);
            if (evaluation instanceof Expression.Failed failed) {
                return new Transformed.Failed(failed.reason());
            }
            JsonNode json = ((Expression.Value) evaluation).json();
            return json instanceof ObjectNode result
                    ? withinLimits(new Transformed.Done(result))
                    : new Transformed.Failed(
                            "the expression returns " + described(json) + " instead of an object, the new state");
        }
    }

    private static String described(@Nullable JsonNode json) {
        return json == null
                ? "no value"
                : "a value of type " + json.getNodeType().name().toLowerCase(Locale.ROOT);
    }

    /** By a game server that leases the records. */
    record Worked() implements Transformation {
        @Override
        public Transformed apply(ObjectNode state, Subject subject, ExpressionBounds bounds) {
            return new Transformed.Failed("game servers perform this migration; the server cannot evaluate it");
        }
    }

    /** By a game server that performs the migration as a whole. */
    record Scripted() implements Transformation {
        @Override
        public Transformed apply(ObjectNode state, Subject subject, ExpressionBounds bounds) {
            return new Transformed.Failed("a game server performs this migration as a whole");
        }
    }

    /** By Java code that is not deployed. */
    record Missing() implements Transformation {
        @Override
        public Transformed apply(ObjectNode state, Subject subject, ExpressionBounds bounds) {
            return new Transformed.Failed("the Java code of the migration is not deployed");
        }
    }

    /** The submission of a game server for one record: the new state, or an error. */
    record Given(@Nullable ObjectNode result, String error) implements Transformation {

        public static Given of(@Nullable ObjectNode state, @Nullable String error) {
            return new Given(state, error == null ? "the game server returned no state" : "the game server: " + error);
        }

        @Override
        public Transformed apply(ObjectNode state, Subject subject, ExpressionBounds bounds) {
            return result == null ? new Transformed.Failed(error) : withinLimits(new Transformed.Done(result));
        }
    }

    /** By Java code, up. */
    record CodedUp(Migration migration) implements Transformation {
        @Override
        public Transformed apply(ObjectNode state, Subject subject, ExpressionBounds bounds) {
            try {
                return valid(migration.up(state.deepCopy()));
            } catch (RuntimeException e) {
                return new Transformed.Failed("the Java code of the migration failed: " + e);
            }
        }
    }

    /** By Java code, down. */
    record CodedDown(Migration migration) implements Transformation {
        @Override
        public Transformed apply(ObjectNode state, Subject subject, ExpressionBounds bounds) {
            try {
                Optional<ObjectNode> down = migration.down(state.deepCopy());
                return down.isPresent()
                        ? valid(down.get())
                        : new Transformed.Failed("the Java code of the migration has no down");
            } catch (RuntimeException e) {
                return new Transformed.Failed("the Java code of the migration failed: " + e);
            }
        }
    }

    /**
     * Transforms one state; the argument is not modified.
     *
     * @param subject the entity of the state
     */
    Transformed apply(ObjectNode state, Subject subject, ExpressionBounds bounds);

    /**
     * Transforms a state back whose state before the migration is known, which distinguishes an object that the migration
     * created from one that was empty before.
     */
    default Transformed apply(ObjectNode state, Subject subject, ExpressionBounds bounds, ObjectNode before) {
        return apply(state, subject, bounds);
    }

    /** Checks a state made by Java code, which may contain unpaired surrogates. */
    private static Transformed valid(ObjectNode state) {
        Transformed limited = withinLimits(new Transformed.Done(state));
        return limited instanceof Transformed.Failed || isValid(state)
                ? limited
                : new Transformed.Failed(
                        "the Java code of the migration created an unpaired surrogate, which UTF-8 cannot encode");
    }

    private static boolean isValid(JsonNode value) {
        for (Map.Entry<String, JsonNode> member : value.properties()) {
            if (!ErrorText.isValid(member.getKey())) {
                return false;
            }
        }
        for (JsonNode inner : value) {
            if (!isValid(inner)) {
                return false;
            }
        }
        return !value.isTextual() || ErrorText.isValid(value.textValue());
    }

    private static Transformed withinLimits(Transformed transformed) {
        return transformed instanceof Transformed.Done done
                ? StateLimits.exceeded(done.state())
                        .<Transformed>map(Transformed.Failed::new)
                        .orElse(transformed)
                : transformed;
    }
}
