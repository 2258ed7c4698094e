package dev.statecraft.replication.state;

import static dev.statecraft.replication.Trees.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonValuesTest {

    @ParameterizedTest
    @CsvSource({
        "0.1, 0.10000000000000001, true",
        "0.1, 0.1000000000000000055511151231257827, true",
        "0.1, 0.10000000000000002, false",
        "1, 1.0, true",
        "1, 10e-1, true",
        "100, 1E+2, true",
        "0, -0.0, true",
        "0, 0e5, true",
        "5e-324, 4.9406564584124654e-324, true",
        "1e-400, 0, true",
        "9007199254740991, 9007199254740990, false",
        "1e400, 1e400, true",
        "1e400, 1e401, false"
    })
    void numbersAreEqualIfTheirDoublesAreEqual(String a, String b, boolean same) {
        assertEquals(same, JsonValues.same(json(a), json(b)));
        assertEquals(same, JsonValues.alike(json(a), json(b)));
        assertEquals(same, JsonValues.same(json("{'l': [" + a + "]}"), json("{'l': [" + b + "]}")));
    }

    @Test
    void equalityIgnoresTheNotationOfNumbers() {
        for (long seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            double a = number(random);
            double b = random.nextInt(3) == 0 ? a : random.nextBoolean() ? Math.nextUp(a) : number(random);
            JsonNode left = written(a, random);
            JsonNode right = written(b, random);
            boolean same = Double.compare(a + 0.0, b + 0.0) == 0;
            assertEquals(same, JsonValues.same(left, right), "seed " + seed + ": " + left + ", " + right);
            if (same) {
                JsonNode canonical = JsonValues.canonical(left);
                assertEquals(canonical, JsonValues.canonical(right), "seed " + seed);
                assertEquals(canonical.hashCode(), JsonValues.canonical(right).hashCode(), "seed " + seed);
            }
        }
    }

    private static double number(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(-1_000, 1_000);
            case 1 -> random.nextInt(-1_000, 1_000) / 100.0;
            case 2 -> random.nextDouble(-9e15, 9e15);
            default -> random.nextGaussian() * Math.pow(10, random.nextInt(-300, 10));
        };
    }

    /** Notations of a double: the shortest, 17 digits, the full decimal expansion, with trailing zeros. */
    private static JsonNode written(double value, Random random) {
        BigDecimal exact = new BigDecimal(value);
        return switch (random.nextInt(5)) {
            case 0 -> DoubleNode.valueOf(value);
            case 1 -> DecimalNode.valueOf(exact);
            case 2 -> DecimalNode.valueOf(exact.round(new MathContext(17)));
            case 3 -> DecimalNode.valueOf(new BigDecimal(Double.toString(value)));
            default -> DecimalNode.valueOf(new BigDecimal(Double.toString(value)).setScale(1_100));
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"817959853140", "817959853140.0", "8.1795985314E11", "817959853140000e-3", "'817959853140'"})
    void idIsReadFromEveryNotationOfAnInteger(String written) {
        assertEquals(Optional.of("817959853140"), JsonValues.id(json(written)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.5", "null", "true", "{}", "[1]", "1e300", "1e999999999"})
    void valueWithoutIdReturnsEmpty(String written) {
        assertEquals(Optional.empty(), JsonValues.id(json(written)));
    }

    @Test
    void numberWithinTheLengthLimitIsAccepted() {
        for (String number : List.of("5e-324", "1e-300", "2.2250738585072014e-308", "0.1", "9007199254740991")) {
            assertNull(JsonValues.refusal(new BigDecimal(number)), number);
        }
        assertTrue(JsonValues.refusal(new BigDecimal("1").add(new BigDecimal("1e-100"))) != null);
    }
}
