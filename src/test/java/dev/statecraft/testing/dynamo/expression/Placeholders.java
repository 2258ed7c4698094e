package dev.statecraft.testing.dynamo.expression;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The names and values that a request gives to the placeholders of its expressions. */
public final class Placeholders {

    /** For an expression without placeholders. */
    public static final Placeholders NONE = new Placeholders(Map.of(), Map.of());

    private final Map<String, String> names;
    private final Map<String, AttributeValue> values;

    private Placeholders(Map<String, String> names, Map<String, AttributeValue> values) {
        this.names = names;
        this.values = values;
    }

    /**
     * The placeholders of a request.
     *
     * @param names null if the request has none
     * @param values null if the request has none
     * @param expressions all expressions of the request; null elements are ignored
     * @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException if a placeholder of an expression is not
     *     defined, a defined one is in none, or a value is not valid
     */
    public static Placeholders of(
            @Nullable Map<String, String> names,
            @Nullable Map<String, AttributeValue> values,
            @Nullable ItemExpression<?>... expressions) {
        int used = 0;
        for (ItemExpression<?> expression : expressions) {
            used += expression == null ? 0 : 1;
        }
        requireSensible(names, "ExpressionAttributeNames", used);
        requireSensible(values, "ExpressionAttributeValues", used);
        if (used == 0) {
            return NONE;
        }
        Map<String, String> givenNames = names == null ? Map.of() : names;
        Map<String, AttributeValue> givenValues = values == null ? Map.of() : values;
        for (ItemExpression<?> expression : expressions) {
            if (expression != null) {
                requireDefined(expression, expression.names(), givenNames.keySet(), "name");
                requireDefined(expression, expression.values(), givenValues.keySet(), "value");
            }
        }
        requireUsed(givenNames, "Names", expressions, false);
        requireUsed(givenValues, "Values", expressions, true);
        return new Placeholders(givenNames, canonical(givenValues));
    }

    String name(String placeholder) {
        return Objects.requireNonNull(names.get(placeholder));
    }

    AttributeValue value(String placeholder) {
        return Objects.requireNonNull(values.get(placeholder));
    }

    private static Map<String, AttributeValue> canonical(Map<String, AttributeValue> values) {
        try {
            return ValueCheck.canonical(values);
        } catch (software.amazon.awssdk.services.dynamodb.model.DynamoDbException e) {
            throw DynamoErrors.invalid("ExpressionAttributeValues contains invalid value: "
                    + e.awsErrorDetails().errorMessage());
        }
    }

    private static void requireSensible(@Nullable Map<String, ?> given, String parameter, int expressions) {
        if (given == null) {
            return;
        }
        if (expressions == 0) {
            throw DynamoErrors.invalid(parameter + " can only be specified when using expressions");
        }
        if (given.isEmpty()) {
            throw DynamoErrors.invalid(parameter + " must not be empty");
        }
        char mark = parameter.endsWith("Names") ? '#' : ':';
        for (String key : given.keySet()) {
            if (key.length() < 2 || key.charAt(0) != mark) {
                throw DynamoErrors.invalid(parameter + " contains invalid key: Syntax error; key: \"" + key + "\"");
            }
        }
    }

    private static void requireDefined(
            ItemExpression<?> expression, Set<String> used, Set<String> defined, String kind) {
        for (String placeholder : used) {
            if (!defined.contains(placeholder)) {
                String where = kind.equals("name") ? "used in the document path" : "used in expression";
                throw DynamoErrors.invalid("Invalid " + expression.parameter() + ": An expression attribute " + kind
                        + " " + where + " is not defined; attribute " + kind + ": " + placeholder);
            }
        }
    }

    private static void requireUsed(
            Map<String, ?> defined, String kind, @Nullable ItemExpression<?>[] expressions, boolean values) {
        if (defined.isEmpty()) {
            return;
        }
        Map<String, Object> left = new HashMap<>(defined);
        for (ItemExpression<?> expression : expressions) {
            if (expression != null) {
                left.keySet().removeAll(values ? expression.values() : expression.names());
            }
        }
        if (!left.isEmpty()) {
            throw DynamoErrors.invalid("Value provided in ExpressionAttribute" + kind
                    + " unused in expressions: keys: {" + String.join(", ", left.keySet()) + "}");
        }
    }
}
