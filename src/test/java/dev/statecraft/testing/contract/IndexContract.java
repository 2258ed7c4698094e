package dev.statecraft.testing.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.Select;

/** Global and local indexes: which items and attributes they hold, in which order, and how they are paged. */
abstract class IndexContract extends ContractCase {

    private QueryResponse query(
            String index, String condition, Map<String, AttributeValue> values, Consumer<QueryRequest.Builder> more) {
        Map<String, AttributeValue> all = new HashMap<>(values);
        all.put(":h", s(pk));
        QueryRequest.Builder request = QueryRequest.builder()
                .tableName(tables().items)
                .indexName(index)
                .keyConditionExpression(condition)
                .expressionAttributeValues(all);
        more.accept(request);
        return db().query(request.build());
    }

    private void assertSortKeys(
            String index, String condition, Map<String, AttributeValue> values, String... expected) {
        eventually(
                Capability.IMMEDIATE_INDEXES,
                () -> assertEquals(
                        List.of(expected),
                        strings(query(index, condition, values, r -> {}).items(), "sk")));
    }

    private void due(String sk, long due) {
        put(sk, "dpk", s(pk), "due", n(due), "x", n(1));
    }

    @Nested
    class Global {

        @Test
        void holdsItemsThatHaveAllItsKeys() {
            due("a", 3);
            put("b", "dpk", s(pk));
            put("c", "due", n(1));
            due("d", 1);
            assertSortKeys("due", "dpk = :h", Map.of(), "d", "a");
        }

        @Test
        void movesAndLosesItemsWithTheirKeys() {
            due("a", 1);
            due("b", 2);
            due("c", 4);
            due("a", 3);
            db().updateItem(r -> r.tableName(tables().items).key(key("b")).updateExpression("REMOVE due"));
            db().deleteItem(r -> r.tableName(tables().items).key(key("c")));
            assertSortKeys("due", "dpk = :h", Map.of(), "a");
        }

        @Test
        void rangesOfTheSortKey() {
            due("a", 1);
            due("b", 2);
            due("c", 3);
            assertSortKeys("due", "dpk = :h AND due <= :v", Map.of(":v", n(2)), "a", "b");
            assertSortKeys("due", "dpk = :h AND due >= :v", Map.of(":v", n(2)), "b", "c");
            put("x", "opk", s(pk), "osk", b(1, 5));
            put("y", "opk", s(pk), "osk", b(2));
            put("z", "opk", s(pk), "osk", b(2, 1));
            Map<String, AttributeValue> bounds = attributes(":from", b(1, 6), ":to", b(2));
            assertSortKeys("order", "opk = :h AND osk BETWEEN :from AND :to", bounds, "y");
            assertSortKeys("order", "opk = :h AND osk > :from", Map.of(":from", b(1, 6)), "y", "z");
        }

        @Test
        void projectionsOfAttributes() {
            put("a", "dpk", s(pk), "due", n(1), "opk", s(pk), "osk", b(1), "wpk", s(pk), "meta", s("m"), "x", n(9));
            assertSortKeys("whole", "wpk = :h", Map.of(), "a");
            assertSortKeys("due", "dpk = :h", Map.of(), "a");
            assertSortKeys("order", "opk = :h", Map.of(), "a");
            assertEquals(
                    Set.of("pk", "sk", "dpk", "due"),
                    query("due", "dpk = :h", Map.of(), r -> {}).items().get(0).keySet());
            assertEquals(
                    Set.of("pk", "sk", "opk", "osk", "meta"),
                    query("order", "opk = :h", Map.of(), r -> {}).items().get(0).keySet());
            assertEquals(
                    get("a"),
                    query("whole", "wpk = :h", Map.of(), r -> {}).items().get(0));
            assertEquals(
                    List.of(attributes("meta", s("m"))),
                    query("order", "opk = :h", Map.of(), r -> r.projectionExpression("meta"))
                            .items());
        }

        @Test
        void filtersSeeProjectedAttributes() {
            put("a", "opk", s(pk), "osk", b(1), "meta", s("m"));
            put("b", "opk", s(pk), "osk", b(2), "meta", s("k"));
            assertSortKeys("order", "opk = :h", Map.of(), "a", "b");
            assertEquals(
                    List.of("b"),
                    strings(
                            query("order", "opk = :h", Map.of(":k", s("k")), r -> r.filterExpression("meta = :k"))
                                    .items(),
                            "sk"));
        }

        @Test
        void equalKeys_areAllHeld_andPaged() {
            for (String sk : List.of("a", "b", "c", "d", "e")) {
                due(sk, 7);
            }
            eventually(
                    Capability.IMMEDIATE_INDEXES,
                    () -> assertEquals(
                            5,
                            query("due", "dpk = :h", Map.of(), r -> r.select(Select.COUNT))
                                    .count()));
            Map<String, AttributeValue> start = null;
            Set<String> seen = new java.util.HashSet<>();
            do {
                Map<String, AttributeValue> from = start;
                QueryResponse page =
                        query("due", "dpk = :h", Map.of(), r -> r.limit(2).exclusiveStartKey(from));
                strings(page.items(), "sk").forEach(sk -> assertEquals(true, seen.add(sk), sk));
                start = page.hasLastEvaluatedKey() ? page.lastEvaluatedKey() : null;
                if (start != null) {
                    assertEquals(Set.of("pk", "sk", "dpk", "due"), start.keySet());
                }
            } while (start != null);
            assertEquals(5, seen.size());
        }

        @Test
        void isReadEventuallyConsistent_only() {
            invalid(() -> query("due", "dpk = :h", Map.of(), r -> r.consistentRead(true)));
        }

        @Test
        void startKey_hasTheKeysOfIndexAndTable() {
            invalid(() -> query("due", "dpk = :h", Map.of(), r -> r.exclusiveStartKey(key("a"))));
            invalid(() -> query(
                    "due", "dpk = :h", Map.of(), r -> r.exclusiveStartKey(attributes("dpk", s(pk), "due", n(1)))));
        }

        @Test
        void attributesThatAreNotProjected_cannotBeSelected() {
            invalid(() -> query("due", "dpk = :h", Map.of(), r -> r.select(Select.ALL_ATTRIBUTES)));
        }
    }

    @Nested
    class Local {

        @Test
        void ordersAPartitionByAnotherKey_andIsSparse() {
            put("a", "lsk", s("3"), "x", n(1));
            put("b", "lsk", s("1"));
            put("c");
            QueryResponse response = query("lane", "pk = :h", Map.of(), r -> r.consistentRead(true));
            assertEquals(List.of("b", "a"), strings(response.items(), "sk"));
            assertEquals(Set.of("pk", "sk", "lsk"), response.items().get(1).keySet());
            assertEquals(
                    List.of("a"),
                    strings(
                            query("lane", "pk = :h AND lsk > :v", Map.of(":v", s("1")), r -> r.consistentRead(true))
                                    .items(),
                            "sk"));
        }

        @Test
        void isPaged_inBothDirections() {
            put("a", "lsk", s("1"));
            put("b", "lsk", s("2"));
            put("c", "lsk", s("0"));
            QueryResponse first = query(
                    "lane", "pk = :h", Map.of(), r -> r.consistentRead(true).limit(2));
            assertEquals(List.of("c", "a"), strings(first.items(), "sk"));
            assertEquals(item("a", "lsk", s("1")), first.lastEvaluatedKey());
            QueryResponse second = query("lane", "pk = :h", Map.of(), r -> r.consistentRead(true)
                    .limit(2)
                    .exclusiveStartKey(first.lastEvaluatedKey()));
            assertEquals(List.of("b"), strings(second.items(), "sk"));
            assertFalse(second.hasLastEvaluatedKey());
            assertEquals(
                    List.of("b", "a", "c"),
                    strings(
                            query("lane", "pk = :h", Map.of(), r -> r.consistentRead(true)
                                            .scanIndexForward(false))
                                    .items(),
                            "sk"));
        }
    }

    @Test
    void missingIndex_isRejected() {
        invalid(() -> query("none", "pk = :h", Map.of(), r -> {}));
    }
}
