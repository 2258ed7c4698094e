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
 * JSON in the one form that RFC 8785 (JSON Canonicalization Scheme) gives it: no white space, keys in the order of their
 * UTF-16 code units, only the escapes that are needed, numbers as ECMAScript writes doubles. Equal values have equal
 * text, so they have equal checksums.
 */
public final class CanonicalJson {

    private static final int MOST_DIGITS = 17;

    /** A number of so many digits is found by rounding its double to as many, unless that has lost bits. */
    private static final int SURE_DIGITS = 15;

    /** Integers of up to 53 bits are doubles themselves. */
    private static final double EXACT_INTEGERS = 0x1p53;

    private final StringBuilder out = new StringBuilder();

    private CanonicalJson() {}

    /**
     * The canonical text.
     *
     * @throws IllegalArgumentException for a number beyond the doubles, which JSON as the RFC takes it does not have
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
     * A number as ECMAScript's Number::toString writes it: the fewest digits that are read back as the same double, the
     * nearest of those, an exponent from 1e21 and below 1e-6.
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
        // The point stands so many digits from the first one.
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
     * The fewest digits that are read back as the same double; of several numbers with so few digits the nearest one, the
     * even one if two are as near. Found by trying, because Double.toString does not give them before Java 19. The number
     * of that many digits next below and next above are tried both: below a power of two doubles lie closer than above, so
     * the nearest number may be read back as another double while the other one is not.
     */
    private static BigDecimal shortest(double value) {
        BigDecimal exact = new BigDecimal(value);
        for (int digits = value < Double.MIN_NORMAL ? 1 : SURE_DIGITS; digits < MOST_DIGITS; digits++) {
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
        return exact.round(new MathContext(MOST_DIGITS, RoundingMode.HALF_EVEN)).stripTrailingZeros();
    }
}
