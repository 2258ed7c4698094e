package dev.statecraft.table;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * The canonical text of JSON values by RFC 8785 (JSON Canonicalization Scheme): no white space, keys sorted by their
 * UTF-16 code units, only the required escapes, numbers as ECMAScript writes doubles. Equal values have equal text and
 * therefore equal checksums.
 */
public final class CanonicalJson {

    private static final int MAX_DIGITS = 17;

    /** A decimal number of up to 15 digits survives the conversion to a normal double and back. */
    private static final int SURE_DIGITS = 15;

    /** Doubles represent every integer up to this magnitude exactly. */
    private static final double EXACT_INTEGERS = 0x1p53;

    private final StringBuilder out = new StringBuilder();

    private CanonicalJson() {}

    /**
     * The canonical text.
     * @throws IllegalArgumentException for a number outside the range of a double, which the RFC excludes
     */
    public static String of(JsonNode value) {
        CanonicalJson canonical = new CanonicalJson();
        canonical.write(value);
        return canonical.out.toString();
    }

    /** SHA-256 of the canonical text in UTF-8, as 64 hexadecimal digits. */
    public static String checksum(JsonNode value) {
        return Sha256.hex(of(value).getBytes(StandardCharsets.UTF_8));
    }

    private void write(JsonNode value) {
        if (value.isObject()) {
            Map<String, JsonNode> sorted = new TreeMap<>();
            value.properties().forEach(field -> sorted.put(field.getKey(), field.getValue()));
            String separator = "{";
            for (Map.Entry<String, JsonNode> field : sorted.entrySet()) {
                out.append(separator);
                quote(field.getKey());
                out.append(':');
                write(field.getValue());
                separator = ",";
            }
            out.append(sorted.isEmpty() ? "{}" : "}");
        } else if (value.isArray()) {
            String separator = "[";
            for (JsonNode element : value) {
                out.append(separator);
                write(element);
                separator = ",";
            }
            out.append(value.isEmpty() ? "[]" : "]");
        } else if (value.isTextual()) {
            quote(value.textValue());
        } else if (value.isNumber()) {
            out.append(number(value.doubleValue()));
        } else {
            out.append(value.asText());
        }
    }

    private void quote(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\t' -> out.append("\\t");
                case '\n' -> out.append("\\n");
                case '\f' -> out.append("\\f");
                case '\r' -> out.append("\\r");
                default -> {
                    if (c < 0x20) {
                        out.append("\\u00").append(HexFormat.of().toHexDigits((byte) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    /**
     * A number as ECMAScript's Number::toString writes it: the fewest digits that parse to the same double, of these
     * the nearest number, with an exponent from 1e21 on and below 1e-6.
     */
    public static String number(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            throw new IllegalArgumentException("JSON has no " + value);
        }
        if (value == 0) {
            return "0";
        }
        if (value == Math.rint(value) && Math.abs(value) <= EXACT_INTEGERS) {
            return Long.toString((long) value);
        }
        BigDecimal shortest = shortest(Math.abs(value));
        String digits = shortest.unscaledValue().toString();
        // The number of digits before the decimal point.
        int point = digits.length() - shortest.scale();
        String sign = value < 0 ? "-" : "";
        if (point > 21 || point < -5) {
            int exponent = point - 1;
            String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
            return sign + digits.charAt(0) + fraction + "e" + (exponent < 0 ? "-" : "+") + Math.abs(exponent);
        }
        if (point <= 0) {
            return sign + "0." + "0".repeat(-point) + digits;
        }
        return point >= digits.length()
                ? sign + digits + "0".repeat(point - digits.length())
                : sign + digits.substring(0, point) + "." + digits.substring(point);
    }

    /**
     * The decimal number with the fewest digits that parses to the same double; of several such numbers the nearest
     * one, and the even one of two equally near ones. The method tries each number of digits, because Double.toString
     * does not return the shortest text before Java 19. It tries the next number below and the next above: below a
     * power of two, doubles are closer together than above it, so the nearest number may parse to another double while
     * the other number parses to the right one.
     */
    private static BigDecimal shortest(double value) {
        BigDecimal exact = new BigDecimal(value);
        for (int digits = value < Double.MIN_NORMAL ? 1 : SURE_DIGITS; digits < MAX_DIGITS; digits++) {
            BigDecimal nearest = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
            if (nearest.doubleValue() == value) {
                return nearest.stripTrailingZeros();
            }
            boolean above = nearest.compareTo(exact) > 0;
            BigDecimal other = exact.round(new MathContext(digits, above ? RoundingMode.DOWN : RoundingMode.UP));
            if (other.doubleValue() == value) {
                return other.stripTrailingZeros();
            }
        }
        return exact.round(new MathContext(MAX_DIGITS, RoundingMode.HALF_EVEN)).stripTrailingZeros();
    }
}
