package dev.statecraft.erasure;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.erasure.Erasure.Part;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.ContentionException;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * The erasures table.
 *
 * <ul>
 *   <li>Erasures: {@code pk} = game#erasure#id, {@code sk} = {@code erasure}; {@code p} player, {@code by}, {@code at},
 *       {@code end}, {@code part}, {@code c} cursor, {@code l} start of the second pass, {@code n} counts by part,
 *       {@code v} version, {@code ttl}.
 *   <li>Active erasures: {@code pk} = game#running, {@code sk} = id, {@code p} player; deleted when the erasure
 *       finishes.
 *   <li>Received notifications: {@code pk} = game#notice#hash of the body, {@code sk} = {@code notice}, {@code ttl}.
 *   <li>Guard of an erasure: its version. The start and the end of an erasure write both items in one transaction.
 * </ul>
 */
@ApplicationScoped
public class ErasureStore {

    private static final String RECORD = "erasure";
    private static final String NOTICE = "notice";

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final ErasureConfig config;

    ErasureStore(DynamoDbClient dynamo, TableNames tables, ErasureConfig config) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.config = config;
    }

    /** Stores a new erasure. Cost: 4 WCU. */
    void create(String game, Erasure erasure) {
        if (!write(game, erasure, "attribute_not_exists(pk)", Map.of())) {
            throw new IllegalStateException("An erasure with this id already exists: " + erasure.id());
        }
    }

    /**
     * Stores the next version of an erasure. Cost: 1 WCU; 4 WCU for a finished erasure.
     *
     * @return false if another writer won the race
     */
    boolean replace(String game, Erasure erasure) {
        Map<String, AttributeValue> before = Map.of(":v", n(erasure.version() - 1));
        if (erasure.isFinished()) {
            return write(game, erasure, "v = :v", before);
        }
        try {
            dynamo.putItem(put -> put.tableName(tables.erasures())
                    .item(toItem(game, erasure))
                    .conditionExpression("v = :v")
                    .expressionAttributeValues(before));
            return true;
        } catch (ConditionalCheckFailedException e) {
            return false;
        }
    }

    private boolean write(String game, Erasure erasure, String condition, Map<String, AttributeValue> values) {
        Map<String, AttributeValue> running = runningKey(game, erasure.id());
        List<TransactWriteItem> items = List.of(
                TransactWriteItem.builder()
                        .put(put -> put.tableName(tables.erasures())
                                .item(toItem(game, erasure))
                                .conditionExpression(condition)
                                .expressionAttributeValues(values.isEmpty() ? null : values))
                        .build(),
                erasure.isFinished()
                        ? TransactWriteItem.builder()
                                .delete(delete ->
                                        delete.tableName(tables.erasures()).key(running))
                                .build()
                        : TransactWriteItem.builder()
                                .put(put -> put.tableName(tables.erasures()).item(runningItem(running, erasure)))
                                .build());
        try {
            dynamo.transactWriteItems(write -> write.transactItems(items));
            return true;
        } catch (TransactionCanceledException e) {
            if (e.cancellationReasons().stream().noneMatch(reason -> "ConditionalCheckFailed".equals(reason.code()))) {
                throw new ContentionException("Erasure " + erasure.id());
            }
            return false;
        }
    }

    /** Reads an erasure with strong consistency; empty if it does not exist. Cost: 1 RCU. */
    Optional<Erasure> read(String game, String id) {
        Map<String, AttributeValue> item = dynamo.getItem(get ->
                        get.tableName(tables.erasures()).key(key(game, id)).consistentRead(true))
                .item();
        return item.isEmpty() ? Optional.empty() : Optional.of(fromItem(id, item));
    }

    private static Map<String, AttributeValue> runningItem(Map<String, AttributeValue> key, Erasure erasure) {
        Map<String, AttributeValue> item = new HashMap<>(key);
        item.put("p", s(String.valueOf(erasure.playerId())));
        return item;
    }

    /**
     * The erasure of a player in its first pass. Cost: 1 RCU per 40 active erasures, plus 1 RCU per erasure of the
     * player.
     */
    Optional<Erasure> firstPassOf(String game, String playerId) {
        return dynamo
                .queryPaginator(query -> query.tableName(tables.erasures())
                        .keyConditionExpression("pk = :pk")
                        .filterExpression("p = :player")
                        .expressionAttributeValues(
                                Map.of(":pk", s(PartitionKey.of(game, "running")), ":player", s(playerId)))
                        .consistentRead(true))
                .items()
                .stream()
                .flatMap(item -> read(game, Attributes.string(item, "sk")).stream())
                .filter(erasure -> !erasure.isFinished() && erasure.secondLookAt() == null)
                .findFirst();
    }

    /** Ids of active erasures, at most {@code limit}. Cost: 0.5 RCU if there are none. */
    List<String> running(String game, int limit) {
        return dynamo
                .query(query -> query.tableName(tables.erasures())
                        .keyConditionExpression("pk = :pk")
                        .expressionAttributeValues(Map.of(":pk", s(PartitionKey.of(game, "running"))))
                        .limit(limit))
                .items()
                .stream()
                .map(item -> Attributes.string(item, "sk"))
                .toList();
    }

    /** Whether a notification is recorded, read with strong consistency. Cost: 1 RCU. */
    boolean isRecorded(String game, String hash) {
        return dynamo.getItem(get -> get.tableName(tables.erasures())
                        .key(Map.of("pk", s(PartitionKey.of(game, NOTICE, hash)), "sk", s(NOTICE)))
                        .consistentRead(true))
                .hasItem();
    }

    /**
     * Records a notification. Cost: 1 WCU.
     *
     * @return false if it is already recorded
     */
    boolean record(String game, String hash, Instant now, Duration retention) {
        try {
            dynamo.putItem(put -> put.tableName(tables.erasures())
                    .item(Map.of(
                            "pk", s(PartitionKey.of(game, NOTICE, hash)),
                            "sk", s(NOTICE),
                            "ttl", n(now.plus(retention).getEpochSecond())))
                    .conditionExpression("attribute_not_exists(pk)")
                    .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.NONE));
            return true;
        } catch (ConditionalCheckFailedException e) {
            return false;
        }
    }

    /** Whether an item is an erasure, active or finished. */
    static boolean isErasure(String sortKey) {
        return RECORD.equals(sortKey);
    }

    private static Map<String, AttributeValue> key(String game, String id) {
        return Map.of("pk", s(PartitionKey.of(game, RECORD, id)), "sk", s(RECORD));
    }

    private static Map<String, AttributeValue> runningKey(String game, String id) {
        return Map.of("pk", s(PartitionKey.of(game, "running")), "sk", s(id));
    }

    private Map<String, AttributeValue> toItem(String game, Erasure erasure) {
        Map<String, AttributeValue> item = new HashMap<>(key(game, erasure.id()));
        if (erasure.playerId() != null) {
            item.put("p", s(erasure.playerId()));
        }
        item.put("by", s(erasure.requestedBy()));
        item.put("at", n(erasure.requestedAt().toEpochMilli()));
        Instant end = erasure.finishedAt();
        if (end != null) {
            item.put("end", n(end.toEpochMilli()));
            item.put("ttl", n(end.plus(config.receiptsKept()).getEpochSecond()));
        }
        if (erasure.part() != null) {
            item.put("part", s(erasure.part().name()));
        }
        if (erasure.cursor() != null) {
            item.put("c", s(erasure.cursor()));
        }
        if (erasure.secondLookAt() != null) {
            item.put("l", n(erasure.secondLookAt().toEpochMilli()));
        }
        Map<String, AttributeValue> counts = new HashMap<>();
        erasure.erased().forEach((part, count) -> counts.put(part.name(), n(count)));
        item.put("n", AttributeValue.fromM(counts));
        item.put("v", n(erasure.version()));
        return item;
    }

    private static Erasure fromItem(String id, Map<String, AttributeValue> item) {
        String part = Attributes.stringOrNull(item, "part");
        Map<Part, Long> counts = new TreeMap<>();
        Attributes.map(item, "n").forEach((name, count) -> counts.put(Part.valueOf(name), Long.valueOf(count.n())));
        return new Erasure(
                id,
                Attributes.stringOrNull(item, "p"),
                Attributes.string(item, "by"),
                Instant.ofEpochMilli(Attributes.number(item, "at")),
                item.containsKey("end") ? Instant.ofEpochMilli(Attributes.number(item, "end")) : null,
                part == null ? null : Part.valueOf(part),
                Attributes.stringOrNull(item, "c"),
                item.containsKey("l") ? Instant.ofEpochMilli(Attributes.number(item, "l")) : null,
                counts,
                Attributes.number(item, "v"));
    }
}
