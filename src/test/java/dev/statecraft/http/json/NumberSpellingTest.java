package dev.statecraft.http.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumberSpellingTest {

    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "-0, -0",
        "1.0, 1",
        "1e0, 1",
        "10e-1, 1",
        "1E+2, 100",
        "-2.50e1, -25",
        "-0.0, 0",
        "0e5, 0",
        "0e-999, 0",
        "9007199254740991.0, 9007199254740991",
        "9.007199254740991e15, 9007199254740991",
        "1.50, 1.50",
        "1e-7, 1e-7",
        "5e-324, 5e-324",
        "2.2250738585072014e-308, 2.2250738585072014e-308"
    })
    void wholeNumbers_becomeIntegers(String written, String plain) {
        NumberSpelling.Spelled number = NumberSpelling.read(written);
        assertNull(number.rejection());
        assertEquals(plain, number.plain());
    }

    @ParameterizedTest
    @CsvSource({
        "1e400, lie between",
        "9007199254740992, lie between",
        "-9007199254740991.5, lie between",
        "1.7976931348623157e308, lie between",
        "1e999999999, lie between",
        "1e99999999999, lie between",
        "1e-500, digits after the point",
        "-1e-999999999, digits after the point",
        "1E-99999999999, digits after the point"
    })
    void rejection_namesTheReason(String written, String reason) {
        String refusal = NumberSpelling.read(written).rejection();
        assertNotNull(refusal);
        assertTrue(refusal.contains(reason), refusal);
    }

    @Test
    void longNumber_isRejected() {
        for (String written : new String[] {"0." + "1".repeat(63), "1".repeat(100_000), "0." + "1".repeat(100_000)}) {
            String refusal = NumberSpelling.read(written).rejection();
            assertTrue(refusal != null && refusal.contains("characters"), refusal);
        }
        assertNotNull(NumberSpelling.read("0." + "0".repeat(1_000_000) + "1").rejection());
    }

    @Test
    void acceptedNumber_canBeWrittenAndReadAgain() {
        for (long seed = 0; seed < 5_000; seed++) {
            Random random = new Random(seed);
            double value = random.nextGaussian() * Math.pow(10, random.nextInt(-320, 14));
            String written = random.nextBoolean() ? Double.toString(value) : String.format("%.17g", value);
            NumberSpelling.Spelled number = NumberSpelling.read(written);
            assertNull(number.rejection(), "seed " + seed + ": " + written);
            String plain = new BigDecimal(number.plain()).toPlainString();
            assertNull(NumberSpelling.read(plain).rejection(), "seed " + seed + ": " + plain);
            assertTrue(plain.length() <= NumberSpelling.MAX_WRITTEN_LENGTH, "seed " + seed + ": " + plain);
            assertEquals(Double.parseDouble(written), Double.parseDouble(number.plain()), "seed " + seed);
        }
    }
}
