package dev.statecraft.leaderboard.board;

import static dev.statecraft.table.Attributes.bool;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.table.Attributes;
import dev.statecraft.table.PaddedNumber;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/**
 * Purges of deleted boards, in the boards table.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#purges, {@code sk} = board#epoch. The epoch separates it from a new board with the same id.
 *   <li>Attributes: {@code board} the complete item of the board before its deletion; {@code pass}; {@code kind},
 *       {@code season} and {@code number} of the target; {@code found}; {@code pv} version.
 *   <li>Index {@code due}: {@code dpk} = game#purges, {@code due} = when the purge continues, in Unix milliseconds.
 *   <li>Conditions: the record is created in the transaction that deletes the board. Every later write and the final
 *       deletion require the version that was read.
 * </ul>
 */
@ApplicationScoped
public class PurgeStore {

    private static final String DUE_INDEX = "due";
    private static final String AT_VERSION = "pv = :expected";

    private final DynamoDbClient dynamo;
    private final TableNames tables;

    public PurgeStore(DynamoDbClient dynamo, TableNames tables) {
        this.dynamo = dynamo;
        this.tables = tables;
    }

    /** Returns the write that creates a purge, for the transaction that deletes the board. */
    static TransactWriteItem create(TableNames tables, Purge purge) {
        return TransactWriteItem.builder()
                .put(put -> put.tableName(tables.boards())
                        .item(toItem(purge))
                        .conditionExpression("attribute_not_exists(pk)"))
                .build();
    }

    /**
     * Stores the progress of a purge. Cost: 1 WCU per KB, and the same for the index if {@code dueAt} changes.
     *
     * @return false if another writer changed the purge
     */
    public boolean replace(Purge purge) {
        Map<String, AttributeValue> item = toItem(purge);
        try {
            dynamo.putItem(put -> put.tableName(tables.boards())
                    .item(item)
                    .conditionExpression(AT_VERSION)
                    .expressionAttributeValues(Map.of(":expected", n(purge.version() - 1)))
                    .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD));
            return true;
        } catch (ConditionalCheckFailedException e) {
            // The SDK retries a write whose response was lost. Then the stored item equals the item to be written.
            return e.item().equals(item);
        }
    }

    /** Deletes the record of a completed purge unless another writer changed it. Cost: 1 WCU per KB, and the index. */
    public void remove(Purge purge) {
        try {
            dynamo.deleteItem(delete -> delete.tableName(tables.boards())
                    .key(key(purge.board().game(), name(purge)))
                    .conditionExpression(AT_VERSION)
                    .expressionAttributeValues(Map.of(":expected", n(purge.version()))));
        } catch (ConditionalCheckFailedException e) {
            // Another worker deleted the record or continues the purge.
        }
    }

    /** Reads a purge by its {@link #name}, strongly consistent; empty if there is none. Cost: 1 RCU per 4 KB. */
    public Optional<Purge> read(String game, String name) {
        Map<String, AttributeValue> item = dynamo.getItem(get ->
                        get.tableName(tables.boards()).key(key(game, name)).consistentRead(true))
                .item();
        return item.isEmpty() ? Optional.empty() : Optional.of(fromItem(game, item));
    }

    /**
     * Returns the first purge of a game after a name, strongly consistent. Cost: 1 RCU per 4 KB.
     *
     * @param afterName null for the first purge of the game
     */
    public Optional<Purge> firstAfter(String game, @Nullable String afterName) {
        QueryResponse response = dynamo.query(query -> query.tableName(tables.boards())
                .keyConditionExpression("pk = :pk")
                .expressionAttributeValues(Map.of(":pk", s(partition(game))))
                .exclusiveStartKey(afterName == null ? null : key(game, afterName))
                .consistentRead(true)
                .limit(1));
        return response.items().stream().findFirst().map(item -> fromItem(game, item));
    }

    /**
     * Returns the names of purges that are due at or before a time, earliest first, eventually consistent. Cost: 0.5 RCU if
     * there are none.
     */
    public List<String> due(String game, Instant now, int limit) {
        QueryRequest query = QueryRequest.builder()
                .tableName(tables.boards())
                .indexName(DUE_INDEX)
                .keyConditionExpression("dpk = :dpk AND due <= :now")
                .expressionAttributeValues(Map.of(":dpk", s(partition(game)), ":now", n(now.toEpochMilli())))
                .limit(limit)
                .build();
        return dynamo.query(query).items().stream()
                .map(item -> Attributes.string(item, "sk"))
                .toList();
    }

    /** Returns when the next purge of a game continues, eventually consistent; empty if there is none. Cost: 0.5 RCU. */
    public Optional<Instant> firstDue(String game) {
        QueryRequest query = QueryRequest.builder()
                .tableName(tables.boards())
                .indexName(DUE_INDEX)
                .keyConditionExpression("dpk = :dpk")
                .expressionAttributeValues(Map.of(":dpk", s(partition(game))))
                .limit(1)
                .build();
        return dynamo.query(query).items().stream()
                .map(item -> Instant.ofEpochMilli(Attributes.number(item, "due")))
                .findFirst();
    }

    /** The name of a purge, unique in the game: board id and epoch. */
    public static String name(Purge purge) {
        return purge.board().id() + "#" + PaddedNumber.of(purge.board().epoch(), 10);
    }

    private static String partition(String game) {
        return PartitionKey.of(game, "purges");
    }

    private static Map<String, AttributeValue> key(String game, String name) {
        return Map.of("pk", s(partition(game)), "sk", s(name));
    }

    private static Map<String, AttributeValue> toItem(Purge purge) {
        String game = purge.board().game();
        Map<String, AttributeValue> item = new HashMap<>(key(game, name(purge)));
        item.put("board", AttributeValue.fromM(BoardItems.toItem(purge.board())));
        item.put("pass", n(purge.pass()));
        item.put("kind", s(purge.target().kind().name()));
        item.put("season", n(purge.target().season()));
        item.put("number", n(purge.target().number()));
        item.put("found", bool(purge.found()));
        item.put("pv", n(purge.version()));
        item.put("dpk", s(partition(game)));
        item.put("due", n(purge.dueAt().toEpochMilli()));
        return item;
    }

    private static Purge fromItem(String game, Map<String, AttributeValue> item) {
        return new Purge(
                BoardItems.fromItem(game, Attributes.map(item, "board")).orElseThrow(),
                (int) Attributes.number(item, "pass"),
                new Purge.Target(
                        Purge.Kind.valueOf(Attributes.string(item, "kind")),
                        (int) Attributes.number(item, "season"),
                        (int) Attributes.number(item, "number")),
                Attributes.flag(item, "found"),
                Instant.ofEpochMilli(Attributes.number(item, "due")),
                Attributes.number(item, "pv"));
    }
}
