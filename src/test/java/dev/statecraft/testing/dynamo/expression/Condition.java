package dev.statecraft.testing.dynamo.expression;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A condition on an item. */
public sealed interface Condition {

    /** Whether the item meets the condition. A missing item is an empty one. */
    boolean test(Map<String, AttributeValue> item, Placeholders placeholders);

    /** Rejects values of the request whose type the condition cannot have. */
    default void check(String parameter, Placeholders placeholders) {}

    /** {@code a AND b}. */
    record And(Condition first, Condition second) implements Condition {
        @Override
        public boolean test(Map<String, AttributeValue> item, Placeholders placeholders) {
            return first.test(item, placeholders) && second.test(item, placeholders);
        }

        @Override
        public void check(String parameter, Placeholders placeholders) {
            first.check(parameter, placeholders);
            second.check(parameter, placeholders);
        }
    }

    /** {@code a OR b}. */
    record Or(Condition first, Condition second) implements Condition {
        @Override
        public boolean test(Map<String, AttributeValue> item, Placeholders placeholders) {
            return first.test(item, placeholders) || second.test(item, placeholders);
        }

        @Override
        public void check(String parameter, Placeholders placeholders) {
            first.check(parameter, placeholders);
            second.check(parameter, placeholders);
        }
    }

    /** {@code NOT a}. */
    record Not(Condition of) implements Condition {
        @Override
        public boolean test(Map<String, AttributeValue> item, Placeholders placeholders) {
            return !of.test(item, placeholders);
        }

        @Override
        public void check(String parameter, Placeholders placeholders) {
            of.check(parameter, placeholders);
        }
    }

    /** {@code a = b} and the other comparisons. */
    record Comparison(String operator, Operand first, Operand second) implements Condition {
        @Override
        public boolean test(Map<String, AttributeValue> item, Placeholders placeholders) {
            AttributeValue a = first.of(item, placeholders);
            AttributeValue b = second.of(item, placeholders);
            if (a == null || b == null) {
                return operator.equals("<>");
            }
            return switch (operator) {
                case "=" -> ValueOrder.same(a, b);
                case "<>" -> !ValueOrder.same(a, b);
                case "<" -> areOrdered(a, b) && ValueOrder.compare(a, b) < 0;
                case "<=" -> areOrdered(a, b) && ValueOrder.compare(a, b) <= 0;
                case ">" -> areOrdered(a, b) && ValueOrder.compare(a, b) > 0;
                case ">=" -> areOrdered(a, b) && ValueOrder.compare(a, b) >= 0;
                default -> throw new IllegalStateException(operator);
            };
        }

        @Override
        public void check(String parameter, Placeholders placeholders) {
            requireDistinct(parameter, operator, first, List.of(second), placeholders);
            if (!operator.equals("=") && !operator.equals("<>")) {
                requireType(parameter, operator, first, ORDERED, placeholders);
                requireType(parameter, operator, second, ORDERED, placeholders);
            }
        }
    }

    /** {@code a BETWEEN b AND c}. */
    record Between(Operand value, Operand low, Operand high) implements Condition {
        @Override
        public boolean test(Map<String, AttributeValue> item, Placeholders placeholders) {
            return new Comparison(">=", value, low).test(item, placeholders)
                    && new Comparison("<=", value, high).test(item, placeholders);
        }

        @Override
        public void check(String parameter, Placeholders placeholders) {
            requireDistinct(parameter, "BETWEEN", value, List.of(low, high), placeholders);
            requireType(parameter, "BETWEEN", value, ORDERED, placeholders);
            requireType(parameter, "BETWEEN", low, ORDERED, placeholders);
            requireType(parameter, "BETWEEN", high, ORDERED, placeholders);
            if (low instanceof Operand.Literal from && high instanceof Operand.Literal to) {
                AttributeValue a = placeholders.value(from.placeholder());
                AttributeValue b = placeholders.value(to.placeholder());
                if (a.type() != b.type()) {
                    throw DynamoErrors.invalid("Invalid " + parameter + ": The BETWEEN operator requires same data"
                            + " type for lower and upper bounds");
                }
                if (ValueOrder.compare(a, b) > 0) {
                    throw DynamoErrors.invalid("Invalid " + parameter + ": The BETWEEN operator requires upper bound"
                            + " to be greater than or equal to lower bound");
                }
            }
        }
    }

    /** {@code a IN (b, c)}. */
    record In(Operand value, List<Operand> candidates) implements Condition {
        @Override
        public boolean test(Map<String, AttributeValue> item, Placeholders placeholders) {
            AttributeValue of = value.of(item, placeholders);
            return of != null
                    && candidates.stream()
                            .map(candidate -> candidate.of(item, placeholders))
                            .anyMatch(candidate -> candidate != null && ValueOrder.same(of, candidate));
        }
    }

    /** {@code attribute_exists(path)}. */
    record Exists(DocumentPath path) implements Condition {
        @Override
        public boolean test(Map<String, AttributeValue> item, Placeholders placeholders) {
            return path.in(item, placeholders) != null;
        }
    }

    /** {@code attribute_type(path, :type)}. */
    record HasType(DocumentPath path, Operand type) implements Condition {

        private static final Set<String> TYPES = Set.of("S", "N", "B", "SS", "NS", "BS", "BOOL", "NULL", "M", "L");

        @Override
        public boolean test(Map<String, AttributeValue> item, Placeholders placeholders) {
            AttributeValue value = path.in(item, placeholders);
            AttributeValue name = type.of(item, placeholders);
            return value != null && name != null && name(value.type()).equals(name.s());
        }

        @Override
        public void check(String parameter, Placeholders placeholders) {
            requireType(parameter, "attribute_type", type, Set.of(AttributeValue.Type.S), placeholders);
            if (type instanceof Operand.Literal literal
                    && !TYPES.contains(placeholders.value(literal.placeholder()).s())) {
                throw DynamoErrors.invalid("Invalid " + parameter + ": Invalid attribute type name found; type: "
                        + placeholders.value(literal.placeholder()).s() + ", valid types: " + TYPES);
            }
        }
    }

    /** {@code begins_with(a, b)}. */
    record BeginsWith(Operand value, Operand prefix) implements Condition {
        @Override
        public boolean test(Map<String, AttributeValue> item, Placeholders placeholders) {
            AttributeValue a = value.of(item, placeholders);
            AttributeValue b = prefix.of(item, placeholders);
            return a != null && b != null && startsWith(a, b);
        }

        @Override
        public void check(String parameter, Placeholders placeholders) {
            requireType(
                    parameter,
                    "begins_with",
                    value,
                    Set.of(AttributeValue.Type.S, AttributeValue.Type.B),
                    placeholders);
            requireType(
                    parameter,
                    "begins_with",
                    prefix,
                    Set.of(AttributeValue.Type.S, AttributeValue.Type.B),
                    placeholders);
        }
    }

    /** {@code contains(a, b)}: a part of a string or of bytes, or an element of a set or list. */
    record Contains(Operand value, Operand part) implements Condition {
        @Override
        public boolean test(Map<String, AttributeValue> item, Placeholders placeholders) {
            AttributeValue a = value.of(item, placeholders);
            AttributeValue b = part.of(item, placeholders);
            if (a == null || b == null) {
                return false;
            }
            return switch (a.type()) {
                case S -> b.type() == AttributeValue.Type.S && a.s().contains(b.s());
                case SS -> b.type() == AttributeValue.Type.S && a.ss().contains(b.s());
                case NS -> b.type() == AttributeValue.Type.N && a.ns().contains(b.n());
                case BS -> b.type() == AttributeValue.Type.B && a.bs().contains(b.b());
                case L -> a.l().stream().anyMatch(element -> ValueOrder.same(element, b));
                case B -> throw DynamoErrors.unsupported("contains() on binary attributes");
                default -> false;
            };
        }
    }

    /** The types that have an order. */
    Set<AttributeValue.Type> ORDERED = Set.of(AttributeValue.Type.S, AttributeValue.Type.N, AttributeValue.Type.B);

    /** Whether a string or bytes start with others. */
    static boolean startsWith(AttributeValue value, AttributeValue prefix) {
        if (value.type() != prefix.type()) {
            return false;
        }
        if (value.type() == AttributeValue.Type.S) {
            return value.s().startsWith(prefix.s());
        }
        byte[] a = value.b().asByteArrayUnsafe();
        byte[] b = prefix.b().asByteArrayUnsafe();
        return a.length >= b.length && Arrays.equals(a, 0, b.length, b, 0, b.length);
    }

    private static boolean areOrdered(AttributeValue a, AttributeValue b) {
        return a.type() == b.type() && ORDERED.contains(a.type());
    }

    /** Rejects a comparison of an attribute with itself. */
    private static void requireDistinct(
            String parameter, String operator, Operand first, List<Operand> others, Placeholders placeholders) {
        if (!(first instanceof Operand.Path path)) {
            return;
        }
        List<Object> resolved = path.path().resolved(placeholders);
        for (Operand other : others) {
            if (other instanceof Operand.Path another
                    && another.path().resolved(placeholders).equals(resolved)) {
                throw DynamoErrors.invalid("Invalid " + parameter + ": The first operand must be distinct from the"
                        + " remaining operands for this operator or function; operator: " + operator
                        + ", first operand: " + resolved);
            }
        }
    }

    private static void requireType(
            String parameter,
            String operator,
            @Nullable Operand operand,
            Set<AttributeValue.Type> types,
            Placeholders placeholders) {
        if (operand instanceof Operand.Literal literal) {
            AttributeValue.Type type = placeholders.value(literal.placeholder()).type();
            if (!types.contains(type)) {
                throw DynamoErrors.invalid("Invalid " + parameter + ": Incorrect operand type for operator or function;"
                        + " operator or function: " + operator + ", operand type: " + name(type));
            }
        }
    }

    private static String name(AttributeValue.Type type) {
        return type == AttributeValue.Type.NUL ? "NULL" : type.name();
    }
}
