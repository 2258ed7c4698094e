package dev.statecraft.leaderboard.board;

import static dev.statecraft.table.Attributes.bool;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.leaderboard.settings.SettingsItems;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.Batches;
import dev.statecraft.table.ItemChange;
import dev.statecraft.table.PaddedNumber;
import dev.statecraft.table.PartitionKey;
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
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * Closed seasons, in the boards table.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#seasons#board#epoch, {@code sk} = number of the season with leading zeros.
 *   <li>Conditions: a season is closed in one transaction with the board, if the board still has the version that was
 *       read. Every later write requires the version of the season that was read.
 * </ul>
 */
@ApplicationScoped
public class SeasonStore {

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final Batches batches;

    public SeasonStore(DynamoDbClient dynamo, TableNames tables, Batches batches) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.batches = batches;
    }

    /**
     * Stores a closed season and its board in one transaction. The board is advanced to the next season or closed
     * permanently. Cost: 4 WCU.
     *
     * @param next the board after the close
     * @param expectedVersion the version of the board before the close
     * @return false if another writer changed the board
     */
    public boolean close(Board next, long expectedVersion, Season closed) {
        Put board = Put.builder()
                .tableName(tables.boards())
                .item(BoardItems.toItem(next))
                .conditionExpression("#v = :expected")
                .expressionAttributeNames(Map.of("#v", "v"))
                .expressionAttributeValues(Map.of(":expected", n(expectedVersion)))
                .build();
        Put season = Put.builder()
                .tableName(tables.boards())
                .item(toItem(next, closed))
                .conditionExpression("attribute_not_exists(pk)")
                .build();
        try {
            dynamo.transactWriteItems(write -> write.transactItems(
                    TransactWriteItem.builder().put(board).build(),
                    TransactWriteItem.builder().put(season).build()));
            return true;
        } catch (TransactionCanceledException e) {
            return false;
        }
    }

    /**
     * Stores the progress of a season's finalization.
     *
     * @return false if another writer changed the season
     */
    public boolean replace(Board board, Season season) {
        Map<String, AttributeValue> item = toItem(board, season);
        try {
            dynamo.putItem(put -> put.tableName(tables.boards())
                    .item(item)
                    .conditionExpression("#v = :expected")
                    .expressionAttributeNames(Map.of("#v", "v"))
                    .expressionAttributeValues(Map.of(":expected", n(season.version() - 1)))
                    .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD));
            return true;
        } catch (ConditionalCheckFailedException e) {
            // The SDK retries a write whose response was lost. Then the stored item equals the item to be written.
            return e.item().equals(item);
        }
    }

    /** Reads a closed season, strongly consistent; empty if it is not closed. */
    public Optional<Season> read(Board board, int season) {
        Map<String, AttributeValue> item = dynamo.getItem(get ->
                        get.tableName(tables.boards()).key(key(board, season)).consistentRead(true))
                .item();
        return item.isEmpty() ? Optional.empty() : Optional.of(fromItem(item));
    }

    /**
     * Lists closed seasons, the latest first.
     *
     * @param beforeSeason only seasons before this one; null for all
     */
    public List<Season> list(Board board, @Nullable Integer beforeSeason, int limit) {
        List<Season> found = new ArrayList<>();
        Map<String, AttributeValue> start = beforeSeason == null ? Map.of() : key(board, beforeSeason);
        do {
            QueryRequest.Builder query = QueryRequest.builder()
                    .tableName(tables.boards())
                    .keyConditionExpression("pk = :pk")
                    .expressionAttributeValues(Map.of(":pk", s(partition(board))))
                    .consistentRead(true)
                    .scanIndexForward(false)
                    .limit(limit - found.size());
            if (!start.isEmpty()) {
                query.exclusiveStartKey(start);
            }
            QueryResponse response = dynamo.query(query.build());
            response.items().forEach(item -> found.add(fromItem(item)));
            start = response.lastEvaluatedKey();
        } while (!start.isEmpty() && found.size() < limit);
        return found;
    }

    /** Deletes the first closed seasons of a deleted board; see {@link Batches#removeFirst}. */
    public Batches.Removed removeFirst(Board board, int limit) {
        return batches.removeFirst(tables.boards(), partition(board), limit);
    }

    private static String partition(Board board) {
        return PartitionKey.of(board.game(), "seasons", board.id(), board.epoch());
    }

    private static Map<String, AttributeValue> key(Board board, int season) {
        return Map.of("pk", s(partition(board)), "sk", s(PaddedNumber.of(season, 10)));
    }

    private static Map<String, AttributeValue> toItem(Board board, Season season) {
        Map<String, AttributeValue> item = new HashMap<>(key(board, season.season()));
        item.put("season", n(season.season()));
        item.put("startedAt", n(season.startedAt().toEpochMilli()));
        item.put("endedAt", n(season.endedAt().toEpochMilli()));
        item.put("closedAt", n(season.closedAt().toEpochMilli()));
        item.put("eventType", s(season.eventType().name()));
        item.put("reason", s(season.reason()));
        if (season.requestId() != null) {
            item.put("requestId", s(season.requestId()));
        }
        SettingsItems.list(item, "rewards", season.rewards(), SettingsItems::toMap);
        item.put("phase", s(season.phase().name()));
        if (season.markedAt() != null) {
            item.put("markedAt", n(season.markedAt().toEpochMilli()));
        }
        item.put("totalEntries", n(season.totalEntries()));
        item.put("awards", n(season.awards()));
        RankedEntry last = season.lastAwarded();
        if (last != null) {
            item.put("lastAwarded", AttributeValue.fromM(RankedEntryItems.toMap(last)));
        }
        if (season.last()) {
            item.put("last", bool(true));
        }
        item.put("v", n(season.version()));
        return item;
    }

    private static Season fromItem(Map<String, AttributeValue> item) {
        Map<String, AttributeValue> last = Attributes.map(item, "lastAwarded");
        return new Season(
                (int) Attributes.number(item, "season"),
                Instant.ofEpochMilli(Attributes.number(item, "startedAt")),
                Instant.ofEpochMilli(Attributes.number(item, "endedAt")),
                Instant.ofEpochMilli(Attributes.number(item, "closedAt")),
                SnapshotTrigger.valueOf(Attributes.string(item, "eventType")),
                Attributes.string(item, "reason"),
                Attributes.stringOrNull(item, "requestId"),
                SettingsItems.list(item, "rewards", SettingsItems::reward),
                Season.Phase.valueOf(Attributes.string(item, "phase")),
                item.containsKey("markedAt") ? Instant.ofEpochMilli(Attributes.number(item, "markedAt")) : null,
                Attributes.number(item, "totalEntries"),
                Attributes.number(item, "awards"),
                last.isEmpty() ? null : RankedEntryItems.fromMap(last),
                Attributes.flag(item, "last"),
                Attributes.number(item, "v"));
    }

    /** The change of a closed season in a stream record of the boards table; empty if the record is not about one. */
    public static Optional<SeasonChanged> changed(ItemChange change) {
        Map<String, AttributeValue> item = change.after();
        if (item == null) {
            return Optional.empty();
        }
        String[] key = Attributes.string(item, "pk").split("#", -1);
        if (key.length != 4 || !key[1].equals("seasons")) {
            return Optional.empty();
        }
        Map<String, AttributeValue> before = change.before();
        return Optional.of(new SeasonChanged(
                key[0],
                key[2],
                Integer.parseInt(key[3]),
                before == null ? Optional.empty() : Optional.of(fromItem(before)),
                fromItem(item)));
    }
}
