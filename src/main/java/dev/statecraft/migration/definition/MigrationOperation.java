package dev.statecraft.migration.definition;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.migration.expression.Expression;
import dev.statecraft.replication.state.StatePath;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One step of a migration that is described and not programmed. What a step does to a state is in
 * {@link OperationEdit}; this type defines how an operation is undone and what it loses.
 */
public sealed interface MigrationOperation {

    /** The path of the changed value. */
    StatePath path();

    /**
     * The operation that undoes this one; empty if the new state does not determine the old one.
     *
     * <p>If a state already has the result of the operation (the new name, the default, a converted value), the
     * operation changes nothing, but undoing it does. A plan counts these records.
     *
     * @param made number of objects around the path that the operation created; those that are empty without the value are
     *     removed
     */
    Optional<MigrationOperation> down(int made);

    /** Whether applying the operation twice has the effect of applying it once, for any state. */
    boolean idempotent();

    /** Whether the definition allows that values are lost. */
    boolean lossy();

    /** Sets a value if it is absent. Missing objects around it are created. */
    record Default(StatePath path, JsonNode value) implements MigrationOperation {
        @Override
        public Optional<MigrationOperation> down(int made) {
            return Optional.of(new RemoveDefault(path, value, made));
        }

        @Override
        public boolean idempotent() {
            return true;
        }

        @Override
        public boolean lossy() {
            return false;
        }
    }

    /**
     * Undoes a {@link Default}: removes the value if it still equals the default, so that changed values stay.
     *
     * @param emptied number of objects around the path that are removed, innermost first, if they are empty afterwards
     */
    record RemoveDefault(StatePath path, JsonNode value, int emptied) implements MigrationOperation {
        @Override
        public Optional<MigrationOperation> down(int made) {
            return Optional.of(new Default(path, value));
        }

        @Override
        public boolean idempotent() {
            return true;
        }

        @Override
        public boolean lossy() {
            return false;
        }
    }

    /**
     * Moves a value, if there is one. A value at the new path is never overwritten: the operation then fails. Missing
     * objects around the new path are created.
     *
     * @param emptied number of objects around the old path that are removed, innermost first, if they are empty
     *     afterwards; 0 unless the operation undoes another one
     */
    record Rename(StatePath from, StatePath path, int emptied) implements MigrationOperation {
        @Override
        public Optional<MigrationOperation> down(int made) {
            return Optional.of(new Rename(/* from= */ path, /* path= */ from, made));
        }

        @Override
        public boolean idempotent() {
            return true;
        }

        @Override
        public boolean lossy() {
            return false;
        }
    }

    /** Removes a key of an object. */
    record Remove(StatePath path, boolean lossy) implements MigrationOperation {
        @Override
        public Optional<MigrationOperation> down(int made) {
            return Optional.empty();
        }

        @Override
        public boolean idempotent() {
            return true;
        }
    }

    /** The JSON types of conversions. */
    enum Kind {
        NUMBER,
        STRING,
        BOOLEAN
    }

    /**
     * Converts a value to another type; a value of that type is unchanged. Unless the operation is lossy, a value that
     * would not be restored exactly ({@code "007"}) fails.
     */
    record Convert(StatePath path, Kind from, Kind to, boolean lossy) implements MigrationOperation {
        @Override
        public Optional<MigrationOperation> down(int made) {
            return Optional.of(new Convert(path, to, from, lossy));
        }

        @Override
        public boolean idempotent() {
            return true;
        }
    }

    /**
     * Replaces values by a map.
     *
     * @param map new values by old value, in the given order
     * @param otherwise the new value of values that are not in the map; null leaves them unchanged
     */
    record MapValues(
            StatePath path,
            Map<JsonNode, JsonNode> map,
            @Nullable JsonNode otherwise,
            boolean lossy) implements MigrationOperation {

        /** Copies the map. */
        public MapValues {
            map = Collections.unmodifiableMap(new LinkedHashMap<>(map));
        }

        @Override
        public Optional<MigrationOperation> down(int made) {
            Map<JsonNode, JsonNode> back = new LinkedHashMap<>();
            map.forEach((before, after) -> back.put(after, before));
            return otherwise != null || back.size() < map.size()
                    ? Optional.empty()
                    : Optional.of(new MapValues(path, back, null, lossy));
        }

        @Override
        public boolean idempotent() {
            boolean settled = map.values().stream()
                    .allMatch(after -> map.containsKey(after)
                            ? after.equals(map.get(after))
                            : otherwise == null || after.equals(otherwise));
            return settled && (otherwise == null || otherwise.equals(map.getOrDefault(otherwise, otherwise)));
        }
    }

    /** Adds to a number, which has to exist. */
    record Increment(StatePath path, BigDecimal by) implements MigrationOperation {
        @Override
        public Optional<MigrationOperation> down(int made) {
            return Optional.of(new Increment(path, by.negate()));
        }

        @Override
        public boolean idempotent() {
            return by.signum() == 0;
        }

        @Override
        public boolean lossy() {
            return false;
        }
    }

    /** Sets a value to the result of an expression over the whole state. Missing objects around it are created. */
    record Compute(StatePath path, Expression expression, boolean lossy) implements MigrationOperation {
        @Override
        public Optional<MigrationOperation> down(int made) {
            return Optional.empty();
        }

        @Override
        public boolean idempotent() {
            return false;
        }
    }
}
