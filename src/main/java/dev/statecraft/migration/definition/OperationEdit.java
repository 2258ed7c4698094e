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

    void apply(MigrationOperation operation) throws Impossible {
        JsonNode value = operation.path().in(state);
        if (operation instanceof MigrationOperation.Default missing) {
            if (value == null) {
                put(missing.path(), missing.value().deepCopy());
            }
        } else if (operation instanceof MigrationOperation.RemoveDefault removal) {
            if (value != null && JsonValues.same(value, removal.value())) {
                remove(removal.path());
            }
        } else if (operation instanceof MigrationOperation.Rename rename) {
            rename(rename, value);
        } else if (operation instanceof MigrationOperation.Remove removal) {
            if (value != null) {
                remove(removal.path());
            }
        } else if (operation instanceof MigrationOperation.Convert convert) {
            if (value != null && !is(value, convert.to())) {
                put(convert.path(), converted(convert, value));
            }
        } else if (operation instanceof MigrationOperation.MapValues mapping) {
            mapValue(mapping, value);
        } else if (operation instanceof MigrationOperation.Increment increment) {
            put(increment.path(), incremented(increment, value));
        } else if (operation instanceof MigrationOperation.Compute compute) {
            put(compute.path(), computed(compute));
        }
    }

    private void rename(MigrationOperation.Rename rename, @Nullable JsonNode target) throws Impossible {
        JsonNode moved = rename.from().in(state);
        if (moved == null) {
            return;
        }
        if (target != null) {
            throw new Impossible("the path " + rename.path() + " already has a value, which would be lost");
        }
        remove(rename.from());
        put(rename.path(), moved);
    }

    private void mapValue(MigrationOperation.MapValues mapping, @Nullable JsonNode value) throws Impossible {
        if (value == null) {
            return;
        }
        JsonNode to = mapping.otherwise();
        for (Map.Entry<JsonNode, JsonNode> pair : mapping.map().entrySet()) {
            if (JsonValues.same(pair.getKey(), value)) {
                to = pair.getValue();
            }
        }
        if (to != null) {
            put(mapping.path(), to.deepCopy());
        }
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

    private void put(StatePath path, JsonNode value) throws Impossible {
        JsonNode container = container(path);
        String last = last(path);
        if (container instanceof ArrayNode list && list.isEmpty()) {
            // Luau serializes an empty object as an empty list.
            StatePath around =
                    new StatePath(path.tokens().subList(0, path.tokens().size() - 1));
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            put(around, object);
            object.set(last, value);
        } else if (container instanceof ObjectNode object) {
            object.set(last, value);
        } else if (container instanceof ArrayNode list
                && INDEX.matcher(last).matches()
                && Integer.parseInt(last) < list.size()) {
            list.set(Integer.parseInt(last), value);
        } else {
            throw new Impossible("the parent of the path is not an object");
        }
    }

    private void remove(StatePath path) throws Impossible {
        if (container(path) instanceof ObjectNode object) {
            object.remove(last(path));
        } else {
            throw new Impossible("the path is a list element, and removing it would move the later elements");
        }
    }

    private @Nullable JsonNode container(StatePath path) {
        int length = path.tokens().size();
        return length == 1 ? state : new StatePath(path.tokens().subList(0, length - 1)).in(state);
    }

    private static String last(StatePath path) {
        return path.tokens().get(path.tokens().size() - 1);
    }
}
