package dev.statecraft.leaderboard.board;

import static dev.statecraft.table.Attributes.bool;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.table.Attributes;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
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
 *   <li>Key: {@code pk} = game#boards, {@code sk} = board. A deleted board leaves a record with {@code deleted}, so
 *       that one created with the same id gets another epoch, and with it keys of its own; what belongs to the epoch that
 *       was deleted is waiting in the {@link PurgeStore}.
 *   <li>Index {@code due}: {@code dpk} = game#due, {@code due} = when there is something to be done by the clock, epoch
 *       milliseconds. A deleted board is not in it, nor is one that has closed for good and has nothing left to do.
 *   <li>Guard of every write: the version it was decided on.
 * </ul>
 */
@ApplicationScoped
public class BoardStore {

    private static final String DUE_INDEX = "due";

    /** Boards read at a time to find the next: it may stand behind deleted ones. */
    private static final int PAGE = 10;

    private final DynamoDbClient dynamo;
    private final TableNames tables;

    public BoardStore(DynamoDbClient dynamo, TableNames tables) {
        this.dynamo = dynamo;
        this.tables = tables;
    }

    /** Reads a board, strongly consistent; 1 RCU. Nothing if there is none. */
    public Optional<Board> read(String game, String id) {
        Map<String, AttributeValue> item = dynamo.getItem(
                        get -> get.tableName(tables.boards()).key(BoardItems.key(game, id)).consistentRead(true))
                .item();
        return item.isEmpty() ? Optional.empty() : BoardItems.fromItem(game, item);
    }

    /**
     * Stores a new board; its epoch is set here.
     *
     * @return nothing if the id is taken
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
            Board again = board.after((int) Attributes.number(e.item(), "epoch"), version);
            return replace(again, version) ? Optional.of(again) : Optional.empty();
        }
    }

    /**
     * Stores a board in place of the version it was derived from.
     *
     * @return false if that is not the stored version any more
     */
    public boolean replace(Board board, long expectedVersion) {
        return replaceItem(BoardItems.toItem(board), expectedVersion);
    }

    /**
     * Removes a board; what was scored on it can no longer be reached, and is waiting to be purged from then on: both in
     * one transaction, 2 WCU for the board and 2 for each KB of the purge.
     *
     * @return false if the board changed since it was read
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
            // The SDK sends a token along, so that a repeated call whose answer was lost is one transaction.
            dynamo.transactWriteItems(write -> write.transactItems(deleted, PurgeStore.begin(tables, purge)));
            return true;
        } catch (TransactionCanceledException e) {
            return false;
        }
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
            // The SDK repeats a write whose answer was lost; then what stands there is what was to be written.
            return e.item().equals(item);
        }
    }

    /** Some boards in the order of their ids, and the id to go on after, null at the end. */
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
     * The first board of a game behind an id, strongly consistent; 1 RCU for 4 KB of boards, deleted ones included.
     *
     * @param afterId null for the first of all
     */
    public Optional<Board> following(String game, @Nullable String afterId) {
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

    /** The boards of a game with something to be done by now, the longest due first, eventually consistent. */
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
}
