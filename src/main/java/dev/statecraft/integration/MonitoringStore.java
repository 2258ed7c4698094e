package dev.statecraft.integration;

import static dev.statecraft.table.Attributes.b;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.PackedJson;
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
 * Monitoring points and what is counted of requests, in the integration table.
 *
 * <ul>
 *   <li>A point: {@code pk} = game#points, {@code sk} = its time in 16 digits, {@code pt} packed values. It goes when one
 *       is taken that is younger by {@code monitoring-retention}, and not by a TTL, so that their number stays known.
 *   <li>The head: {@code pk} = game#monitoring, {@code sk} = {@code head}, {@code c} points that are kept, {@code at} of
 *       the last one, {@code rq}, {@code er}, {@code ce}, {@code ms} and {@code h0} to {@code h11} what was counted of
 *       requests when it was taken.
 *   <li>Requests: {@code pk} = game#traffic, {@code sk} = one of {@value #SHARDS} shards, the same numbers, ever.
 *   <li>Guard: a point is taken in one transaction with the head, and from the head it was read with.
 * </ul>
 */
@ApplicationScoped
public class MonitoringStore {

    private static final int SHARDS = 8;

    /** Points that are dropped when one is taken; more than are taken. */
    private static final int DROPPED = 20;

    private static final int DEFLATE_BYTES = 256;

    private final DynamoDbClient dynamo;
    private final TableNames tables;

    MonitoringStore(DynamoDbClient dynamo, TableNames tables) {
        this.dynamo = dynamo;
        this.tables = tables;
    }

    /** How many points are kept, when the last one was taken (epoch milliseconds), and what was counted then. */
    record Head(long points, long at, Traffic traffic) {}

    /** Reads the head; 1 RCU. */
    Head head(String game) {
        Map<String, AttributeValue> item = dynamo.getItem(get ->
                        get.tableName(tables.integration()).key(headKey(game)).consistentRead(true))
                .item();
        return new Head(Attributes.number(item, "c", 0), Attributes.number(item, "at", 0), traffic(item));
    }

    /** What was counted of requests ever; 1 RCU. */
    Traffic traffic(String game) {
        Traffic sum = Traffic.NONE;
        for (Map<String, AttributeValue> item : dynamo.query(query -> query.tableName(tables.integration())
                        .keyConditionExpression("pk = :pk")
                        .expressionAttributeValues(Map.of(":pk", s(PartitionKey.of(game, "traffic"))))
                        .consistentRead(true))
                .items()) {
            sum = sum.plus(traffic(item));
        }
        return sum;
    }

    /** Adds to what was counted; 1 WCU. */
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
                        s(PartitionKey.of(game, "traffic")),
                        "sk",
                        s(Integer.toString(Math.floorMod(shard, SHARDS)))))
                .updateExpression(add.toString())
                .expressionAttributeNames(names)
                .expressionAttributeValues(values));
    }

    /**
     * Keeps a point and drops those that are too old; about 2 WCU for each, and 2 for the head.
     *
     * @param oldest epoch milliseconds; what was taken before is dropped, {@value #DROPPED} points at a time
     * @return false if somebody else took one meanwhile; nothing is written then
     */
    boolean take(String game, Head seen, long at, ObjectNode point, Traffic traffic, long oldest) {
        List<Map<String, AttributeValue>> old = dynamo.query(query -> query.tableName(tables.integration())
                        .keyConditionExpression("pk = :pk AND sk < :oldest")
                        .expressionAttributeValues(
                                Map.of(":pk", s(points(game)), ":oldest", s(Occurrence.position(oldest))))
                        .consistentRead(true)
                        .limit(DROPPED))
                .items();
        List<TransactWriteItem> writes = new ArrayList<>();
        Map<String, AttributeValue> head = new HashMap<>(headKey(game));
        head.put("c", n(seen.points() + 1 - old.size()));
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
        item.put("sk", s(Occurrence.position(at)));
        item.put("pt", b(PackedJson.of(point, DEFLATE_BYTES).bytes()));
        writes.add(TransactWriteItem.builder()
                .put(kept ->
                        kept.tableName(tables.integration()).item(item).conditionExpression("attribute_not_exists(pk)"))
                .build());
        old.forEach(gone -> writes.add(TransactWriteItem.builder()
                .delete(Delete.builder()
                        .tableName(tables.integration())
                        .key(Map.of("pk", s(points(game)), "sk", s(Attributes.string(gone, "sk"))))
                        .build())
                .build()));
        try {
            dynamo.transactWriteItems(transaction -> transaction.transactItems(writes));
            return true;
        } catch (TransactionCanceledException e) {
            boolean overtaken = e.cancellationReasons().stream()
                    .anyMatch(reason -> "ConditionalCheckFailed".equals(reason.code())
                            || "TransactionConflict".equals(reason.code()));
            if (!overtaken) {
                throw e;
            }
            return false;
        }
    }

    /**
     * Points in the order of their times; 1 RCU for 4 KB.
     *
     * @param from epoch milliseconds, included
     */
    List<ObjectNode> points(String game, long from, int limit) {
        List<ObjectNode> found = new ArrayList<>();
        Map<String, AttributeValue> start = Map.of();
        do {
            QueryRequest.Builder query = QueryRequest.builder()
                    .tableName(tables.integration())
                    .keyConditionExpression("pk = :pk AND sk >= :from")
                    .expressionAttributeValues(Map.of(":pk", s(points(game)), ":from", s(Occurrence.position(from))))
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

    /** The last point taken at a time or before; empty if there is none. */
    List<ObjectNode> lastBefore(String game, long at) {
        return dynamo
                .query(query -> query.tableName(tables.integration())
                        .keyConditionExpression("pk = :pk AND sk <= :at")
                        .expressionAttributeValues(Map.of(":pk", s(points(game)), ":at", s(Occurrence.position(at))))
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
