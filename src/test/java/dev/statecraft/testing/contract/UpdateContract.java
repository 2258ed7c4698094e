package dev.statecraft.testing.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;

/** Update expressions: all clauses read the item as it was before. */
abstract class UpdateContract extends ContractCase {

    private static final Map<String, AttributeValue> VALUES = attributes(
            ":one",
            n(1),
            ":two",
            n(2),
            ":half",
            n("0.5"),
            ":x",
            s("x"),
            ":ss",
            ss("b", "c"),
            ":ns",
            ns("1"),
            ":nul",
            nul(),
            ":empty",
            s(""),
            ":ls",
            list(n(1)),
            ":mp",
            map("a", n(1)));

    private UpdateItemResponse update(String expression, ReturnValue returned) {
        Map<String, AttributeValue> values = used(VALUES, expression);
        return db().updateItem(r -> r.tableName(tables().items)
                .key(key("a"))
                .updateExpression(expression)
                .expressionAttributeValues(values.isEmpty() ? null : values)
                .returnValues(returned));
    }

    private Map<String, AttributeValue> update(String expression) {
        UpdateItemResponse response = update(expression, ReturnValue.ALL_NEW);
        assertEquals(get("a"), response.attributes());
        return response.attributes();
    }

    @Nested
    class Clauses {

        @Test
        void set_createsTheItemAndReplacesAttributes() {
            assertEquals(item("a", "num", n(1), "str", s("x")), update("SET num = :one, str = :x"));
            assertEquals(item("a", "num", s("x"), "str", s("x")), update("SET num = :x"));
            assertEquals(item("a", "num", nul(), "str", s("")), update("SET num = :nul, str = :empty"));
        }

        @Test
        void set_adds_andSubtracts() {
            put("a", "num", n(5));
            assertEquals(n(7), update("SET num = num + :two").get("num"));
            assertEquals(n("6.5"), update("SET num = num - :half").get("num"));
            assertEquals(n("-5.5"), update("SET num = :one - num").get("num"));
            assertEquals(n(3), update("SET num = :one + :two").get("num"));
        }

        @Test
        void set_ifNotExists() {
            assertEquals(n(1), update("SET num = if_not_exists(num, :one)").get("num"));
            assertEquals(n(1), update("SET num = if_not_exists(num, :two)").get("num"));
            assertEquals(
                    n(3), update("SET num = if_not_exists(num, :two) + :two").get("num"));
            assertEquals(n(3), update("SET twin = if_not_exists(gone, num)").get("twin"));
        }

        @Test
        void clauses_readTheItemAsItWas() {
            put("a", "x", n(1), "y", n(2));
            assertEquals(item("a", "x", n(2), "y", n(1)), update("SET x = y, y = x"));
            assertEquals(item("a", "z", n(2)), update("SET z = x REMOVE x, y"));
        }

        @Test
        void remove_ofMissingAttributesIsNoError() {
            put("a", "x", n(1));
            assertEquals(key("a"), update("REMOVE x, y"));
        }

        @Test
        void remove_createsAMissingItem() {
            assertEquals(key("a"), update("REMOVE x"));
        }

        @Test
        void add_toNumbers() {
            assertEquals(n(1), update("ADD num :one").get("num"));
            assertEquals(n("1.5"), update("ADD num :half").get("num"));
            assertEquals(item("a", "num", n("2.5"), "twin", n(2)), update("ADD num :one, twin :two"));
        }

        @Test
        void add_toSets() {
            put("a", "ss", ss("a", "b"));
            assertEquals(
                    Set.of("a", "b", "c"),
                    Set.copyOf(required(update("ADD ss :ss"), "ss").ss()));
            assertEquals(
                    Set.of("1"), Set.copyOf(required(update("ADD ns :ns"), "ns").ns()));
        }

        @Test
        void delete_fromSets_removesAnEmptySet() {
            put("a", "ss", ss("a", "b"), "twin", ss("c"));
            Map<String, AttributeValue> after = update("DELETE ss :ss, twin :ss, gone :ss");
            assertEquals(item("a", "ss", ss("a")), after);
        }

        @Test
        void clauses_inAnyOrderAndCase() {
            put("a", "x", n(1), "y", n(1), "ss", ss("b", "d"));
            assertEquals(
                    item("a", "x", n(2), "z", s("x"), "ss", ss("d")),
                    update("add x :one REMOVE y set z = :x delete ss :ss"));
        }

        @Test
        void emptyUpdate_createsTheItem() {
            db().updateItem(r -> r.tableName(tables().items).key(key("a")));
            assertEquals(key("a"), get("a"));
        }
    }

    @Nested
    class Returned {

        @Test
        void none_returnsNothing() {
            assertFalse(update("SET num = :one", ReturnValue.NONE).hasAttributes());
        }

        @Test
        void allOld_isEmptyForANewItem() {
            assertTrue(
                    update("SET num = :one", ReturnValue.ALL_OLD).attributes().isEmpty());
            assertEquals(
                    item("a", "num", n(1)),
                    update("SET num = :two", ReturnValue.ALL_OLD).attributes());
        }

        @Test
        void updated_areTheAttributesOfTheExpression() {
            put("a", "num", n(1), "str", s("x"), "keep", n(1));
            assertEquals(
                    attributes("num", n(1), "str", s("x")),
                    update("SET num = :two, fresh = :one REMOVE str", ReturnValue.UPDATED_OLD)
                            .attributes());
            assertEquals(
                    attributes("num", n(3), "fresh", n(2)),
                    update("SET fresh = :two ADD num :one", ReturnValue.UPDATED_NEW)
                            .attributes());
        }
    }

    @Nested
    class Rejected {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "num = :one",
                    "SET num",
                    "SET num = ",
                    "SET num = :one,",
                    "SET num = :one SET str = :x",
                    "SET num = :one, num = :two",
                    "SET num = :one REMOVE num",
                    "SET pk = :x",
                    "REMOVE sk",
                    "SET num = gone + :one",
                    "SET num = str + :one",
                    "SET num = :x + :one",
                    "SET num = :one + :two + :one",
                    "SET num = gone",
                    "ADD str :one",
                    "ADD num :x",
                    "ADD num :ss",
                    "ADD num :ls",
                    "DELETE num :one",
                    "DELETE str :ss",
                    "ADD ss :ns",
                    "SET num = :absent",
                    "REMOVE",
                    "REMOVE num num",
                    "SET #absent = :one",
                    "SET status = :one",
                })
        void expression_thatIsWrongInItselfOrForTheItem_changesNothing(String expression) {
            Map<String, AttributeValue> stored = put("a", "num", n(5), "str", s("y"), "ss", ss("a"));
            invalid(() -> update(expression, ReturnValue.NONE));
            assertEquals(stored, get("a"));
        }

        @Test
        void keysOfIndexes_haveTheirType() {
            needs(Capability.INDEX_KEYS_OF_UPDATES);
            Map<String, AttributeValue> stored = put("a", "lsk", s("1"));
            invalid(() -> update("SET lsk = :one", ReturnValue.NONE));
            invalid(() -> update("SET due = :x", ReturnValue.NONE));
            assertEquals(stored, get("a"));
        }

        @Test
        void unusedPlaceholders_areRejected() {
            invalid(() -> db().updateItem(r -> r.tableName(tables().items)
                    .key(key("a"))
                    .updateExpression("SET num = :one")
                    .expressionAttributeValues(Map.of(":one", n(1), ":two", n(2)))));
            invalid(() -> db().updateItem(r -> r.tableName(tables().items)
                    .key(key("a"))
                    .updateExpression("SET num = :one")
                    .expressionAttributeNames(Map.of("#n", "num"))
                    .expressionAttributeValues(Map.of(":one", n(1)))));
            invalid(() -> db().updateItem(r ->
                    r.tableName(tables().items).key(key("a")).expressionAttributeValues(Map.of(":one", n(1)))));
        }

        @Test
        void overflow_isRejected() {
            put("a", "num", n("9.9E125"));
            invalid(() -> db().updateItem(r -> r.tableName(tables().items)
                    .key(key("a"))
                    .updateExpression("ADD num :v")
                    .expressionAttributeValues(Map.of(":v", n("9.9E125")))));
        }
    }

    @Test
    void manyUpdates_ofOneCounter_loseNone() {
        Set<String> seen = java.util.stream.IntStream.range(0, 40)
                .parallel()
                .mapToObj(i -> required(
                                update("ADD num :one", ReturnValue.UPDATED_NEW).attributes(), "num")
                        .n())
                .collect(Collectors.toSet());
        assertEquals(40, seen.size());
        assertEquals(n(40), get("a").get("num"));
    }
}
