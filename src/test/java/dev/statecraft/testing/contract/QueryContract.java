package dev.statecraft.testing.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.Select;

/** Queries of a table: key conditions, order, pages, filters, counts. */
abstract class QueryContract extends ContractCase {

    private QueryResponse query(
            String condition, Map<String, AttributeValue> values, Consumer<QueryRequest.Builder> more) {
        Map<String, AttributeValue> all = new HashMap<>(values);
        if (condition.contains(":pk")) {
            all.put(":pk", s(pk));
        }
        QueryRequest.Builder request = QueryRequest.builder()
                .tableName(tables().items)
                .keyConditionExpression(condition)
                .expressionAttributeValues(all.isEmpty() ? null : all)
                .consistentRead(true);
        more.accept(request);
        return db().query(request.build());
    }

    private QueryResponse query(Consumer<QueryRequest.Builder> more) {
        return query("pk = :pk", Map.of(), more);
    }

    private void putAll(String... sortKeys) {
        for (String sortKey : sortKeys) {
            put(sortKey, "x", s(sortKey));
        }
    }

    @Nested
    class KeyConditions {

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "pk = :pk                               | a ab abc b c",
                    "pk = :pk AND sk = :ab                  | ab",
                    "sk = :ab AND pk = :pk                  | ab",
                    "(pk = :pk) AND (sk = :ab)              | ab",
                    "pk = :pk AND sk < :ab                  | a",
                    "pk = :pk AND sk <= :ab                 | a ab",
                    "pk = :pk AND sk > :ab                  | abc b c",
                    "pk = :pk AND sk >= :ab                 | ab abc b c",
                    "pk = :pk AND sk BETWEEN :ab AND :b     | ab abc b",
                    "pk = :pk AND begins_with(sk, :ab)      | ab abc",
                    "pk = :pk AND begins_with(sk, :d)       | ''",
                    "pk = :pk and sk between :d and :d      | ''",
                })
        void selectARangeInOrder(String condition, String expected) {
            putAll("b", "abc", "c", "a", "ab");
            QueryResponse response =
                    query(condition, used(attributes(":ab", s("ab"), ":b", s("b"), ":d", s("d")), condition), r -> {});
            assertEquals(expected, String.join(" ", strings(response.items(), "sk")));
            assertEquals(response.items().size(), response.count());
            assertEquals(response.count(), response.scannedCount());
            assertFalse(response.hasLastEvaluatedKey());
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "sk = :ab",
                    "pk > :ab",
                    "begins_with(pk, :ab)",
                    "pk = :pk OR sk = :ab",
                    "pk = :pk AND sk <> :ab",
                    "pk = :pk AND NOT sk = :ab",
                    "pk = :pk AND x = :ab",
                    "pk = :pk AND sk > :ab AND sk < :b",
                    "pk = :pk AND attribute_exists(sk)",
                    "pk = :pk AND sk = :one",
                    "pk = :pk AND sk = :empty",
                    "pk = :pk AND sk BETWEEN :b AND :ab",
                    "pk = :absent",
                    "pk = :pk AND sk = pk",
                })
        void malformed_areRejected(String condition) {
            Map<String, AttributeValue> values =
                    used(attributes(":ab", s("ab"), ":b", s("b"), ":one", n(1), ":empty", s("")), condition);
            invalid(() -> query(condition, values, r -> {}));
        }

        @Test
        void filterOnKeys_isRejected() {
            invalid(() -> query("pk = :pk", Map.of(":x", s("x")), r -> r.filterExpression("sk = :x")));
        }
    }

    @Nested
    class Pages {

        @Test
        void limit_givesPages_inBothDirections() {
            putAll("a", "b", "c", "d", "e");
            assertEquals(List.of(List.of("a", "b"), List.of("c", "d"), List.of("e")), pages(true, 2));
            assertEquals(List.of(List.of("e", "d"), List.of("c", "b"), List.of("a")), pages(false, 2));
        }

        private List<List<String>> pages(boolean forward, int limit) {
            List<List<String>> pages = new ArrayList<>();
            Map<String, AttributeValue> start = null;
            do {
                Map<String, AttributeValue> from = start;
                QueryResponse page =
                        query(r -> r.limit(limit).scanIndexForward(forward).exclusiveStartKey(from));
                if (page.count() > 0) {
                    pages.add(strings(page.items(), "sk"));
                }
                start = page.hasLastEvaluatedKey() ? page.lastEvaluatedKey() : null;
                if (start != null) {
                    assertEquals(
                            key(required(page.items().get(page.items().size() - 1), "sk")
                                    .s()),
                            start);
                }
            } while (start != null);
            return pages;
        }

        @Test
        void pageThatEndsWithTheLastItem_hasAKeyToContinueFrom() {
            putAll("a", "b");
            assertEquals(key("b"), query(r -> r.limit(2)).lastEvaluatedKey());
            QueryResponse after = query(r -> r.limit(2).exclusiveStartKey(key("b")));
            assertEquals(0, after.count());
            assertFalse(after.hasLastEvaluatedKey());
            assertFalse(query(r -> r.limit(3)).hasLastEvaluatedKey());
        }

        @Test
        void startKey_needNotExist() {
            putAll("a", "c");
            assertEquals(
                    List.of("c"),
                    strings(query(r -> r.exclusiveStartKey(key("b"))).items(), "sk"));
            assertEquals(
                    List.of("a"),
                    strings(
                            query(r -> r.exclusiveStartKey(key("b")).scanIndexForward(false))
                                    .items(),
                            "sk"));
        }

        @Test
        void startKey_mustBeAKeyOfThePartition() {
            invalid(() -> query(r -> r.exclusiveStartKey(Map.of("pk", s(pk)))));
            invalid(() -> query(r -> r.exclusiveStartKey(attributes("pk", s(pk), "sk", n(1)))));
            invalid(() -> query(r -> r.exclusiveStartKey(attributes("pk", s("another"), "sk", s("a")))));
            invalid(() -> query(r -> r.exclusiveStartKey(item("a", "x", n(1)))));
            invalid(() -> query(r -> r.limit(0)));
            invalid(() -> query("pk = :pk AND sk < :b", Map.of(":b", s("b")), r -> r.exclusiveStartKey(key("c"))));
            invalid(() -> query("pk = :pk AND sk > :b", Map.of(":b", s("b")), r -> r.exclusiveStartKey(key("a"))
                    .scanIndexForward(false)));
        }

        @Test
        void filter_isAppliedAfterTheLimit() {
            putAll("a", "b", "c", "d");
            QueryResponse page =
                    query("pk = :pk", Map.of(":x", s("c")), r -> r.limit(3).filterExpression("x = :x"));
            assertEquals(List.of("c"), strings(page.items(), "sk"));
            assertEquals(1, page.count());
            assertEquals(3, page.scannedCount());
            assertEquals(key("c"), page.lastEvaluatedKey());
            QueryResponse nothing =
                    query("pk = :pk", Map.of(":x", s("d")), r -> r.limit(2).filterExpression("x = :x"));
            assertEquals(0, nothing.count());
            assertEquals(key("b"), nothing.lastEvaluatedKey());
        }

        @Test
        void page_endsAtOneMegabyte() {
            String large = repeated('x', 300_000);
            for (int i = 0; i < 5; i++) {
                put("k" + i, "x", s(large));
            }
            QueryResponse page = query(r -> {});
            assertEquals(List.of("k0", "k1", "k2", "k3"), strings(page.items(), "sk"));
            assertEquals(key("k3"), page.lastEvaluatedKey());
            QueryResponse projected = query(r -> r.projectionExpression("sk"));
            assertEquals(4, projected.count());
            QueryResponse counted = query(r -> r.select(Select.COUNT));
            assertEquals(4, counted.count());
            assertTrue(counted.hasLastEvaluatedKey());
        }
    }

    @Nested
    class Selected {

        @Test
        void count_returnsNoItems() {
            putAll("a", "b", "c");
            QueryResponse response = query(r -> r.select(Select.COUNT).limit(2));
            assertEquals(2, response.count());
            assertFalse(response.hasItems());
            assertEquals(key("b"), response.lastEvaluatedKey());
        }

        @Test
        void projection_leavesOutOtherAttributes() {
            put("a", "x", n(1), "y", n(2));
            assertEquals(
                    List.of(attributes("x", n(1), "sk", s("a"))),
                    query(r -> r.projectionExpression("x, sk")).items());
        }

        @Test
        void contradictions_areRejected() {
            invalid(() -> query(r -> r.select(Select.COUNT).projectionExpression("x")));
            invalid(() -> query(r -> r.select(Select.ALL_PROJECTED_ATTRIBUTES)));
            invalid(() -> query(r -> r.select(Select.SPECIFIC_ATTRIBUTES)));
        }
    }

    @Nested
    class Orders {

        @Test
        void strings_areOrderedByTheirUtf8Bytes() {
            putAll("Z", "a", "\u00e9", "\uD83C\uDFC6", "\uFFFD", "0", "10", "9");
            assertEquals(
                    List.of("0", "10", "9", "Z", "a", "\u00e9", "\uFFFD", "\uD83C\uDFC6"),
                    strings(query(r -> {}).items(), "sk"));
        }

        @Test
        void numbers_areOrderedByValue() {
            for (String number : List.of("10", "9", "-1", "0.5", "1E2", "-1E2", "0", "12345678901234567890123456789")) {
                db().putItem(r -> r.tableName(tables().numbers).item(attributes("pk", s(pk), "sk", n(number))));
            }
            assertEquals(
                    List.of("-100", "-1", "0", "0.5", "9", "10", "100", "12345678901234567890123456789"),
                    query(r -> r.tableName(tables().numbers)).items().stream()
                            .map(item -> required(item, "sk").n())
                            .toList());
            assertEquals(
                    2,
                    query(
                                    "pk = :pk AND sk BETWEEN :a AND :b",
                                    attributes(":a", n("0.1"), ":b", n("9.0")),
                                    r -> r.tableName(tables().numbers))
                            .count());
        }

        @Test
        void binaries_areOrderedByUnsignedBytes() {
            List<AttributeValue> expected = List.of(b(0), b(0, 0), b(0, 1), b(1), b(127), b(128), b(255), b(255, 0));
            for (AttributeValue value : List.of(b(255, 0), b(128), b(0, 1), b(127), b(0), b(1), b(255), b(0, 0))) {
                db().putItem(r -> r.tableName(tables().binaries).item(attributes("pk", s(pk), "sk", value)));
            }
            assertEquals(
                    expected,
                    query(r -> r.tableName(tables().binaries)).items().stream()
                            .map(item -> item.get("sk"))
                            .toList());
            assertEquals(
                    3,
                    query(
                                    "pk = :pk AND begins_with(sk, :zero)",
                                    Map.of(":zero", b(0)),
                                    r -> r.tableName(tables().binaries))
                            .count());
        }
    }
}
