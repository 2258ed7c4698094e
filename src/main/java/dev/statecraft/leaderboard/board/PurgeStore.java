package dev.statecraft.leaderboard.board;

import static dev.statecraft.table.Attributes.bool;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.table.Attributes;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
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
 * Epochs of deleted boards whose items are still to be removed, in the boards table.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#purges, {@code sk} = board#epoch, so that it is not in the way of the board created again.
 *   <li>Attributes: {@code board} the whole item of the board as it was deleted; {@code pass}; {@code kind},
 *       {@code season} and {@code number} of the place; {@code found}; {@code pv} version.
 *   <li>Index {@code due}: {@code dpk} = game#purges, {@code due} = when the purge goes on, epoch milliseconds.
 *   <li>Guard: it is written first together with the deletion of the board, then at the version it was derived from, and
 *       removed at that version.
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

    /** The beginning of a purge, as a part of the transaction that deletes the board. */
    static TransactWriteItem begin(TableNames tables, Purge purge) {
        return TransactWriteItem.builder()
                .put(put -> put.tableName(tables.boards())
                        .item(toItem(purge))
                        .conditionExpression("attribute_not_exists(pk)"))
                .build();
    }

    /**
     * Stores how far a purge has come; 1 WCU for each KB, and the index when its time changes.
     *
     * @return false if somebody else was faster
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
            // The SDK repeats a write whose answer was lost; then what stands there is what was to be written.
            return e.item().equals(item);
        }
    }

    /** Removes the record of a purge that is over, unless somebody else found that it is not; 1 WCU, and the index. */
    public void remove(Purge purge) {
        try {
            dynamo.deleteItem(delete -> delete.tableName(tables.boards())
                    .key(key(purge.board().game(), name(purge)))
                    .conditionExpression(AT_VERSION)
                    .expressionAttributeValues(Map.of(":expected", n(purge.version()))));
        } catch (ConditionalCheckFailedException e) {
            // It is gone, or goes on in somebody else's hands.
        }
    }

    /** Reads a purge by what {@link #due} or {@link #name} calls it, strongly consistent; 1 RCU for 4 KB. */
    public Optional<Purge> read(String game, String name) {
        Map<String, AttributeValue> item = dynamo.getItem(get ->
                        get.tableName(tables.boards()).key(key(game, name)).consistentRead(true))
                .item();
        return item.isEmpty() ? Optional.empty() : Optional.of(fromItem(game, item));
    }

    /**
     * The first purge of a game behind another one, strongly consistent; 1 RCU for 4 KB.
     *
     * @param afterName null for the first of all
     */
    public Optional<Purge> following(String game, @Nullable String afterName) {
        QueryResponse response = dynamo.query(query -> query.tableName(tables.boards())
                .keyConditionExpression("pk = :pk")
                .expressionAttributeValues(Map.of(":pk", s(partition(game))))
                .exclusiveStartKey(afterName == null ? null : key(game, afterName))
                .consistentRead(true)
                .limit(1));
        return response.items().stream().findFirst().map(item -> fromItem(game, item));
    }

    /** The purges of a game that go on by now, the longest due first, eventually consistent; 0.5 RCU if there are none. */
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

    /** What a purge is called among those of its game: the board and the epoch. */
    public static String name(Purge purge) {
        return purge.board().id()
                + String.format(Locale.ROOT, "#%010d", purge.board().epoch());
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
        item.put("kind", s(purge.place().kind().name()));
        item.put("season", n(purge.place().season()));
        item.put("number", n(purge.place().number()));
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
                new Purge.Place(
                        Purge.Kind.valueOf(Attributes.string(item, "kind")),
                        (int) Attributes.number(item, "season"),
                        (int) Attributes.number(item, "number")),
                Attributes.flag(item, "found"),
                Instant.ofEpochMilli(Attributes.number(item, "due")),
                Attributes.number(item, "pv"));
    }
}
