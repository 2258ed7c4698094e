package dev.statecraft.testing.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

/** Conditions of writes and filters of reads: one grammar, evaluated on the stored item. */
abstract class ConditionContract extends ContractCase {

    private static final Map<String, AttributeValue> STORED = attributes(
            "num", n(10),
            "big", n("12345678901234567890123456789012345678"),
            "str", s("ada"),
            "bin", b(0x80, 2),
            "yes", bool(true),
            "nul", nul(),
            "ss", ss("a", "b"),
            "ns", ns("1", "2"),
            "ls", list(n(1), s("x"), map("k", n(5))),
            "mp", map("a", n(1), "b", map("c", s("deep"))),
            "twin", n(10));

    private static final Map<String, AttributeValue> VALUES = new HashMap<>();

    static {
        VALUES.putAll(attributes(":nine", n(9), ":ten", n("10.0"), ":eleven", n("1.1E1"), ":tens", s("10")));
        VALUES.putAll(attributes(":big", n("12345678901234567890123456789012345677"), ":ada", s("ada")));
        VALUES.putAll(attributes(":ad", s("ad"), ":adb", s("adb"), ":empty", s(""), ":high", b(0x80, 2)));
        VALUES.putAll(attributes(":low", b(0x7f, 0xff), ":prefix", b(0x80), ":yes", bool(true), ":no", bool(false)));
        VALUES.putAll(attributes(":nul", nul(), ":ba", ss("b", "a"), ":abc", ss("a", "b", "c")));
        VALUES.putAll(attributes(":ns", ns("2.0", "1"), ":mp", map("b", map("c", s("deep")), "a", n("1.0"))));
        VALUES.putAll(attributes(":ls", list(n(1), s("x"), map("k", n(5))), ":sl", list(s("x"), n(1))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "attribute_exists(num)                              | true",
                "attribute_exists(gone)                             | false",
                "attribute_exists(nul)                              | true",
                "attribute_not_exists(gone)                         | true",
                "attribute_not_exists(num)                          | false",
                "num = :ten                                         | true",
                "num = :nine                                        | false",
                "num = :tens                                        | false",
                "gone = :ten                                        | false",
                "num <> :nine                                       | true",
                "num <> :ten                                        | false",
                "num <> :tens                                       | true",
                "gone <> :ten                                       | true",
                "num < :eleven                                      | true",
                "num < :ten                                         | false",
                "num <= :ten                                        | true",
                "num > :nine                                        | true",
                "num > :ten                                         | false",
                "num >= :ten                                        | true",
                "num >= :eleven                                     | false",
                "gone < :ten                                        | false",
                "gone >= :ten                                       | false",
                "num < :adb                                         | false",
                "num > :adb                                         | false",
                "big > :big                                         | true",
                "big = :big                                         | false",
                "str < :adb                                         | true",
                "str > :ad                                          | true",
                "str > :empty                                       | true",
                "bin > :low                                         | true",
                "bin = :high                                        | true",
                "yes = :yes                                         | true",
                "yes = :no                                          | false",
                "nul = :nul                                         | true",
                "ss = :ba                                           | true",
                "ss = :abc                                          | false",
                "ns = :ns                                           | true",
                "mp = :mp                                           | true",
                "ls = :ls                                           | true",
                "ls = :sl                                           | false",
                "num = twin                                         | true",
                "num <> twin                                        | false",
                "num BETWEEN :nine AND :eleven                      | true",
                "num BETWEEN :ten AND :ten                          | true",
                "num BETWEEN :eleven AND :eleven                    | false",
                "gone BETWEEN :nine AND :eleven                     | false",
                "str BETWEEN :ad AND :adb                           | true",
                "str BETWEEN :nine AND :eleven                      | false",
                "begins_with(str, :ad)                              | true",
                "begins_with(str, :adb)                             | false",
                "begins_with(str, :empty)                           | true",
                "begins_with(bin, :prefix)                          | true",
                "begins_with(num, :ad)                              | false",
                "begins_with(gone, :ad)                             | false",
                "num = :ten AND str = :ada                          | true",
                "num = :ten AND str = :ad                           | false",
                "num = :nine OR str = :ada                          | true",
                "num = :nine OR str = :ad                           | false",
                "NOT num = :nine                                    | true",
                "NOT num = :ten                                     | false",
                "NOT attribute_exists(gone)                         | true",
                "num = :ten OR str = :ada AND str = :ad             | true",
                "(num = :ten OR str = :ada) AND str = :ad           | false",
                "NOT num = :ten AND str = :ada                      | false",
                "NOT (num = :ten AND str = :ad)                     | true",
                "NOT num = :nine AND num = :ten                     | true",
                "attribute_not_exists(gone) OR (gone < :nine AND num <= :ten) | true",
                "num between :nine and :eleven and not str = :ad    | true",
            })
    void condition_andFilter_followTheGrammar(String expression, boolean expected) {
        put("a", flat(STORED));
        Map<String, AttributeValue> values = used(VALUES, expression);
        if (expected) {
            conditionalPut(expression, values);
        } else {
            assertThrows(ConditionalCheckFailedException.class, () -> conditionalPut(expression, values));
        }
        Map<String, AttributeValue> filtered = new HashMap<>(values);
        filtered.put(":pk", s(pk));
        assertEquals(
                expected ? 1 : 0,
                db().query(r -> r.tableName(tables().items)
                                .keyConditionExpression("pk = :pk")
                                .filterExpression(expression)
                                .expressionAttributeValues(filtered)
                                .consistentRead(true))
                        .count());
    }

    private void conditionalPut(String expression, Map<String, AttributeValue> values) {
        db().putItem(r -> r.tableName(tables().items)
                .item(item("a", flat(STORED)))
                .conditionExpression(expression)
                .expressionAttributeValues(values.isEmpty() ? null : values));
    }

    static Object[] flat(Map<String, AttributeValue> attributes) {
        return attributes.entrySet().stream()
                .flatMap(entry -> java.util.stream.Stream.of(entry.getKey(), entry.getValue()))
                .toArray();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "num",
                "num = ",
                "= :ten",
                "num = :ten AND",
                "num == :ten",
                "(num = :ten",
                "num = :ten)",
                "((num = :ten))",
                "num = num",
                "num BETWEEN num AND :ten",
                "none = :ten",
                "num = :absent",
                "#absent = :ten",
                "attribute_exists(:ten)",
                "attribute_exists()",
                "attribute_exists(num, str)",
                "attribute_exist(num)",
                "num < :yes",
                "num BETWEEN :eleven AND :nine",
                "num BETWEEN :nine AND :ada",
                "begins_with(str, :ten)",
                "num = :ten num = :ten",
                "status = :ten",
                "num = 10",
                "NOT",
            })
    void malformedCondition_isRejected_andNothingIsWritten(String expression) {
        Map<String, AttributeValue> values = used(VALUES, expression);
        invalid(() -> conditionalPut(expression, values));
        assertFalse(db().getItem(r -> r.tableName(tables().items).key(key("a")).consistentRead(true))
                .hasItem());
    }

    @Test
    void conditionOnMissingItem_seesNoAttributes() {
        assertThrows(ConditionalCheckFailedException.class, () -> conditionalPut("num = :ten", Map.of(":ten", n(10))));
        conditionalPut("attribute_not_exists(pk) AND num <> :ten", Map.of(":ten", n(10)));
        assertThrows(ConditionalCheckFailedException.class, () -> conditionalPut("attribute_not_exists(pk)", Map.of()));
    }

    @Test
    void placeholdersOfNames_standForAttributesAsTheyAre() {
        put("a", "a.b", n(1), "status", n(2), "#c", n(3));
        for (Map.Entry<String, String> name :
                Map.of("a.b", "1", "status", "2", "#c", "3").entrySet()) {
            db().updateItem(r -> r.tableName(tables().items)
                    .key(key("a"))
                    .updateExpression("SET seen = :v")
                    .conditionExpression("#n = :v")
                    .expressionAttributeNames(Map.of("#n", name.getKey()))
                    .expressionAttributeValues(Map.of(":v", n(name.getValue()))));
        }
        assertEquals("3", String.valueOf(get("a").size() - 3));
    }

    @Test
    void failedCondition_returnsTheStoredItemIfAsked() {
        Map<String, AttributeValue> stored = put("a", "num", n(1));
        ConditionalCheckFailedException silent =
                assertThrows(ConditionalCheckFailedException.class, () -> db().deleteItem(r ->
                        r.tableName(tables().items).key(key("a")).conditionExpression("attribute_not_exists(num)")));
        assertFalse(silent.hasItem());
        assertEquals("ConditionalCheckFailedException", silent.awsErrorDetails().errorCode());
        ConditionalCheckFailedException told = assertThrows(
                ConditionalCheckFailedException.class, () -> db().updateItem(r -> r.tableName(tables().items)
                        .key(key("a"))
                        .updateExpression("REMOVE num")
                        .conditionExpression("attribute_not_exists(num)")
                        .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)));
        assertEquals(stored, told.item());
        ConditionalCheckFailedException missing =
                assertThrows(ConditionalCheckFailedException.class, () -> db().putItem(r -> r.tableName(tables().items)
                        .item(key("none"))
                        .conditionExpression("attribute_exists(pk)")
                        .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)));
        assertFalse(missing.hasItem());
    }
}
