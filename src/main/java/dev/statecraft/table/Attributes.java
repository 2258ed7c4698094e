package dev.statecraft.table;

import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Typed access to DynamoDB attributes, used by every store's mapper. */
public final class Attributes {

    private Attributes() {}

    /** A string. */
    public static AttributeValue s(String value) {
        return AttributeValue.fromS(value);
    }

    /** An integer. */
    public static AttributeValue n(long value) {
        return AttributeValue.fromN(Long.toString(value));
    }

    /** Bytes. */
    public static AttributeValue b(byte[] value) {
        return AttributeValue.fromB(SdkBytes.fromByteArray(value));
    }

    /** A boolean. */
    public static AttributeValue bool(boolean value) {
        return AttributeValue.fromBool(value);
    }

    /** A required string attribute; throws {@link NoSuchElementException} if it is missing. */
    public static String string(Map<String, AttributeValue> item, String name) {
        return required(item, name).s();
    }

    /** A string attribute; null if it is missing. */
    public static @Nullable String stringOrNull(Map<String, AttributeValue> item, String name) {
        AttributeValue value = item.get(name);
        return value == null ? null : value.s();
    }

    /** A required integer attribute; throws {@link NoSuchElementException} if it is missing. */
    public static long number(Map<String, AttributeValue> item, String name) {
        return Long.parseLong(required(item, name).n());
    }

    /** An integer attribute, or the given default if it is missing. */
    public static long number(Map<String, AttributeValue> item, String name, long otherwise) {
        AttributeValue value = item.get(name);
        return value == null ? otherwise : Long.parseLong(value.n());
    }

    /** A binary attribute; empty if it is missing. */
    public static byte[] bytes(Map<String, AttributeValue> item, String name) {
        AttributeValue value = item.get(name);
        return value == null ? new byte[0] : value.b().asByteArrayUnsafe();
    }

    /** A boolean attribute; false if it is missing. */
    public static boolean flag(Map<String, AttributeValue> item, String name) {
        AttributeValue value = item.get(name);
        return value != null && Boolean.TRUE.equals(value.bool());
    }

    /** A map attribute; empty if it is missing. */
    public static Map<String, AttributeValue> map(Map<String, AttributeValue> item, String name) {
        AttributeValue value = item.get(name);
        return value == null ? Map.of() : value.m();
    }

    /** A list attribute; empty if it is missing. */
    public static List<AttributeValue> list(Map<String, AttributeValue> item, String name) {
        AttributeValue value = item.get(name);
        return value == null ? List.of() : value.l();
    }

    private static AttributeValue required(Map<String, AttributeValue> item, String name) {
        AttributeValue value = item.get(name);
        if (value == null) {
            throw new NoSuchElementException("A stored item lacks the attribute " + name);
        }
        return value;
    }
}
