package dev.statecraft.testing.dynamo.expression;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Equality and order of canonical attribute values. */
public final class ValueOrder {

    private ValueOrder() {}

    /** Whether two items have the same attributes; the order of sets does not matter. Null is a missing item. */
    public static boolean sameItem(@Nullable Map<String, AttributeValue> a, @Nullable Map<String, AttributeValue> b) {
        if (a == b) {
            return true;
        }
        if (a == null || b == null || a.size() != b.size()) {
            return false;
        }
        for (Map.Entry<String, AttributeValue> entry : a.entrySet()) {
            AttributeValue other = b.get(entry.getKey());
            if (other == null || !same(entry.getValue(), other)) {
                return false;
            }
        }
        return true;
    }

    /** Whether two values are equal. */
    @SuppressWarnings("ReferenceEquality")
    public static boolean same(AttributeValue a, AttributeValue b) {
        if (a == b) {
            return true;
        }
        if (a.type() != b.type()) {
            return false;
        }
        return switch (a.type()) {
            case S -> a.s().equals(b.s());
            case N -> a.n().equals(b.n());
            case B -> a.b().equals(b.b());
            case BOOL -> a.bool().equals(b.bool());
            case NUL -> true;
            case SS -> sameSet(a.ss(), b.ss());
            case NS -> sameSet(a.ns(), b.ns());
            case BS -> sameSet(a.bs(), b.bs());
            case M -> sameItem(a.m(), b.m());
            case L -> sameList(a.l(), b.l());
            case UNKNOWN_TO_SDK_VERSION -> a.equals(b);
        };
    }

    /** Compares two values of the same type S, N or B. */
    public static int compare(AttributeValue a, AttributeValue b) {
        return switch (a.type()) {
            case S -> compare(a.s(), b.s());
            case N -> DecimalText.compare(a.n(), b.n());
            case B -> Arrays.compareUnsigned(a.b().asByteArrayUnsafe(), b.b().asByteArrayUnsafe());
            default -> throw new IllegalArgumentException(a.type() + " has no order");
        };
    }

    /** Compares by the bytes in UTF-8, which is the order of code points. */
    public static int compare(String a, String b) {
        int length = Math.min(a.length(), b.length());
        for (int i = 0; i < length; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                boolean bothOrNone = Character.isSurrogate(x) == Character.isSurrogate(y);
                return bothOrNone ? x - y : Character.isSurrogate(x) ? 1 : -1;
            }
        }
        return a.length() - b.length();
    }

    private static <T> boolean sameSet(List<T> a, List<T> b) {
        return a.size() == b.size() && (a.equals(b) || new HashSet<>(a).equals(new HashSet<>(b)));
    }

    private static boolean sameList(List<AttributeValue> a, List<AttributeValue> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!same(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }
}
