package dev.statecraft.leaderboard.board;

import static dev.statecraft.table.Attributes.bool;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.table.Attributes;
import dev.statecraft.table.TableNames;
import dev.statecraft.table.TransactionWrites;
import dev.statecraft.table.TransientFailure;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * The boards of a game, in the boards table.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#boards, {@code sk} = board. A deleted board leaves a record with the flag {@code deleted}
 *       and the epoch. A new board with the same id gets the next epoch, and therefore other keys. The
 *       {@link PurgeStore} contains the deleted epochs until their items are deleted.
 *   <li>Index {@code due}: {@code dpk} = game#due, {@code due} = time of the next scheduled work, in Unix milliseconds. The
 *       index does not contain deleted boards, or permanently closed boards without remaining work.
 *   <li>Metadata: {@code pk} = game#metadata, {@code sk} = board, or {@code *} for all others; {@code sv} schema version
 *       of the metadata of scores in a board without scores.
 *   <li>Condition of every write: the stored version is the version that was read.
 * </ul>
 */
@ApplicationScoped
public class BoardStore {

    private static final String DUE_INDEX = "due";

    /** Records read per query to find the next board, because deleted boards may precede it. */
    private static final int PAGE = 10;

    private final DynamoDbClient dynamo;
    private final TableNames tables;

    public BoardStore(DynamoDbClient dynamo, TableNames tables) {
        this.dynamo = dynamo;
        this.tables = tables;
    }

    /** Reads a board, strongly consistent; empty if it does not exist. Cost: 1 RCU. */
    public Optional<Board> read(String game, String id) {
        Map<String, AttributeValue> item = dynamo.getItem(get -> get.tableName(tables.boards())
                        .key(BoardItems.key(game, id))
                        .consistentRead(true))
                .item();
        return item.isEmpty() ? Optional.empty() : BoardItems.fromItem(game, item);
    }

    /**
     * Stores a new board. If a board with this id was deleted, the new board gets the next epoch.
     *
     * @return the stored board; empty if a board with this id exists
     */
    public Optional<Board> create(Board board) {
        Map<String, AttributeValue> item = BoardItems.toItem(board);
        PutItemRequest.Builder put = PutItemRequest.builder()
                .tableName(tables.boards())
                .item(item)
                .conditionExpression("attribute_not_exists(pk)")
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD);
        try {
            dynamo.putItem(put.build());
            return Optional.of(board);
        } catch (ConditionalCheckFailedException e) {
            if (e.item().equals(item)) {
                return Optional.of(board);
            }
            if (!Attributes.flag(e.item(), "deleted")) {
                return Optional.empty();
            }
            long version = Attributes.number(e.item(), "v");
            Board recreated = board.recreated((int) Attributes.number(e.item(), "epoch"), version);
            return replace(recreated, version) ? Optional.of(recreated) : Optional.empty();
        }
    }

    /**
     * Replaces a board if its stored version is the expected one.
     *
     * @return false if another writer changed the board
     */
    public boolean replace(Board board, long expectedVersion) {
        return replaceItem(BoardItems.toItem(board), expectedVersion);
    }

    /**
     * Deletes a board and stores its purge, in one transaction. The data of the board is unreachable afterwards. Cost: 2
     * WCU for the board and 2 WCU per KB of the purge record.
     *
     * @return false if another writer changed the board
     */
    public boolean delete(Purge purge) {
        Board board = purge.board();
        Map<String, AttributeValue> item = new HashMap<>(BoardItems.key(board.game(), board.id()));
        item.put("deleted", bool(true));
        item.put("epoch", n(board.epoch()));
        item.put("v", n(board.version() + 1));
        TransactWriteItem deleted = TransactWriteItem.builder()
                .put(put -> put.tableName(tables.boards())
                        .item(item)
                        .conditionExpression("#v = :expected")
                        .expressionAttributeNames(Map.of("#v", "v"))
                        .expressionAttributeValues(Map.of(":expected", n(board.version()))))
                .build();
        try {
            // The SDK adds an idempotency token. A retry after a lost response does not repeat the transaction.
            dynamo.transactWriteItems(write -> write.transactItems(deleted, PurgeStore.create(tables, purge)));
            return true;
        } catch (TransactionCanceledException e) {
            return false;
        }
    }

    /** Reads the schema versions of metadata in new boards, by board, or {@code *} for all others. Cost: 1 RCU. */
    Map<String, String> metadataSchemas(String game) {
        Map<String, String> schemas = new TreeMap<>();
        dynamo.queryPaginator(query -> query.tableName(tables.boards())
                        .keyConditionExpression("pk = :pk")
                        .expressionAttributeValues(Map.of(":pk", s(BoardItems.metadataPartition(game))))
                        .consistentRead(true))
                .items()
                .forEach(item -> schemas.put(Attributes.string(item, "sk"), Attributes.string(item, "sv")));
        return schemas;
    }

    /**
     * Stores the schema version of metadata in a new board, in the same transaction as other writes. Cost: 2 WCU, and the
     * other writes.
     */
    SchemaMove putMetadataSchema(String game, String board, String schema, TransactionWrites others) {
        Map<String, AttributeValue> item =
                Map.of("pk", s(BoardItems.metadataPartition(game)), "sk", s(board), "sv", s(schema));
        return move(Put.builder().tableName(tables.boards()).item(item).build(), others);
    }

    /** Replaces a board if its stored version is the expected one, in the same transaction as other writes. */
    SchemaMove replace(Board board, long expectedVersion, TransactionWrites others) {
        return move(
                Put.builder()
                        .tableName(tables.boards())
                        .item(BoardItems.toItem(board))
                        .conditionExpression("#v = :expected")
                        .expressionAttributeNames(Map.of("#v", "v"))
                        .expressionAttributeValues(Map.of(":expected", n(expectedVersion)))
                        .build(),
                others);
    }

    private SchemaMove move(Put put, TransactionWrites others) {
        List<TransactWriteItem> items = new ArrayList<>(others.items());
        items.add(TransactWriteItem.builder().put(put).build());
        try {
            // The SDK adds an idempotency token. A retry after a lost response does not repeat the transaction.
            dynamo.transactWriteItems(write -> write.transactItems(items));
            return SchemaMove.MOVED;
        } catch (TransactionCanceledException e) {
            List<CancellationReason> reasons = e.cancellationReasons();
            if (reasons.stream().limit(others.items().size()).anyMatch(BoardStore::isRejected)) {
                return SchemaMove.REJECTED;
            }
            if (isRejected(reasons.get(reasons.size() - 1)) || TransientFailure.is(e)) {
                return SchemaMove.OVERTAKEN;
            }
            throw e;
        }
    }

    private static boolean isRejected(CancellationReason reason) {
        return "ConditionalCheckFailed".equals(reason.code());
    }

    private boolean replaceItem(Map<String, AttributeValue> item, long expectedVersion) {
        try {
            dynamo.putItem(put -> put.tableName(tables.boards())
                    .item(item)
                    .conditionExpression("#v = :expected")
                    .expressionAttributeNames(Map.of("#v", "v"))
                    .expressionAttributeValues(Map.of(":expected", n(expectedVersion)))
                    .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD));
            return true;
        } catch (ConditionalCheckFailedException e) {
            // The SDK retries a write whose response was lost. Then the stored item equals the item to be written.
            return e.item().equals(item);
        }
    }

    /** A page of boards by id. {@code next} is the id after which the next page starts, null at the end. */
    public record BoardPage(List<Board> boards, @Nullable String next) {}

    /** Lists the boards of a game, eventually consistent. */
    public BoardPage list(String game, @Nullable String afterId, int limit) {
        List<Board> boards = new ArrayList<>();
        String after = afterId;
        while (true) {
            QueryRequest.Builder query = QueryRequest.builder()
                    .tableName(tables.boards())
                    .keyConditionExpression("pk = :pk")
                    .expressionAttributeValues(Map.of(":pk", s(BoardItems.partition(game))));
            if (after != null) {
                query.exclusiveStartKey(BoardItems.key(game, after));
            }
            QueryResponse response = dynamo.query(query.build());
            for (Map<String, AttributeValue> item : response.items()) {
                Optional<Board> board = BoardItems.fromItem(game, item);
                if (board.isPresent()) {
                    if (boards.size() == limit) {
                        return new BoardPage(boards, boards.get(limit - 1).id());
                    }
                    boards.add(board.get());
                }
            }
            after = Attributes.stringOrNull(response.lastEvaluatedKey(), "sk");
            if (after == null) {
                return new BoardPage(boards, null);
            }
        }
    }

    /**
     * Returns the first board of a game after an id, strongly consistent. Cost: 1 RCU per 4 KB of boards, including deleted
     * ones.
     *
     * @param afterId null for the first board of the game
     */
    public Optional<Board> firstAfter(String game, @Nullable String afterId) {
        Map<String, AttributeValue> start = afterId == null ? Map.of() : BoardItems.key(game, afterId);
        do {
            Map<String, AttributeValue> from = start;
            QueryResponse response = dynamo.query(query -> query.tableName(tables.boards())
                    .keyConditionExpression("pk = :pk")
                    .expressionAttributeValues(Map.of(":pk", s(BoardItems.partition(game))))
                    .exclusiveStartKey(from.isEmpty() ? null : from)
                    .consistentRead(true)
                    .limit(PAGE));
            Optional<Board> found = response.items().stream()
                    .flatMap(item -> BoardItems.fromItem(game, item).stream())
                    .findFirst();
            if (found.isPresent()) {
                return found;
            }
            start = response.lastEvaluatedKey();
        } while (!start.isEmpty());
        return Optional.empty();
    }

    /** Returns the ids of boards with scheduled work at or before a time, earliest first, eventually consistent. */
    public List<String> due(String game, Instant now) {
        List<String> ids = new ArrayList<>();
        Map<String, AttributeValue> start = Map.of();
        do {
            QueryRequest.Builder query = QueryRequest.builder()
                    .tableName(tables.boards())
                    .indexName(DUE_INDEX)
                    .keyConditionExpression("dpk = :dpk AND due <= :now")
                    .expressionAttributeValues(
                            Map.of(":dpk", s(BoardItems.duePartition(game)), ":now", n(now.toEpochMilli())));
            if (!start.isEmpty()) {
                query.exclusiveStartKey(start);
            }
            QueryResponse response = dynamo.query(query.build());
            response.items().forEach(item -> ids.add(Attributes.string(item, "sk")));
            start = response.lastEvaluatedKey();
        } while (!start.isEmpty());
        return ids;
    }

    /**
     * Returns the earliest time of scheduled work in the index that is not before a time, eventually consistent; empty if
     * there is none. Cost: 0.5 RCU.
     */
    public Optional<Instant> firstDue(String game, Instant from) {
        return dynamo
                .query(query -> query.tableName(tables.boards())
                        .indexName(DUE_INDEX)
                        .keyConditionExpression("dpk = :dpk AND due >= :from")
                        .expressionAttributeValues(
                                Map.of(":dpk", s(BoardItems.duePartition(game)), ":from", n(from.toEpochMilli())))
                        .limit(1))
                .items()
                .stream()
                .map(item -> Instant.ofEpochMilli(Attributes.number(item, "due")))
                .findFirst();
    }
}
