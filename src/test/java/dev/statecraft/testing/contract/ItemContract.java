package dev.statecraft.testing.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;

/** One item: put, get, delete, keys and sizes. */
abstract class ItemContract extends ContractCase {

    private static final int MAX_ITEM_BYTES = 400 * 1024;

    @Test
    void put_replacesTheWholeItem_andReturnsTheOldOne() {
        Map<String, AttributeValue> first = put("a", "x", n(1), "y", n(2));
        Map<String, AttributeValue> second = item("a", "y", s("z"));
        assertEquals(
                first,
                db().putItem(r -> r.tableName(tables().items).item(second).returnValues(ReturnValue.ALL_OLD))
                        .attributes());
        assertEquals(second, get("a"));
        assertFalse(db().putItem(r -> r.tableName(tables().items).item(key("b")).returnValues(ReturnValue.ALL_OLD))
                .hasAttributes());
        assertFalse(
                db().putItem(r -> r.tableName(tables().items).item(key("b"))).hasAttributes());
    }

    @Test
    void get_ofAMissingItem_hasNone() {
        GetItemResponse response =
                db().getItem(r -> r.tableName(tables().items).key(key("none")).consistentRead(true));
        assertFalse(response.hasItem());
    }

    @Test
    void delete_returnsTheOldItem_andIsNoErrorForAMissingOne() {
        Map<String, AttributeValue> stored = put("a", "x", n(1));
        assertEquals(
                stored,
                db().deleteItem(r -> r.tableName(tables().items).key(key("a")).returnValues(ReturnValue.ALL_OLD))
                        .attributes());
        assertTrue(get("a").isEmpty());
        assertFalse(
                db().deleteItem(r -> r.tableName(tables().items).key(key("a")).returnValues(ReturnValue.ALL_OLD))
                        .hasAttributes());
    }

    @Nested
    class Projections {

        @Test
        void topLevelAttributes_missingOnesAreLeftOut() {
            put("a", "x", n(1), "y", n(2), "status", n(3));
            assertEquals(
                    attributes("x", n(1), "status", n(3), "sk", s("a")),
                    db().getItem(r -> r.tableName(tables().items)
                                    .key(key("a"))
                                    .projectionExpression("sk, x, #s, gone")
                                    .expressionAttributeNames(Map.of("#s", "status"))
                                    .consistentRead(true))
                            .item());
        }

        @Test
        void onlyMissingAttributes_giveAnEmptyItem() {
            put("a", "x", n(1));
            GetItemResponse response = db().getItem(r -> r.tableName(tables().items)
                    .key(key("a"))
                    .projectionExpression("gone")
                    .consistentRead(true));
            assertTrue(response.hasItem());
            assertTrue(response.item().isEmpty());
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "x,", "x, x", "status", "#absent", ":x", "x y"})
        void malformed_isRejected(String projection) {
            invalid(() ->
                    db().getItem(r -> r.tableName(tables().items).key(key("a")).projectionExpression(projection)));
        }
    }

    @Nested
    class Keys {

        @Test
        void wrongKeys_areRejected() {
            for (Map<String, AttributeValue> wrong : java.util.List.of(
                    attributes("pk", s(pk)),
                    attributes("pk", s(pk), "sk", n(1)),
                    attributes("pk", s(pk), "sk", s("")),
                    attributes("pk", s(""), "sk", s("a")),
                    attributes("pk", s(pk), "sk", nul()),
                    attributes("pk", s(pk), "other", s("a")),
                    attributes("pk", s(pk), "sk", s("a"), "x", n(1)))) {
                invalid(() -> db().getItem(r -> r.tableName(tables().items).key(wrong)));
                invalid(() -> db().deleteItem(r -> r.tableName(tables().items).key(wrong)));
                invalid(() -> db().updateItem(r -> r.tableName(tables().items)
                        .key(wrong)
                        .updateExpression("SET y = :y")
                        .expressionAttributeValues(Map.of(":y", n(1)))));
            }
            for (Map<String, AttributeValue> wrong : java.util.List.of(
                    attributes("pk", s(pk)),
                    attributes("pk", s(pk), "sk", n(1)),
                    attributes("pk", s(pk), "sk", s("")),
                    attributes("pk", s(""), "sk", s("a")))) {
                invalid(() -> db().putItem(r -> r.tableName(tables().items).item(wrong)));
            }
        }

        @Test
        void keysOfIndexes_haveTheirTypeAndAreNotEmpty() {
            invalid(() -> put("a", "lsk", n(1)));
            invalid(() -> put("a", "lsk", s("")));
            invalid(() -> put("a", "dpk", s("d"), "due", s("1")));
            invalid(() -> put("a", "opk", s("")));
            invalid(() -> put("a", "osk", b()));
            assertTrue(get("a").isEmpty());
        }

        @Test
        void longKeys_areAccepted_andTooLongOnesRejected() {
            put(repeated('s', 1024));
            assertEquals(key(repeated('s', 1024)), get(repeated('s', 1024)));
            invalid(() -> put(repeated('s', 1025)));
            String longest = pk + repeated('p', 2048 - pk.length());
            db().putItem(r -> r.tableName(tables().singles).item(Map.of("pk", s(longest))));
            invalid(() -> db().putItem(r -> r.tableName(tables().singles).item(Map.of("pk", s(longest + "p")))));
        }

        @Test
        void tableWithoutSortKey_holdsOneItemForEachKey() {
            Map<String, AttributeValue> stored = attributes("pk", s(pk), "x", n(1));
            db().putItem(r -> r.tableName(tables().singles).item(stored));
            assertEquals(
                    stored,
                    db().getItem(r -> r.tableName(tables().singles)
                                    .key(Map.of("pk", s(pk)))
                                    .consistentRead(true))
                            .item());
        }

        @Test
        void numbersAsKeys_areEqualByValue() {
            db().putItem(r -> r.tableName(tables().numbers).item(attributes("pk", s(pk), "sk", n("1.0"))));
            db().putItem(r ->
                    r.tableName(tables().numbers).item(attributes("pk", s(pk), "sk", n("100e-2"), "x", n(1))));
            assertEquals(
                    java.util.List.of(attributes("pk", s(pk), "sk", n(1), "x", n(1))),
                    db().query(r -> r.tableName(tables().numbers)
                                    .keyConditionExpression("pk = :pk")
                                    .expressionAttributeValues(Map.of(":pk", s(pk)))
                                    .consistentRead(true))
                            .items());
        }
    }

    @Nested
    class Sizes {

        /** An item of exactly this size: names and strings count their bytes. */
        private Map<String, AttributeValue> sized(int bytes) {
            int others = "pk".length() + pk.length() + "sk".length() + "a".length() + "x".length();
            return item("a", "x", s(repeated('x', bytes - others)));
        }

        @Test
        void item_hasAtMost400KB() {
            db().putItem(r -> r.tableName(tables().items).item(sized(MAX_ITEM_BYTES)));
            invalid(() -> db().putItem(r -> r.tableName(tables().items).item(sized(MAX_ITEM_BYTES + 1))));
        }

        @Test
        void update_cannotMakeAnItemLarger() {
            db().putItem(r -> r.tableName(tables().items).item(sized(MAX_ITEM_BYTES)));
            invalid(() -> db().updateItem(r -> r.tableName(tables().items)
                    .key(key("a"))
                    .updateExpression("SET y = :y")
                    .expressionAttributeValues(Map.of(":y", s("y")))));
            assertEquals(3, get("a").size());
        }
    }

    @Test
    void missingTable_isNotFound() {
        String missing = tables().items + "-missing";
        assertThrows(ResourceNotFoundException.class, () -> db().getItem(
                        r -> r.tableName(missing).key(key("a"))));
        assertThrows(ResourceNotFoundException.class, () -> db().putItem(
                        r -> r.tableName(missing).item(key("a"))));
        assertThrows(ResourceNotFoundException.class, () -> db().describeTable(r -> r.tableName(missing)));
        assertThrows(ResourceNotFoundException.class, () -> db().query(r -> r.tableName(missing)
                .keyConditionExpression("pk = :pk")
                .expressionAttributeValues(Map.of(":pk", s(pk)))));
    }

    @Test
    void returnValues_thatTheOperationDoesNotHave_areRejected() {
        invalid(() ->
                db().putItem(r -> r.tableName(tables().items).item(key("a")).returnValues(ReturnValue.ALL_NEW)));
        invalid(() ->
                db().deleteItem(r -> r.tableName(tables().items).key(key("a")).returnValues(ReturnValue.UPDATED_NEW)));
    }
}
