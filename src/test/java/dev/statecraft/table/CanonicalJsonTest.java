package dev.statecraft.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CanonicalJsonTest {

    private static final JsonMapper MAPPER = new JsonMapper();

    /** Appendix B of RFC 8785: IEEE 754 bits and the text. */
    @Test
    void numbers_matchTheRfc() {
        Map<Long, String> vectors = Map.ofEntries(
                Map.entry(0x0000000000000000L, "0"),
                Map.entry(0x8000000000000000L, "0"),
                Map.entry(0x0000000000000001L, "5e-324"),
                Map.entry(0x8000000000000001L, "-5e-324"),
                Map.entry(0x7fefffffffffffffL, "1.7976931348623157e+308"),
                Map.entry(0xffefffffffffffffL, "-1.7976931348623157e+308"),
                Map.entry(0x4340000000000000L, "9007199254740992"),
                Map.entry(0xc340000000000000L, "-9007199254740992"),
                Map.entry(0x4430000000000000L, "295147905179352830000"),
                Map.entry(0x44b52d02c7e14af5L, "9.999999999999997e+22"),
                Map.entry(0x44b52d02c7e14af6L, "1e+23"),
                Map.entry(0x44b52d02c7e14af7L, "1.0000000000000001e+23"),
                Map.entry(0x444b1ae4d6e2ef4eL, "999999999999999700000"),
                Map.entry(0x444b1ae4d6e2ef4fL, "999999999999999900000"),
                Map.entry(0x444b1ae4d6e2ef50L, "1e+21"),
                Map.entry(0x3eb0c6f7a0b5ed8cL, "9.999999999999997e-7"),
                Map.entry(0x3eb0c6f7a0b5ed8dL, "0.000001"),
                Map.entry(0x41b3de4355555553L, "333333333.3333332"),
                Map.entry(0x41b3de4355555554L, "333333333.33333325"),
                Map.entry(0x41b3de4355555555L, "333333333.3333333"),
                Map.entry(0x41b3de4355555556L, "333333333.3333334"),
                Map.entry(0x41b3de4355555557L, "333333333.33333343"),
                Map.entry(0xbecbf647612f3696L, "-0.0000033333333333333333"),
                Map.entry(0x43143ff3c1cb0959L, "1424953923781206.2"));
        vectors.forEach((bits, text) -> assertEquals(text, CanonicalJson.number(Double.longBitsToDouble(bits))));
        assertThrows(IllegalArgumentException.class, () -> CanonicalJson.number(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> CanonicalJson.number(Double.POSITIVE_INFINITY));
    }

    /** Numbers whose shortest text is not the rounded one, as V8 writes them. */
    @Test
    void powersOfTwo_haveTheFewestDigits() {
        assertEquals("5.960464477539063e-8", CanonicalJson.number(0x1p-24));
        assertEquals("1.862645149230957e-9", CanonicalJson.number(0x1p-29));
        for (int exponent = -1074; exponent <= 1023; exponent++) {
            double value = Math.scalb(1.0, exponent);
            for (double near : new double[] {value, Math.nextUp(value), Math.nextDown(value)}) {
                if (near > 0 && !Double.isInfinite(near)) {
                    assertShortest(near, "2^" + exponent);
                }
            }
        }
    }

    @Test
    void randomNumbers_haveTheFewestDigits() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 5_000; i++) {
            double any = Math.abs(Double.longBitsToDouble(random.nextLong()));
            if (!Double.isNaN(any) && !Double.isInfinite(any) && any > 0) {
                assertShortest(any, "seed " + seed);
            }
            assertShortest((1 + random.nextInt(1_000_000)) / 1000.0, "seed " + seed);
            assertShortest(random.nextDouble(), "seed " + seed);
        }
    }

    /**
     * Checks the definition: the text parses to the same double, no shorter text does, and none of its length is
     * nearer.
     */
    private static void assertShortest(double value, String message) {
        String text = CanonicalJson.number(value);
        assertEquals(value, Double.parseDouble(text), message);
        BigDecimal written = new BigDecimal(text).stripTrailingZeros();
        BigDecimal exact = new BigDecimal(value);
        int digits = written.precision();
        for (RoundingMode side : new RoundingMode[] {RoundingMode.DOWN, RoundingMode.UP}) {
            if (digits > 1) {
                BigDecimal shorter = exact.round(new MathContext(digits - 1, side));
                assertNotEquals(value, shorter.doubleValue(), message + " " + text + " could be " + shorter);
            }
            BigDecimal other = exact.round(new MathContext(digits, side));
            boolean nearer = other.subtract(exact)
                            .abs()
                            .compareTo(written.subtract(exact).abs())
                    < 0;
            assertFalse(nearer && other.doubleValue() == value, message + " " + text + " is farther than " + other);
        }
    }

    @Test
    void numbers_parseToTheSameValue() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 20_000; i++) {
            double value = Double.longBitsToDouble(random.nextLong());
            if (!Double.isNaN(value) && !Double.isInfinite(value)) {
                assertEquals(value, Double.parseDouble(CanonicalJson.number(value)), "seed " + seed);
            }
        }
    }

    /** Section 3.2.2 and 3.2.3 of RFC 8785. */
    @Test
    void stringsAndKeys_matchTheRfc() throws Exception {
        JsonNode values = MAPPER.readTree("""
            {"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
             "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
             "literals": [null, true, false]}\
            """);
        assertEquals(
                "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
                        + "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}",
                CanonicalJson.of(values));
        JsonNode keys = MAPPER.readTree("""
            {"\\u20ac": "Euro Sign", "\\r": "Carriage Return", "\\ufb33": "Hebrew Letter Dalet With Dagesh",
             "1": "One", "\\ud83d\\ude00": "Emoji: Grinning Face", "\\u0080": "Control",
             "\\u00f6": "Latin Small Letter O With Diaeresis"}\
            """);
        assertEquals(
                "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\","
                        + "\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\","
                        + "\"\ud83d\ude00\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}",
                CanonicalJson.of(keys));
    }

    @Test
    void checksum_dependsOnTheValueNotOnItsText() throws Exception {
        String checksum = CanonicalJson.checksum(MAPPER.readTree("{\"b\": 1.0, \"a\": [ ]}"));
        assertEquals(checksum, CanonicalJson.checksum(MAPPER.readTree("{\"a\":[],\"b\":1}")));
        assertNotEquals(checksum, CanonicalJson.checksum(MAPPER.readTree("{\"a\":[],\"b\":2}")));
        assertEquals(
                "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
                CanonicalJson.checksum(MAPPER.readTree("{}")));
    }
}
