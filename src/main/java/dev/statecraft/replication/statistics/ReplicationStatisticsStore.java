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
 * The sums over all spaces of a game, in the replication table.
 *
 * <ul>
 *   <li>Sums: {@code pk} = game#statistics, {@code sk} = one of {@value #SHARDS} shards, so that many can be added to
 *       at once; one number for each {@link Sum}.
 *   <li>What of a space is in the sums: {@code pk} = game#spaces, {@code sk} = space, with the attributes of the head
 *       ({@link LogStore}) that was counted last.
 *   <li>Guard: both are moved in one transaction, and only from the head that was counted last, so a head that is
 *       delivered twice counts once.
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

    /** What is summed up. */
    public enum Sum {
        /** Entities that exist. */
        ENTITIES,
        /** Versions that are kept. */
        VERSIONS,
        /** Changes that had conflicts to resolve, ever. */
        CONFLICTS,
        /** Updates that wait for somebody to decide. */
        PENDING,
        /** Commits, ever. */
        COMMITS,
        /** Bytes of all states as plain text. */
        PLAIN_BYTES,
        /** Bytes of all states as they are stored. */
        STORED_BYTES,
        /** Players with a subscription. */
        PLAYERS,
        /** Those of them that have been sent their entities. */
        SYNCED_PLAYERS,
        /** Commits that were delivered to a reader. */
        DELIVERIES,
        /** Milliseconds from commit to delivery, summed over the deliveries. */
        DELIVERY_MILLIS
    }

    /** The sums of a game; about 1 RCU. */
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

    /** Adds to the sums; 1 WCU. */
    void add(String game, Map<Sum, Long> amounts) {
        Update update = adding(game, game, amounts);
        dynamo.updateItem(request -> request.tableName(update.tableName())
                .key(update.key())
                .updateExpression(update.updateExpression())
                .expressionAttributeNames(update.expressionAttributeNames())
                .expressionAttributeValues(update.expressionAttributeValues()));
    }

    /**
     * Adds to the sums as part of a transaction.
     *
     * @param spread what decides to which shard is added, such as the player or the space that the amounts are about
     */
    public Update adding(String game, String spread, Map<Sum, Long> amounts) {
        return adding(tables, game, spread, amounts);
    }

    /** The same for stores that are handed no other. */
    public static Update adding(TableNames tables, String game, String spread, Map<Sum, Long> amounts) {
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
                        s(Integer.toString(Math.floorMod(spread.hashCode(), SHARDS)))))
                .updateExpression(add.toString())
                .expressionAttributeNames(names)
                .expressionAttributeValues(values)
                .build();
    }

    /** The head that was counted last; an empty space if none was. */
    Space counted(String game, String space) {
        Map<String, AttributeValue> item = dynamo.getItem(get -> get.tableName(tables.replication())
                        .key(countedKey(game, space))
                        .consistentRead(true))
                .item();
        return item.isEmpty() ? Space.empty(space) : LogStore.toSpace(asHead(game, item));
    }

    /**
     * Counts a head in place of the one counted last.
     *
     * @return false if another one was counted meanwhile
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

    /** The head of a space of a game. */
    record Head(String game, Space space) {}

    /** Reads a record of the log's stream; nothing if it is not about a head. */
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

    /** All spaces of a game as they were counted last; 1 RCU for some 15. */
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

    /** The head of a space as it is; 1 RCU. */
    Space headOf(String game, String space) {
        Map<String, AttributeValue> item = dynamo.getItem(get -> get.tableName(tables.log())
                        .key(LogStore.headKey(game, space))
                        .consistentRead(true))
                .item();
        return item.isEmpty() ? Space.empty(space) : LogStore.toSpace(item);
    }
}
