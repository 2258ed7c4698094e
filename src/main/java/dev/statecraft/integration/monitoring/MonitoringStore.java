package dev.statecraft.integration.monitoring;

import static dev.statecraft.table.Attributes.b;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.integration.event.SourceChange;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Delete;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * Stores the monitoring data points and the request counts in the integration table.
 *
 * <ul>
 *   <li>Data point: {@code pk} = game#points, {@code sk} = its time in 16 digits, {@code pt} packed values. Expired
 *       data points are deleted when a new one is appended. They have no TTL, so that the head holds their exact
 *       number.
 *   <li>Head: {@code pk} = game#monitoring, {@code sk} = {@code head}, {@code c} number of stored data points, {@code
 *       at} time of the last one, {@code rq}, {@code er}, {@code ce}, {@code ms} and {@code h0} to {@code h11} the
 *       total request counts at that time.
 *   <li>Request counts: {@code pk} = game#traffic, {@code sk} = one of {@value #SHARDS} shards, the total request
 *       counts of the shard under the same names.
 *   <li>Guard: a data point and the head are written in one transaction. Its condition is the head that was read.
 * </ul>
 */
@ApplicationScoped
public class MonitoringStore {

    private static final int SHARDS = 8;

    private static final String TRAFFIC = "traffic";

    /**
     * Maximum number of expired data points that one append deletes. The transaction has room for 98; an idle stack appends
     * few data points, so the last day of activity must expire with few of them.
     */
    private static final int DELETED_PER_APPEND = 90;

    private static final int DEFLATE_BYTES = 256;

    private final DynamoDbClient dynamo;
    private final TableNames tables;

    MonitoringStore(DynamoDbClient dynamo, TableNames tables) {
        this.dynamo = dynamo;
        this.tables = tables;
    }

    /**
     * State of the series of data points.
     *
     * @param points number of stored data points
     * @param at time of the last data point in Unix milliseconds, 0 if there is none
     * @param traffic total request counts at the last data point
     */
    record Head(long points, long at, Traffic traffic) {}

    /** Reads the head, strongly consistent. Cost: 1 RCU. */
    Head head(String game) {
        Map<String, AttributeValue> item = dynamo.getItem(get ->
                        get.tableName(tables.integration()).key(headKey(game)).consistentRead(true))
                .item();
        return new Head(Attributes.number(item, "c", 0), Attributes.number(item, "at", 0), traffic(item));
    }

    /** Returns the total request counts of all shards, strongly consistent. Cost: 1 RCU. */
    Traffic traffic(String game) {
        Traffic sum = Traffic.NONE;
        for (Map<String, AttributeValue> item : dynamo.query(query -> query.tableName(tables.integration())
                        .keyConditionExpression("pk = :pk")
                        .expressionAttributeValues(Map.of(":pk", s(PartitionKey.of(game, TRAFFIC))))
                        .consistentRead(true))
                .items()) {
            sum = sum.plus(traffic(item));
        }
        return sum;
    }

    /** Whether an item holds request counts. */
    static boolean isTraffic(String partitionKey) {
        return partitionKey.endsWith("#" + TRAFFIC);
    }

    /** Adds request counts to a shard. Cost: 1 WCU; none if all counts are 0. */
    void add(String game, int shard, Traffic more) {
        Map<String, String> names = new HashMap<>();
        Map<String, AttributeValue> values = new HashMap<>();
        StringBuilder add = new StringBuilder();
        more.numbers().forEach((name, value) -> {
            if (value != 0) {
                names.put("#" + name, name);
                values.put(":" + name, n(value));
                add.append(add.isEmpty() ? "ADD " : ", ")
                        .append('#')
                        .append(name)
                        .append(" :")
                        .append(name);
            }
        });
        if (values.isEmpty()) {
            return;
        }
        dynamo.updateItem(update -> update.tableName(tables.integration())
                .key(Map.of(
                        "pk",
                        s(PartitionKey.of(game, TRAFFIC)),
                        "sk",
                        s(Integer.toString(Math.floorMod(shard, SHARDS)))))
                .updateExpression(add.toString())
                .expressionAttributeNames(names)
                .expressionAttributeValues(values));
    }

    /**
     * Appends a data point and deletes expired ones. Cost: about 2 WCU per data point and 2 for the head.
     *
     * @param at time of the data point in Unix milliseconds
     * @param oldest Unix milliseconds; up to {@value #DELETED_PER_APPEND} data points before this time are deleted
     * @return false if another instance appended a data point after the head was read; nothing is written then
     */
    boolean append(String game, Head seen, long at, ObjectNode point, Traffic traffic, long oldest) {
        List<Map<String, AttributeValue>> expired = dynamo.query(query -> query.tableName(tables.integration())
                        .keyConditionExpression("pk = :pk AND sk < :oldest")
                        .expressionAttributeValues(
                                Map.of(":pk", s(points(game)), ":oldest", s(SourceChange.position(oldest))))
                        .consistentRead(true)
                        .limit(DELETED_PER_APPEND))
                .items();
        List<TransactWriteItem> writes = new ArrayList<>();
        Map<String, AttributeValue> head = new HashMap<>(headKey(game));
        head.put("c", n(seen.points() + 1 - expired.size()));
        head.put("at", n(at));
        traffic.numbers().forEach((name, value) -> head.put(name, n(value)));
        Put.Builder put = Put.builder().tableName(tables.integration()).item(head);
        if (seen.at() == 0) {
            put.conditionExpression("attribute_not_exists(pk)");
        } else {
            put.conditionExpression("#at = :at")
                    .expressionAttributeNames(Map.of("#at", "at"))
                    .expressionAttributeValues(Map.of(":at", n(seen.at())));
        }
        writes.add(TransactWriteItem.builder().put(put.build()).build());
        Map<String, AttributeValue> item = new HashMap<>();
        item.put("pk", s(points(game)));
        item.put("sk", s(SourceChange.position(at)));
        item.put("pt", b(PackedJson.of(point, DEFLATE_BYTES).bytes()));
        writes.add(TransactWriteItem.builder()
                .put(added -> added.tableName(tables.integration())
                        .item(item)
                        .conditionExpression("attribute_not_exists(pk)"))
                .build());
        expired.forEach(old -> writes.add(TransactWriteItem.builder()
                .delete(Delete.builder()
                        .tableName(tables.integration())
                        .key(Map.of("pk", s(points(game)), "sk", s(Attributes.string(old, "sk"))))
                        .build())
                .build()));
        try {
            dynamo.transactWriteItems(transaction -> transaction.transactItems(writes));
            return true;
        } catch (TransactionCanceledException e) {
            boolean lostRace = e.cancellationReasons().stream()
                    .anyMatch(reason -> "ConditionalCheckFailed".equals(reason.code())
                            || "TransactionConflict".equals(reason.code()));
            if (!lostRace) {
                throw e;
            }
            return false;
        }
    }

    /**
     * Returns data points, oldest first, strongly consistent. Cost: 1 RCU per 4 KB.
     *
     * @param from returns data points at or after this time, in Unix milliseconds
     */
    List<ObjectNode> points(String game, long from, int limit) {
        List<ObjectNode> found = new ArrayList<>();
        Map<String, AttributeValue> start = Map.of();
        do {
            QueryRequest.Builder query = QueryRequest.builder()
                    .tableName(tables.integration())
                    .keyConditionExpression("pk = :pk AND sk >= :from")
                    .expressionAttributeValues(Map.of(":pk", s(points(game)), ":from", s(SourceChange.position(from))))
                    .consistentRead(true)
                    .limit(limit - found.size());
            if (!start.isEmpty()) {
                query.exclusiveStartKey(start);
            }
            QueryResponse response = dynamo.query(query.build());
            response.items().forEach(item -> found.add(point(item)));
            start = response.lastEvaluatedKey();
        } while (!start.isEmpty() && found.size() < limit);
        return found;
    }

    /** Returns the last data point at or before a time (Unix milliseconds); empty if there is none. Cost: 0.5 RCU. */
    List<ObjectNode> lastBefore(String game, long at) {
        return dynamo
                .query(query -> query.tableName(tables.integration())
                        .keyConditionExpression("pk = :pk AND sk <= :at")
                        .expressionAttributeValues(Map.of(":pk", s(points(game)), ":at", s(SourceChange.position(at))))
                        .scanIndexForward(false)
                        .limit(1))
                .items()
                .stream()
                .map(MonitoringStore::point)
                .toList();
    }

    private static ObjectNode point(Map<String, AttributeValue> item) {
        return (ObjectNode) PackedJson.stored(Attributes.bytes(item, "pt")).value();
    }

    private static Traffic traffic(Map<String, AttributeValue> item) {
        Map<String, Long> numbers = new HashMap<>();
        Traffic.NONE.numbers().keySet().forEach(name -> numbers.put(name, Attributes.number(item, name, 0)));
        return Traffic.of(numbers);
    }

    private static String points(String game) {
        return PartitionKey.of(game, "points");
    }

    private static Map<String, AttributeValue> headKey(String game) {
        return Map.of("pk", s(PartitionKey.of(game, "monitoring")), "sk", s("head"));
    }
}
