package dev.statecraft.leaderboard.entry;

import static dev.statecraft.table.Attributes.b;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.Select;

/**
 * Reads the index {@code order} of the entries table, in which any part of the ranking is one range query. Its keys are
 * written with the entries, see {@link EntryItems#toItem}. Reads are eventually consistent.
 */
@ApplicationScoped
public class OrderIndexStore {

    private static final String ORDER_INDEX = "order";

    private final DynamoDbClient dynamo;
    private final TableNames tables;

    public OrderIndexStore(DynamoDbClient dynamo, TableNames tables) {
        this.dynamo = dynamo;
        this.tables = tables;
    }

    /** A row of the order index. */
    public record Row(OrderKey key, @Nullable String metadata) {}

    /**
     * Reads a range of a shard of the order index, eventually consistent. Cost: about 0.5 RCU for 30 rows without metadata.
     *
     * @param from where to start, null for the best; excluded unless {@code inclusive}
     * @param worse whether to read towards worse entries, otherwise towards better ones
     * @return at most {@code limit} rows, nearest first
     */
    public List<Row> page(
            Board board, int season, int shard, @Nullable OrderKey from, boolean inclusive, boolean worse, int limit) {
        List<Row> rows = new ArrayList<>();
        Map<String, AttributeValue> start = Map.of();
        do {
            QueryRequest.Builder query = QueryRequest.builder()
                    .tableName(tables.entries())
                    .indexName(ORDER_INDEX)
                    .scanIndexForward(worse)
                    .limit(limit - rows.size());
            Map<String, AttributeValue> values = new HashMap<>();
            values.put(":opk", s(EntryItems.shardKey(board, season, shard)));
            if (from == null) {
                query.keyConditionExpression("opk = :opk");
            } else {
                String comparison = (worse ? ">" : "<") + (inclusive ? "=" : "");
                query.keyConditionExpression("opk = :opk AND osk " + comparison + " :from");
                values.put(":from", b(from.bytes(board.order())));
            }
            query.expressionAttributeValues(values);
            if (!start.isEmpty()) {
                query.exclusiveStartKey(start);
            }
            QueryResponse response = dynamo.query(query.build());
            response.items()
                    .forEach(item -> rows.add(new Row(
                            OrderKey.parse(Attributes.bytes(item, "osk"), board.order()),
                            Attributes.stringOrNull(item, "meta"))));
            start = response.lastEvaluatedKey();
        } while (!start.isEmpty() && rows.size() < limit);
        return rows;
    }

    /**
     * Counts the entries of a tie in the order index, eventually consistent. Cost: one request and 0.5 RCU for each 4 KB, one
     * more request for each 1 MB.
     *
     * @param after the key after which the count starts; null for the start of the tie
     * @param before the key before which it ends; the player of that key is not counted
     */
    public long countBetween(Board board, int season, @Nullable OrderKey after, OrderKey before) {
        byte[] from =
                after == null ? OrderKey.before(before.score()).bytes(board.order()) : after.firstAfter(board.order());
        Map<String, AttributeValue> values = Map.of(
                ":opk",
                s(EntryItems.shardKey(board, season, EntryItems.shardOf(board, before.score()))),
                ":from",
                b(from),
                ":to",
                b(before.lastBefore(board.order())));
        long count = 0;
        Map<String, AttributeValue> start = Map.of();
        do {
            Map<String, AttributeValue> next = start;
            QueryResponse response = dynamo.query(query -> query.tableName(tables.entries())
                    .indexName(ORDER_INDEX)
                    .keyConditionExpression("opk = :opk AND osk BETWEEN :from AND :to")
                    .expressionAttributeValues(values)
                    .select(Select.COUNT)
                    .exclusiveStartKey(next.isEmpty() ? null : next));
            count += response.count();
            start = response.lastEvaluatedKey();
        } while (!start.isEmpty());
        return count;
    }
}
