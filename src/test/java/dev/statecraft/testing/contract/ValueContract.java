package dev.statecraft.testing.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Types of attributes, the normal form of numbers, and what is no value. */
abstract class ValueContract extends ContractCase {

    private static final int MAX_DEPTH = 32;

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0, 0",
        "+1, 1",
        "007, 7",
        "1.0, 1",
        "1.50, 1.5",
        "100, 100",
        "1E2, 100",
        "1e+2, 100",
        "1.25E-3, 0.00125",
        "-12.5E1, -125",
        "0.000, 0",
        ".5, 0.5",
        "12345678901234567890123456789012345678, 12345678901234567890123456789012345678",
        "1.2345678901234567890123456789012345678, 1.2345678901234567890123456789012345678",
        "123456789012345678901234567890123456780, 123456789012345678901234567890123456780",
        "0.00000000000000000000000000000000000000001, 0.00000000000000000000000000000000000000001",
    })
    void number_isStoredInNormalForm(String sent, String stored) {
        put("a", "x", n(sent));
        assertEquals(n(stored), get("a").get("x"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"9.9999999999999999999999999999999999999E125", "-1E-130", "1E125", "1E40"})
    void number_ofExtremeMagnitude_keepsItsValue(String sent) {
        put("a", "x", n(sent));
        assertEquals(
                0,
                new BigDecimal(sent)
                        .compareTo(new BigDecimal(required(get("a"), "x").n())));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "x",
                "1x",
                "1 000",
                "NaN",
                "Infinity",
                "0x10",
                "1E126",
                "1E-131",
                "123456789012345678901234567890123456789",
                "1.00000000000000000000000000000000000001",
            })
    void number_thatIsNone_orNotExact_isRejected(String sent) {
        invalid(() -> put("a", "x", n(sent)));
    }

    @Test
    void everyType_isReturnedAsStored() {
        Map<String, AttributeValue> stored = put(
                "a",
                "str",
                s("snow \u2603 \uD83C\uDFC6 \u0000 \"quoted\" \\ \n"),
                "empty",
                s(""),
                "bin",
                b(0, 255, 128, 10),
                "nobytes",
                b(),
                "yes",
                bool(true),
                "no",
                bool(false),
                "nul",
                nul(),
                "ls",
                list(s("a"), n(1), list(), map(), nul(), bool(false), b(1)),
                "mp",
                map("a.b", map("c", list(map("d", ss("x"))))),
                "emptylist",
                list(),
                "emptymap",
                map());
        assertEquals(stored, get("a"));
    }

    @Test
    void sets_areReturnedWithAllElements() {
        AttributeValue binaries = AttributeValue.fromBs(
                List.of(SdkBytes.fromByteArray(new byte[] {2}), SdkBytes.fromByteArray(new byte[] {1, 0})));
        put("a", "ss", ss("b", "a", ""), "ns", ns("1.0", "-2", "3E1"), "bs", binaries);
        Map<String, AttributeValue> read = get("a");
        assertEquals(Set.of("a", "b", ""), Set.copyOf(required(read, "ss").ss()));
        assertEquals(Set.of("1", "-2", "30"), Set.copyOf(required(read, "ns").ns()));
        assertEquals(Set.copyOf(binaries.bs()), Set.copyOf(required(read, "bs").bs()));
    }

    @Test
    void sets_thatAreEmptyOrRepeatAnElement_areRejected() {
        invalid(() -> put("a", "x", ss()));
        invalid(() -> put("a", "x", ns()));
        invalid(() -> put("a", "x", ss("a", "a")));
        invalid(() -> put("a", "x", ns("1", "1.0")));
        invalid(() -> put("a", "x", ns("1", "x")));
        invalid(() -> put("a", "x", map("y", list(ss()))));
    }

    @Test
    void value_hasExactlyOneType() {
        invalid(() -> put("a", "x", AttributeValue.builder().build()));
        invalid(() -> put("a", "x", AttributeValue.builder().s("a").n("1").build()));
        invalid(() -> put("a", "x", AttributeValue.fromNul(false)));
        invalid(() -> put("a", "x", list(AttributeValue.builder().build())));
    }

    @Test
    void nesting_has32Levels() {
        put("a", "x", nested(MAX_DEPTH - 1));
        assertEquals(nested(MAX_DEPTH - 1), get("a").get("x"));
        invalid(() -> put("a", "x", nested(MAX_DEPTH + 1)));
    }

    private static AttributeValue nested(int levels) {
        AttributeValue value = s("deepest");
        for (int i = 0; i < levels; i++) {
            value = i % 2 == 0 ? list(value) : map("k", value);
        }
        return value;
    }

    @Test
    void arithmetic_isDecimalAndExact() {
        put("a", "x", n("0.1"));
        assertEquals(n("0.3"), added("0.2"));
        assertEquals(n("0.3000000000000000000000000000000000001"), added("0.0000000000000000000000000000000000001"));
        put("a", "x", n("-5"));
        assertEquals(0, new BigDecimal(added("5.0").n()).signum());
        put("a", "x", n("9007199254740993"));
        assertEquals(n("9007199254740994"), added("1"));
    }

    private AttributeValue added(String number) {
        db().updateItem(r -> r.tableName(tables().items)
                .key(key("a"))
                .updateExpression("ADD x :v")
                .expressionAttributeValues(Map.of(":v", n(number))));
        return required(get("a"), "x");
    }
}
