package dev.statecraft.testing.dynamo.expression;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The rows that a query selects.
 *
 * @param partition the value of the partition key
 * @param low the lower bound of the sort key; null without one
 * @param high the upper bound of the sort key; null without one
 * @param prefix how the sort key begins; null if that does not matter
 */
public record KeyCondition(
        AttributeValue partition,
        @Nullable AttributeValue low,
        boolean lowInclusive,
        @Nullable AttributeValue high,
        boolean highInclusive,
        @Nullable AttributeValue prefix) {

    private static final String UNSUPPORTED = "Query key condition not supported";

    /**
     * Reads the key condition of a query.
     *
     * @param sortName the sort key of the table or index; null without one
     */
    public static KeyCondition of(
            Condition condition, Placeholders placeholders, String partitionName, @Nullable String sortName) {
        List<Condition> parts =
                condition instanceof Condition.And and ? List.of(and.first(), and.second()) : List.of(condition);
        @Nullable AttributeValue partition = null;
        @Nullable Condition sort = null;
        for (Condition part : parts) {
            String name = nameIn(part, placeholders);
            if (name.equals(partitionName)) {
                if (partition != null || !(part instanceof Condition.Comparison comparison)) {
                    throw DynamoErrors.invalid(UNSUPPORTED);
                }
                if (!comparison.operator().equals("=")) {
                    throw DynamoErrors.invalid(UNSUPPORTED);
                }
                partition = literal(comparison.second(), placeholders);
            } else if (name.equals(sortName) && sort == null) {
                sort = part;
            } else if (sortName != null && sort == null && parts.size() > 1) {
                throw DynamoErrors.invalid("Query condition missed key schema element: " + sortName);
            } else {
                throw DynamoErrors.invalid("Query condition missed key schema element: " + partitionName);
            }
        }
        if (partition == null) {
            throw DynamoErrors.invalid("Query condition missed key schema element: " + partitionName);
        }
        return sort == null
                ? new KeyCondition(partition, null, true, null, true, null)
                : of(partition, sort, placeholders);
    }

    private static KeyCondition of(AttributeValue partition, Condition sort, Placeholders placeholders) {
        if (sort instanceof Condition.Between between) {
            return new KeyCondition(
                    partition,
                    literal(between.low(), placeholders),
                    true,
                    literal(between.high(), placeholders),
                    true,
                    null);
        }
        if (sort instanceof Condition.BeginsWith begins) {
            return new KeyCondition(partition, null, true, null, true, literal(begins.prefix(), placeholders));
        }
        if (!(sort instanceof Condition.Comparison comparison)) {
            throw DynamoErrors.invalid(UNSUPPORTED);
        }
        AttributeValue bound = literal(comparison.second(), placeholders);
        return switch (comparison.operator()) {
            case "=" -> new KeyCondition(partition, bound, true, bound, true, null);
            case "<" -> new KeyCondition(partition, null, true, bound, false, null);
            case "<=" -> new KeyCondition(partition, null, true, bound, true, null);
            case ">" -> new KeyCondition(partition, bound, false, null, true, null);
            case ">=" -> new KeyCondition(partition, bound, true, null, true, null);
            default -> throw DynamoErrors.invalid(UNSUPPORTED);
        };
    }

    private static String nameIn(Condition part, Placeholders placeholders) {
        @Nullable Operand operand = null;
        if (part instanceof Condition.Comparison comparison) {
            operand = comparison.first();
        } else if (part instanceof Condition.Between between) {
            operand = between.value();
        } else if (part instanceof Condition.BeginsWith begins) {
            operand = begins.value();
        } else if (part instanceof Condition.Or || part instanceof Condition.Not || part instanceof Condition.And) {
            throw DynamoErrors.invalid("Invalid operator used in KeyConditionExpression: "
                    + part.getClass().getSimpleName().toUpperCase(java.util.Locale.ROOT));
        }
        if (operand instanceof Operand.Path path && path.path().isAttribute()) {
            return path.path().attribute(placeholders);
        }
        throw DynamoErrors.invalid(UNSUPPORTED);
    }

    private static AttributeValue literal(Operand operand, Placeholders placeholders) {
        AttributeValue value = operand instanceof Operand.Literal literal ? literal.of(Map.of(), placeholders) : null;
        if (value == null) {
            throw DynamoErrors.invalid(UNSUPPORTED);
        }
        return value;
    }
}
