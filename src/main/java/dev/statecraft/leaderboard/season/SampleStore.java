package dev.statecraft.leaderboard.season;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.Batches;
import dev.statecraft.table.PaddedNumber;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * Samples of the ranks of players over time, in the boards table.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#samples#board#epoch#player, {@code sk} = time.
 *   <li>Time to live: {@code ttl}.
 *   <li>Writes have no condition, because repeated writes store the same item.
 * </ul>
 */
@ApplicationScoped
public class SampleStore {

    private static final int PAGE = 1000;

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final Batches batches;

    public SampleStore(DynamoDbClient dynamo, TableNames tables, Batches batches) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.batches = batches;
    }

    /** Stores samples in batches of 25. Cost: 1 WCU per sample. */
    public void put(Board board, List<Sample> samples, Instant expiresAt) {
        batches.write(
                tables.boards(),
                samples.stream()
                        .map(sample -> WriteRequest.builder()
                                .putRequest(put -> put.item(toItem(board, sample, expiresAt)))
                                .build())
                        .toList());
    }

    /**
     * Lists the samples of a player, latest first, eventually consistent.
     *
     * @param before only samples before this time; null for all
     */
    public List<Sample> list(Board board, String playerId, @Nullable Instant before, int limit) {
        QueryRequest.Builder query = QueryRequest.builder()
                .tableName(tables.boards())
                .keyConditionExpression("pk = :pk")
                .expressionAttributeValues(Map.of(":pk", s(partition(board, playerId))))
                .scanIndexForward(false)
                .limit(limit);
        if (before != null) {
            query.exclusiveStartKey(key(board, playerId, before));
        }
        return dynamo.query(query.build()).items().stream()
                .map(item -> fromItem(playerId, item))
                .toList();
    }

    /** Deletes all samples of a player and returns their number. Cost: 1 RCU, and 1 WCU per sample. */
    public int delete(Board board, String playerId) {
        int deleted = 0;
        Batches.Removed removed;
        do {
            removed = batches.removeFirst(tables.boards(), partition(board, playerId), PAGE);
            deleted += removed.count();
        } while (removed.more());
        return deleted;
    }

    private static String partition(Board board, String playerId) {
        return PartitionKey.of(board.game(), "samples", board.id(), board.epoch(), playerId);
    }

    private static Map<String, AttributeValue> key(Board board, String playerId, Instant at) {
        return Map.of("pk", s(partition(board, playerId)), "sk", s(PaddedNumber.of(at.toEpochMilli(), 13)));
    }

    private static Map<String, AttributeValue> toItem(Board board, Sample sample, Instant expiresAt) {
        Map<String, AttributeValue> item = new HashMap<>(key(board, sample.playerId(), sample.timestamp()));
        item.put("season", n(sample.season()));
        item.put("rank", n(sample.rank()));
        if (sample.counted() != sample.rank()) {
            item.put("counted", n(sample.counted()));
        }
        item.put("s", n(sample.score().value()));
        item.put("u", n(sample.score().subscore()));
        item.put("totalEntries", n(sample.totalEntries()));
        item.put("ttl", n(expiresAt.getEpochSecond()));
        return item;
    }

    private static Sample fromItem(String playerId, Map<String, AttributeValue> item) {
        return new Sample(
                playerId,
                Instant.ofEpochMilli(Long.parseLong(Attributes.string(item, "sk"))),
                (int) Attributes.number(item, "season"),
                Attributes.number(item, "rank"),
                Attributes.number(item, "counted", Attributes.number(item, "rank")),
                new Score(Attributes.number(item, "s"), Attributes.number(item, "u")),
                Attributes.number(item, "totalEntries"));
    }
}
