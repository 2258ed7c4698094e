package dev.statecraft.leaderboard.season;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.RankedEntry;
import dev.statecraft.leaderboard.board.RankedEntryItems;
import dev.statecraft.leaderboard.board.SnapshotTrigger;
import dev.statecraft.leaderboard.rank.Distribution.Bucket;
import dev.statecraft.leaderboard.settings.SettingsItems;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.Batches;
import dev.statecraft.table.ConditionalPut;
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
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.Select;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * Leaderboard snapshots, in the boards table.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#history#board#epoch, {@code sk} = id of the snapshot, which starts with its time.
 *   <li>Conditions: a snapshot is written without a condition, because repeated writes store the same item. Anonymization
 *       requires that the stored entries are the entries that were read.
 * </ul>
 */
@ApplicationScoped
public class SnapshotStore {

    /** Maximum metadata of a snapshot, in characters. Further metadata is omitted, so that the item is below 400 KB. */
    private static final int METADATA_CHARS = 64 * 1024;

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final Batches batches;

    public SnapshotStore(DynamoDbClient dynamo, TableNames tables, Batches batches) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.batches = batches;
    }

    /** A page of snapshots, latest first. {@code next} is the id before which the next page starts, null at the end. */
    public record SnapshotPage(
            List<Snapshot> snapshots, @Nullable String next) {}

    /** Stores a snapshot and replaces one with the same id. Cost: 1 WCU per KB, with about 100 bytes per entry. */
    public void put(Board board, Snapshot snapshot) {
        Map<String, AttributeValue> item = new HashMap<>(key(board, snapshot.id()));
        item.put("eventType", s(snapshot.eventType().name()));
        item.put("reason", s(snapshot.reason()));
        item.put("at", n(snapshot.timestamp().toEpochMilli()));
        item.put("season", n(snapshot.season()));
        item.put("totalEntries", n(snapshot.totalEntries()));
        item.put("entries", toRows(snapshot.entries()));
        item.put(
                "distribution",
                AttributeValue.fromL(snapshot.distribution().stream()
                        .map(bucket ->
                                AttributeValue.fromL(List.of(n(bucket.from()), n(bucket.to()), n(bucket.count()))))
                        .toList()));
        dynamo.putItem(put -> put.tableName(tables.boards()).item(item));
    }

    /** Reads a snapshot, strongly consistent; empty if there is none with this id. */
    public Optional<Snapshot> read(Board board, String id) {
        Map<String, AttributeValue> item = dynamo.getItem(get ->
                        get.tableName(tables.boards()).key(key(board, id)).consistentRead(true))
                .item();
        return item.isEmpty() ? Optional.empty() : Optional.of(fromItem(item));
    }

    /**
     * Lists snapshots, latest first. A page has at most 1 MB.
     *
     * @param beforeId only snapshots before this id; null for all
     */
    public SnapshotPage list(Board board, @Nullable String beforeId, int limit) {
        QueryRequest.Builder query = query(board).scanIndexForward(false).limit(limit);
        if (beforeId != null) {
            query.exclusiveStartKey(key(board, beforeId));
        }
        QueryResponse response = dynamo.query(query.build());
        return new SnapshotPage(
                response.items().stream().map(SnapshotStore::fromItem).toList(),
                Attributes.stringOrNull(response.lastEvaluatedKey(), "sk"));
    }

    /** Counts the snapshots of a board. Cost: 1 RCU per 4 KB of snapshots, because all are read. */
    public int count(Board board) {
        int count = 0;
        Map<String, AttributeValue> start = Map.of();
        do {
            QueryRequest.Builder query = query(board).select(Select.COUNT);
            if (!start.isEmpty()) {
                query.exclusiveStartKey(start);
            }
            QueryResponse response = dynamo.query(query.build());
            count += response.count();
            start = response.lastEvaluatedKey();
        } while (!start.isEmpty());
        return count;
    }

    /** Deletes the oldest {@code count} snapshots of a board. */
    public void deleteOldest(Board board, int count) {
        List<WriteRequest> deletes = new ArrayList<>();
        Map<String, AttributeValue> start = Map.of();
        do {
            QueryRequest.Builder query =
                    query(board).projectionExpression("pk, sk").limit(count - deletes.size());
            if (!start.isEmpty()) {
                query.exclusiveStartKey(start);
            }
            QueryResponse response = dynamo.query(query.build());
            response.items()
                    .forEach(item -> deletes.add(WriteRequest.builder()
                            .deleteRequest(delete -> delete.key(item))
                            .build()));
            start = response.lastEvaluatedKey();
        } while (!start.isEmpty() && deletes.size() < count);
        batches.write(tables.boards(), deletes);
    }

    /**
     * Anonymizes a player in all snapshots of a board: removes player id and metadata. Concurrent calls are safe. Cost: 1 RCU
     * per 4 KB of snapshots, and 1 WCU per KB of changed snapshots.
     *
     * @return number of changed snapshots
     */
    public int makeAnonymous(Board board, String playerId) {
        int changed = 0;
        Map<String, AttributeValue> start = Map.of();
        do {
            QueryRequest.Builder query = query(board);
            if (!start.isEmpty()) {
                query.exclusiveStartKey(start);
            }
            QueryResponse response = dynamo.query(query.build());
            for (Map<String, AttributeValue> item : response.items()) {
                changed +=
                        ConditionalPut.write(dynamo, tables.boards(), item, "entries", read -> without(read, playerId))
                                ? 1
                                : 0;
            }
            start = response.lastEvaluatedKey();
        } while (!start.isEmpty());
        return changed;
    }

    /** The entries of a snapshot with a player anonymized; empty if the player is not in the snapshot. */
    private static Optional<AttributeValue> without(Map<String, AttributeValue> item, String playerId) {
        Snapshot snapshot = fromItem(item);
        return snapshot.entries().stream().anyMatch(entry -> entry.playerId().equals(playerId))
                ? Optional.of(toRows(snapshot.without(playerId).entries()))
                : Optional.empty();
    }

    /** Deletes the first snapshots of a deleted board; see {@link Batches#removeFirst}. */
    public Batches.Removed removeFirst(Board board, int limit) {
        return batches.removeFirst(tables.boards(), partition(board), limit);
    }

    private QueryRequest.Builder query(Board board) {
        return QueryRequest.builder()
                .tableName(tables.boards())
                .keyConditionExpression("pk = :pk")
                .expressionAttributeValues(Map.of(":pk", s(partition(board))))
                .consistentRead(true);
    }

    private static String partition(Board board) {
        return PartitionKey.of(board.game(), "history", board.id(), board.epoch());
    }

    private static Map<String, AttributeValue> key(Board board, String id) {
        return Map.of("pk", s(partition(board)), "sk", s(id));
    }

    private static AttributeValue toRows(List<RankedEntry> entries) {
        List<AttributeValue> rows = new ArrayList<>();
        int metadataLeft = METADATA_CHARS;
        for (RankedEntry entry : entries) {
            Map<String, AttributeValue> row = RankedEntryItems.toMap(entry);
            String metadata = entry.metadata();
            if (metadata != null && metadata.length() <= metadataLeft) {
                metadataLeft -= metadata.length();
                row.put("meta", s(metadata));
            }
            rows.add(AttributeValue.fromM(row));
        }
        return AttributeValue.fromL(rows);
    }

    private static Snapshot fromItem(Map<String, AttributeValue> item) {
        return new Snapshot(
                Attributes.string(item, "sk"),
                SnapshotTrigger.valueOf(Attributes.string(item, "eventType")),
                Attributes.string(item, "reason"),
                Instant.ofEpochMilli(Attributes.number(item, "at")),
                (int) Attributes.number(item, "season"),
                Attributes.number(item, "totalEntries"),
                SettingsItems.list(item, "entries", RankedEntryItems::fromMap),
                Attributes.list(item, "distribution").stream()
                        .map(AttributeValue::l)
                        .map(bucket -> new Bucket(
                                Long.parseLong(bucket.get(0).n()),
                                Long.parseLong(bucket.get(1).n()),
                                Long.parseLong(bucket.get(2).n())))
                        .toList());
    }
}
