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
 * {@link OperationEdit}; here is what it means, how it is undone and what it loses.
 */
public sealed interface MigrationOperation {

    /** The place it changes. */
    StatePath path();

    /**
     * What undoes it on a state that it was done to; nothing if the state alone does not tell what was there.
     *
     * <p>Where a state already was as the operation makes it (the new name in use, the default there, a converted value)
     * the operation changes nothing, and undoing it then changes it: a plan counts those records.
     */
    Optional<MigrationOperation> down();

    /** Whether doing it again changes nothing, whatever the state. */
    boolean idempotent();

    /** Whether its author says that something may be lost. */
    boolean lossy();

    /** Puts a value where there is none; the object or list around it has to be there. */
    record Default(StatePath path, JsonNode value) implements MigrationOperation {
        @Override
        public Optional<MigrationOperation> down() {
            return Optional.of(new RemoveDefault(path, value));
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

    /** Undoes a {@link Default}: takes the value away where it still is the default, so that what was earned stays. */
    record RemoveDefault(StatePath path, JsonNode value) implements MigrationOperation {
        @Override
        public Optional<MigrationOperation> down() {
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

    /** Moves a value; nothing happens where there is none. What stands at the new place is never overwritten. */
    record Rename(StatePath from, StatePath path) implements MigrationOperation {
        @Override
        public Optional<MigrationOperation> down() {
            return Optional.of(new Rename(/* from= */ path, /* path= */ from));
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

    /** Takes a key out of an object. */
    record Remove(StatePath path, boolean lossy) implements MigrationOperation {
        @Override
        public Optional<MigrationOperation> down() {
            return Optional.empty();
        }

        @Override
        public boolean idempotent() {
            return true;
        }
    }

    /** The JSON types that values are converted between. */
    enum Kind {
        NUMBER,
        STRING,
        BOOLEAN
    }

    /**
     * Turns a value of one type into one of another; a value that is of the other type already stays. Unless it is lossy
     * a value that would not come back the same ({@code "007"}) is not converted but told.
     */
    record Convert(StatePath path, Kind from, Kind to, boolean lossy) implements MigrationOperation {
        @Override
        public Optional<MigrationOperation> down() {
            return Optional.of(new Convert(path, to, from, lossy));
        }

        @Override
        public boolean idempotent() {
            return true;
        }
    }

    /**
     * Puts other values in place of some.
     *
     * @param map by the value as it is before; in the order in which it was given
     * @param otherwise in place of every value that the map does not name; null leaves those as they are
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
        public Optional<MigrationOperation> down() {
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

    /** Adds to a number, which has to be there. */
    record Increment(StatePath path, BigDecimal by) implements MigrationOperation {
        @Override
        public Optional<MigrationOperation> down() {
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

    /** Puts what an expression gives for the whole state. */
    record Compute(StatePath path, Expression expression, boolean lossy) implements MigrationOperation {
        @Override
        public Optional<MigrationOperation> down() {
            return Optional.empty();
        }

        @Override
        public boolean idempotent() {
            return false;
        }
    }
}
