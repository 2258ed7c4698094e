package dev.statecraft.testing.dynamo.expression;

import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Sizes of items by the rules of the developer guide, "DynamoDB item sizes and formats". */
public final class ItemSize {

    /** The largest item. */
    public static final int LIMIT_BYTES = 400 * 1024;

    private static final int CONTAINER_BYTES = 3;

    private ItemSize() {}

    /** The size of an item in bytes: names and values. */
    public static int of(Map<String, AttributeValue> item) {
        int bytes = 0;
        for (Map.Entry<String, AttributeValue> attribute : item.entrySet()) {
            bytes += utf8(attribute.getKey()) + of(attribute.getValue());
        }
        return bytes;
    }

    /** The size of a value in bytes. */
    public static int of(AttributeValue value) {
        return switch (value.type()) {
            case S -> utf8(value.s());
            case N -> number(value.n());
            case B -> bytes(value.b());
            case BOOL, NUL -> 1;
            case SS -> value.ss().stream().mapToInt(ItemSize::utf8).sum();
            case NS -> value.ns().stream().mapToInt(ItemSize::number).sum();
            case BS -> value.bs().stream().mapToInt(ItemSize::bytes).sum();
            case M -> CONTAINER_BYTES + value.m().size() + of(value.m());
            case L ->
                CONTAINER_BYTES
                        + value.l().stream()
                                .mapToInt(element -> 1 + of(element))
                                .sum();
            case UNKNOWN_TO_SDK_VERSION -> 0;
        };
    }

    /** One byte for two significant digits, one more, and one for a sign. */
    private static int number(String number) {
        int digits = DecimalText.significantDigits(number);
        return (digits + 1) / 2 + 1 + (number.charAt(0) == '-' ? 1 : 0);
    }

    private static int bytes(SdkBytes bytes) {
        return bytes.asByteArrayUnsafe().length;
    }

    private static int utf8(String text) {
        int bytes = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // A surrogate is half of a character of four bytes.
            bytes += c < 0x80 ? 0 : c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
        }
        return bytes;
    }
}
