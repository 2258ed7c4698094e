package dev.statecraft.replication.statistics;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.replication.log.LogStore;
import dev.statecraft.replication.state.Space;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.ItemChange;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.Update;

/**
 * Stores the replication counters of each game in the replication table.
 *
 * <ul>
 *   <li>Counters: {@code pk} = game#statistics, {@code sk} = one of {@value #SHARDS} shards; one number for each
 *       {@link Sum}. A counter is the sum over all shards; the shards let concurrent writers update different items.
 *   <li>Counted head: {@code pk} = game#spaces, {@code sk} = space; the attributes of the head ({@link LogStore}) that
 *       was counted last.
 *   <li>Guard: the counters and the counted head are written in one transaction. Its condition is the counted head
 *       that was read, so a head that is delivered twice is counted once.
 * </ul>
 */
@ApplicationScoped
public class ReplicationStatisticsStore {

    private static final int SHARDS = 16;

    private final DynamoDbClient dynamo;
    private final TableNames tables;

    public ReplicationStatisticsStore(DynamoDbClient dynamo, TableNames tables) {
        this.dynamo = dynamo;
        this.tables = tables;
    }

    /** Counters of a game. The names are stored attribute names. */
    public enum Sum {
        /** Number of existing entities. */
        ENTITIES,
        /** Number of stored versions. */
        VERSIONS,
        /** Total number of versions with conflicts. */
        CONFLICTS,
        /** Number of parked conflicts. */
        PENDING,
        /** Total number of commits. */
        COMMITS,
        /** Uncompressed bytes of all current states. */
        PLAIN_BYTES,
        /** Stored bytes of all current states. */
        STORED_BYTES,
        /** Number of players with a subscription. */
        PLAYERS,
        /** Number of players with a subscription whose entities were sent to them. */
        SYNCED_PLAYERS,
        /** Total number of commits delivered to waiting clients. */
        DELIVERIES,
        /** Sum of the times from commit to delivery in milliseconds. */
        DELIVERY_MILLIS
    }

    /** Returns the counters of a game. Cost: about 1 RCU. */
    Map<Sum, Long> read(String game) {
        Map<Sum, Long> sums = new TreeMap<>();
        dynamo.query(query -> query.tableName(tables.replication())
                        .keyConditionExpression("pk = :pk")
                        .expressionAttributeValues(Map.of(":pk", s(PartitionKey.of(game, "statistics")))))
                .items()
                .forEach(item -> {
                    for (Sum sum : Sum.values()) {
                        sums.merge(sum, Attributes.number(item, sum.name(), 0), Long::sum);
                    }
                });
        return sums;
    }

    /** Adds amounts to the counters of a game. Cost: 1 WCU. */
    void add(String game, Map<Sum, Long> amounts) {
        Update update = adding(game, game, amounts);
        dynamo.updateItem(request -> request.tableName(update.tableName())
                .key(update.key())
                .updateExpression(update.updateExpression())
                .expressionAttributeNames(update.expressionAttributeNames())
                .expressionAttributeValues(update.expressionAttributeValues()));
    }

    /**
     * Returns an update that adds amounts to the counters, for use in a transaction.
     *
     * @param shardKey selects the shard by its hash, such as the player or the space of the amounts
     */
    public Update adding(String game, String shardKey, Map<Sum, Long> amounts) {
        return adding(tables, game, shardKey, amounts);
    }

    /** Returns an update that adds amounts to the counters, for stores that do not have this store. */
    public static Update adding(TableNames tables, String game, String shardKey, Map<Sum, Long> amounts) {
        Map<String, String> names = new HashMap<>();
        Map<String, AttributeValue> values = new HashMap<>();
        StringBuilder add = new StringBuilder();
        amounts.forEach((sum, amount) -> {
            names.put("#" + sum.name(), sum.name());
            values.put(":" + sum.name(), n(amount));
            add.append(add.isEmpty() ? "ADD " : ", ").append("#" + sum.name()).append(" :" + sum.name());
        });
        return Update.builder()
                .tableName(tables.replication())
                .key(Map.of(
                        "pk",
                        s(PartitionKey.of(game, "statistics")),
                        "sk",
                        s(Integer.toString(Math.floorMod(shardKey.hashCode(), SHARDS)))))
                .updateExpression(add.toString())
                .expressionAttributeNames(names)
                .expressionAttributeValues(values)
                .build();
    }

    /** Returns the counted head of a space, strongly consistent; an empty space if none was counted. Cost: 1 RCU. */
    Space counted(String game, String space) {
        Map<String, AttributeValue> item = dynamo.getItem(get -> get.tableName(tables.replication())
                        .key(countedKey(game, space))
                        .consistentRead(true))
                .item();
        return item.isEmpty() ? Space.empty(space) : LogStore.toSpace(asHead(game, item));
    }

    /**
     * Adds the difference between the counted head and a new head to the counters, and stores the new head as counted.
     * Cost: 4 WCU.
     *
     * @return false if a concurrent writer counted another head; nothing is written then
     */
    boolean count(String game, Space before, Space after) {
        Map<Sum, Long> amounts = new HashMap<>();
        amounts.put(Sum.ENTITIES, after.entities() - before.entities());
        amounts.put(Sum.VERSIONS, after.versions() - before.versions());
        amounts.put(Sum.CONFLICTS, after.conflicts() - before.conflicts());
        amounts.put(Sum.COMMITS, after.seq() - before.seq());
        amounts.put(Sum.PLAIN_BYTES, after.plainBytes() - before.plainBytes());
        amounts.put(Sum.STORED_BYTES, after.storedBytes() - before.storedBytes());
        Map<String, AttributeValue> item = new HashMap<>(LogStore.headItem(game, after));
        item.putAll(countedKey(game, after.name()));
        Put.Builder put = Put.builder().tableName(tables.replication()).item(item);
        if (before.seq() == 0) {
            put.conditionExpression("attribute_not_exists(pk)");
        } else {
            put.conditionExpression("q = :seq").expressionAttributeValues(Map.of(":seq", n(before.seq())));
        }
        try {
            dynamo.transactWriteItems(write -> write.transactItems(
                    TransactWriteItem.builder().put(put.build()).build(),
                    TransactWriteItem.builder()
                            .update(adding(game, after.name(), amounts))
                            .build()));
            return true;
        } catch (TransactionCanceledException e) {
            if (e.cancellationReasons().stream()
                    .noneMatch(reason -> Objects.equals(reason.code(), "ConditionalCheckFailed")
                            || Objects.equals(reason.code(), "TransactionConflict"))) {
                throw e;
            }
            return false;
        }
    }

    /** Head of a space and the game that owns it. */
    record Head(String game, Space space) {}

    /** Reads a record of the commit log's stream; empty if it is not the record of a head. */
    static Optional<Head> head(ItemChange change) {
        Map<String, AttributeValue> item = change.after();
        if (item == null || !LogStore.isHead(item)) {
            return Optional.empty();
        }
        String pk = Attributes.string(item, "pk");
        return Optional.of(new Head(pk.substring(0, pk.indexOf('#')), LogStore.toSpace(item)));
    }

    private static Map<String, AttributeValue> countedKey(String game, String space) {
        return Map.of("pk", s(PartitionKey.of(game, "spaces")), "sk", s(space));
    }

    private static Map<String, AttributeValue> asHead(String game, Map<String, AttributeValue> counted) {
        Map<String, AttributeValue> item = new HashMap<>(counted);
        item.putAll(LogStore.headKey(game, Attributes.string(counted, "sk")));
        return item;
    }

    /** Returns the counted heads of all spaces of a game, strongly consistent. Cost: 1 RCU per about 15 spaces. */
    List<Space> countedSpaces(String game) {
        return dynamo
                .queryPaginator(query -> query.tableName(tables.replication())
                        .keyConditionExpression("pk = :pk")
                        .expressionAttributeValues(Map.of(":pk", s(PartitionKey.of(game, "spaces"))))
                        .consistentRead(true))
                .items()
                .stream()
                .map(item -> LogStore.toSpace(asHead(game, item)))
                .toList();
    }

    /** Returns the current head of a space, strongly consistent; an empty space if there is none. Cost: 1 RCU. */
    Space headOf(String game, String space) {
        Map<String, AttributeValue> item = dynamo.getItem(get -> get.tableName(tables.log())
                        .key(LogStore.headKey(game, space))
                        .consistentRead(true))
                .item();
        return item.isEmpty() ? Space.empty(space) : LogStore.toSpace(item);
    }
}
