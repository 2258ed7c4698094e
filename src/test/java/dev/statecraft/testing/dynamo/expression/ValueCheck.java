package dev.statecraft.testing.dynamo.expression;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Checks attribute values of a request and brings their numbers into the form in which DynamoDB returns them. */
// The same object means that nothing changed; equal ones are compared where it matters.
@SuppressWarnings("ReferenceEquality")
public final class ValueCheck {

    private static final int MOST_LEVELS = 32;
    private static final String INVALID = "One or more parameter values were invalid: ";

    private ValueCheck() {}

    /** The canonical attributes; the same map if nothing changes. */
    public static Map<String, AttributeValue> canonical(Map<String, AttributeValue> item) {
        return canonical(item, 0);
    }

    /** The canonical value; the same object if nothing changes. */
    public static AttributeValue canonical(AttributeValue value) {
        return canonical(value, 0);
    }

    private static Map<String, AttributeValue> canonical(Map<String, AttributeValue> item, int level) {
        @Nullable Map<String, AttributeValue> changed = null;
        for (Map.Entry<String, AttributeValue> entry : item.entrySet()) {
            AttributeValue value = canonical(entry.getValue(), level);
            if (value != entry.getValue()) {
                changed = changed == null ? new HashMap<>(item) : changed;
                changed.put(entry.getKey(), value);
            }
        }
        return changed == null ? item : changed;
    }

    private static AttributeValue canonical(@Nullable AttributeValue value, int level) {
        // A value of several types has none for the SDK.
        if (value == null || value.type() == null) {
            throw DynamoErrors.invalid("Supplied AttributeValue must contain exactly one of the supported datatypes");
        }
        if (level > MOST_LEVELS) {
            throw DynamoErrors.invalid("Nesting Levels have exceeded supported limits");
        }
        return switch (value.type()) {
            case S, B, BOOL -> value;
            case N -> number(value);
            case NUL -> {
                if (!value.nul()) {
                    throw DynamoErrors.invalid(INVALID + "Null attribute value types must have the value of true");
                }
                yield value;
            }
            case SS -> {
                List<String> sorted = sorted(value.ss(), ValueOrder::compare, "string");
                yield sorted.equals(value.ss()) ? value : AttributeValue.fromSs(sorted);
            }
            case BS -> {
                List<SdkBytes> sorted = sorted(value.bs(), ValueCheck::compare, "binary");
                yield sorted.equals(value.bs()) ? value : AttributeValue.fromBs(sorted);
            }
            case NS -> {
                List<String> numbers =
                        value.ns().stream().map(DecimalText::canonical).toList();
                List<String> sorted = sorted(numbers, DecimalText::compare, "number");
                yield sorted.equals(value.ns()) ? value : AttributeValue.fromNs(sorted);
            }
            case M -> {
                Map<String, AttributeValue> map = canonical(value.m(), level + 1);
                yield map == value.m() ? value : AttributeValue.fromM(map);
            }
            case L -> list(value, level);
            case UNKNOWN_TO_SDK_VERSION ->
                throw DynamoErrors.invalid(
                        "Supplied AttributeValue is empty, must contain exactly one of the supported" + " datatypes");
        };
    }

    private static AttributeValue number(AttributeValue value) {
        String canonical = DecimalText.canonical(value.n());
        return canonical.equals(value.n()) ? value : AttributeValue.fromN(canonical);
    }

    private static AttributeValue list(AttributeValue value, int level) {
        @Nullable List<AttributeValue> changed = null;
        List<AttributeValue> list = value.l();
        for (int i = 0; i < list.size(); i++) {
            AttributeValue element = canonical(list.get(i), level + 1);
            if (element != list.get(i)) {
                changed = changed == null ? new ArrayList<>(list) : changed;
                changed.set(i, element);
            }
        }
        return changed == null ? value : AttributeValue.fromL(changed);
    }

    /** The elements of a set in the order in which DynamoDB Local returns them. */
    private static <T> List<T> sorted(List<T> elements, Comparator<T> order, String kind) {
        if (elements.isEmpty()) {
            throw DynamoErrors.invalid(INVALID + "An " + kind + " set  may not be empty");
        }
        if (new HashSet<>(elements).size() < elements.size()) {
            throw DynamoErrors.invalid(INVALID + "Input collection " + elements + " contains duplicates");
        }
        return elements.stream().sorted(order).toList();
    }

    private static int compare(SdkBytes a, SdkBytes b) {
        return Arrays.compareUnsigned(a.asByteArrayUnsafe(), b.asByteArrayUnsafe());
    }
}
