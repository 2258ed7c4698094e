package dev.statecraft.testing.dynamo.expression;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A value in an expression. */
sealed interface Operand {

    /** The value for an item; null if an attribute is missing. */
    @Nullable AttributeValue of(Map<String, AttributeValue> item, Placeholders placeholders);

    /** The value of the item at a path. */
    record Path(DocumentPath path) implements Operand {
        @Override
        public @Nullable AttributeValue of(Map<String, AttributeValue> item, Placeholders placeholders) {
            return path.in(item, placeholders);
        }
    }

    /** A value of the request. */
    record Literal(String placeholder) implements Operand {
        @Override
        public AttributeValue of(Map<String, AttributeValue> item, Placeholders placeholders) {
            return placeholders.value(placeholder);
        }
    }

    /** {@code size(path)}. */
    record Size(Operand of) implements Operand {
        @Override
        public @Nullable AttributeValue of(Map<String, AttributeValue> item, Placeholders placeholders) {
            AttributeValue value = of.of(item, placeholders);
            int size = value == null ? -1 : size(value);
            return size < 0 ? null : AttributeValue.fromN(String.valueOf(size));
        }

        private static int size(AttributeValue value) {
            return switch (value.type()) {
                case S -> value.s().length();
                case B -> value.b().asByteArrayUnsafe().length;
                case SS -> value.ss().size();
                case NS -> value.ns().size();
                case BS -> value.bs().size();
                case M -> value.m().size();
                case L -> value.l().size();
                default -> -1;
            };
        }
    }

    /** {@code if_not_exists(path, other)}. */
    record IfNotExists(DocumentPath path, Operand other) implements Operand {
        @Override
        public @Nullable AttributeValue of(Map<String, AttributeValue> item, Placeholders placeholders) {
            AttributeValue there = path.in(item, placeholders);
            return there == null ? other.of(item, placeholders) : there;
        }
    }

    /** {@code list_append(first, second)}. */
    record ListAppend(Operand first, Operand second) implements Operand {
        @Override
        public AttributeValue of(Map<String, AttributeValue> item, Placeholders placeholders) {
            List<AttributeValue> list = new ArrayList<>(list(first, item, placeholders));
            list.addAll(list(second, item, placeholders));
            return AttributeValue.fromL(list);
        }

        private static List<AttributeValue> list(
                Operand operand, Map<String, AttributeValue> item, Placeholders placeholders) {
            return existing(operand, AttributeValue.Type.L, item, placeholders).l();
        }
    }

    /** {@code a + b} or {@code a - b} of numbers. */
    record Sum(Operand first, boolean minus, Operand second) implements Operand {
        @Override
        public AttributeValue of(Map<String, AttributeValue> item, Placeholders placeholders) {
            String a =
                    existing(first, AttributeValue.Type.N, item, placeholders).n();
            String b =
                    existing(second, AttributeValue.Type.N, item, placeholders).n();
            return AttributeValue.fromN(minus ? DecimalText.subtract(a, b) : DecimalText.add(a, b));
        }
    }

    private static AttributeValue existing(
            Operand operand, AttributeValue.Type type, Map<String, AttributeValue> item, Placeholders placeholders) {
        AttributeValue value = operand.of(item, placeholders);
        if (value == null) {
            throw missing();
        }
        if (value.type() != type) {
            throw DynamoErrors.invalid("An operand in the update expression has an incorrect data type");
        }
        return value;
    }

    /** An update reads an attribute that the item does not have. */
    static RuntimeException missing() {
        return DynamoErrors.invalid("The provided expression refers to an attribute that does not exist in the item");
    }
}
