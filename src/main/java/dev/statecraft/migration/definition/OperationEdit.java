package dev.statecraft.migration.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.expression.Expression;
import dev.statecraft.migration.expression.ExpressionBounds;
import dev.statecraft.migration.expression.Subject;
import dev.statecraft.replication.state.JsonValues;
import dev.statecraft.replication.state.StatePath;
import java.math.BigDecimal;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Applies operations to one state in place; the caller passes a copy. */
final class OperationEdit {

    /** A number in JSON syntax. */
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]{1,3})?");

    private static final int MAX_NUMBER_LENGTH = 64;

    private static final Pattern INDEX = Pattern.compile("0|[1-9][0-9]{0,8}");

    private final ObjectNode state;
    private final Subject subject;
    private final ExpressionBounds bounds;

    OperationEdit(ObjectNode state, Subject subject, ExpressionBounds bounds) {
        this.state = state;
        this.subject = subject;
        this.bounds = bounds;
    }

    /** An operation does not apply to this state. The state may be partly changed. */
    static final class Impossible extends Exception {

        private static final long serialVersionUID = 1L;

        private final String reason;

        Impossible(String reason) {
            super(reason, null, false, false);
            this.reason = reason;
        }

        String reason() {
            return reason;
        }
    }

    /** Applies an operation. Returns how many objects around the path it created. */
    int apply(MigrationOperation operation) throws Impossible {
        JsonNode value = operation.path().in(state);
        if (operation instanceof MigrationOperation.Default missing) {
            return value == null ? put(missing.path(), missing.value().deepCopy()) : 0;
        }
        if (operation instanceof MigrationOperation.RemoveDefault removal) {
            if (value != null && JsonValues.same(value, removal.value())) {
                remove(removal.path(), removal.emptied());
            }
            return 0;
        }
        if (operation instanceof MigrationOperation.Rename rename) {
            return rename(rename, value);
        }
        if (operation instanceof MigrationOperation.Remove removal) {
            if (value != null) {
                remove(removal.path(), 0);
            }
            return 0;
        }
        if (operation instanceof MigrationOperation.Convert convert) {
            return value == null || is(value, convert.to()) ? 0 : put(convert.path(), converted(convert, value));
        }
        if (operation instanceof MigrationOperation.MapValues mapping) {
            return mapValue(mapping, value);
        }
        if (operation instanceof MigrationOperation.Increment increment) {
            return put(increment.path(), incremented(increment, value));
        }
        return put(operation.path(), computed((MigrationOperation.Compute) operation));
    }

    private int rename(MigrationOperation.Rename rename, @Nullable JsonNode target) throws Impossible {
        JsonNode moved = rename.from().in(state);
        if (moved == null) {
            return 0;
        }
        if (target != null) {
            throw new Impossible("the path " + rename.path() + " already has a value, which would be lost");
        }
        remove(rename.from(), rename.emptied());
        return put(rename.path(), moved);
    }

    private int mapValue(MigrationOperation.MapValues mapping, @Nullable JsonNode value) throws Impossible {
        if (value == null) {
            return 0;
        }
        JsonNode to = mapping.otherwise();
        for (Map.Entry<JsonNode, JsonNode> pair : mapping.map().entrySet()) {
            if (JsonValues.same(pair.getKey(), value)) {
                to = pair.getValue();
            }
        }
        return to == null ? 0 : put(mapping.path(), to.deepCopy());
    }

    private static JsonNode incremented(MigrationOperation.Increment increment, @Nullable JsonNode value)
            throws Impossible {
        if (value == null || !value.isNumber()) {
            throw new Impossible(value == null ? "there is no number to increment" : "the value is not a number");
        }
        BigDecimal sum = value.decimalValue().add(increment.by());
        String refusal = JsonValues.refusal(sum);
        if (refusal != null) {
            throw new Impossible(refusal);
        }
        return JsonValues.number(sum);
    }

    private JsonNode computed(MigrationOperation.Compute compute) throws Impossible {
        Expression.Evaluation evaluation = compute.expression().evaluate(state, subject, null, bounds);
        if (evaluation instanceof Expression.Failed failed) {
            throw new Impossible(failed.reason());
        }
        JsonNode json = ((Expression.Value) evaluation).json();
        if (json == null) {
            throw new Impossible("the expression returns no value");
        }
        return json;
    }

    private static boolean is(JsonNode value, MigrationOperation.Kind kind) {
        return switch (kind) {
            case NUMBER -> value.isNumber();
            case STRING -> value.isTextual();
            case BOOLEAN -> value.isBoolean();
        };
    }

    private static JsonNode converted(MigrationOperation.Convert convert, JsonNode value) throws Impossible {
        if (!is(value, convert.from())) {
            throw new Impossible("the value is neither a " + word(convert.from()) + " nor a " + word(convert.to()));
        }
        JsonNode converted = convert(value, convert.to());
        if (converted == null) {
            throw new Impossible("the value is not a " + word(convert.to()));
        }
        if (!convert.lossy() && !JsonValues.same(convert(converted, convert.from()), value)) {
            throw new Impossible("converting the value back would change it; set \"lossy\": true to allow this");
        }
        return converted;
    }

    /** The converted value; null if the value cannot be converted. */
    private static @Nullable JsonNode convert(JsonNode value, MigrationOperation.Kind to) {
        return switch (to) {
            case STRING ->
                JsonNodeFactory.instance.textNode(value.isNumber() ? plain(value.decimalValue()) : value.asText());
            case NUMBER -> number(value);
            case BOOLEAN -> truth(value);
        };
    }

    private static String plain(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }

    private static @Nullable JsonNode number(JsonNode value) {
        if (value.isBoolean()) {
            return JsonNodeFactory.instance.numberNode(value.booleanValue() ? 1L : 0L);
        }
        String text = value.asText();
        if (text.length() > MAX_NUMBER_LENGTH || !NUMBER.matcher(text).matches()) {
            return null;
        }
        BigDecimal number = new BigDecimal(text);
        return JsonValues.refusal(number) == null ? JsonValues.number(number) : null;
    }

    private static @Nullable JsonNode truth(JsonNode value) {
        String text = value.isNumber() ? plain(value.decimalValue()) : value.asText();
        return switch (text) {
            case "true", "1" -> JsonNodeFactory.instance.booleanNode(true);
            case "false", "0" -> JsonNodeFactory.instance.booleanNode(false);
            default -> null;
        };
    }

    private static String word(MigrationOperation.Kind kind) {
        return switch (kind) {
            case NUMBER -> "number";
            case STRING -> "string";
            case BOOLEAN -> "boolean";
        };
    }

    /** Puts a value at a path. Missing objects around it are created, as by an update of an entity; returns how many. */
    private int put(StatePath path, JsonNode value) throws Impossible {
        int made = 0;
        JsonNode container = container(path);
        if (container == null || (container instanceof ArrayNode list && list.isEmpty())) {
            // Luau serializes an empty object as an empty list.
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            made = put(around(path), object) + (container == null ? 1 : 0);
            container = object;
        }
        String last = last(path);
        if (container instanceof ObjectNode object) {
            object.set(last, value);
        } else if (container instanceof ArrayNode list
                && INDEX.matcher(last).matches()
                && Integer.parseInt(last) < list.size()) {
            list.set(Integer.parseInt(last), value);
        } else {
            throw new Impossible("the path leads into a value that is not an object");
        }
        return made;
    }

    /** Removes a key, and up to {@code emptied} of the objects around it that are empty without it, innermost first. */
    private void remove(StatePath path, int emptied) throws Impossible {
        if (!(container(path) instanceof ObjectNode object)) {
            throw new Impossible("the path is a list element, and removing it would move the later elements");
        }
        object.remove(last(path));
        if (emptied > 0
                && object.isEmpty()
                && path.tokens().size() > 1
                && container(around(path)) instanceof ObjectNode) {
            remove(around(path), emptied - 1);
        }
    }

    private @Nullable JsonNode container(StatePath path) {
        return path.tokens().size() == 1 ? state : around(path).in(state);
    }

    private static StatePath around(StatePath path) {
        return new StatePath(path.tokens().subList(0, path.tokens().size() - 1));
    }

    private static String last(StatePath path) {
        return path.tokens().get(path.tokens().size() - 1);
    }
}
