package dev.statecraft.leaderboard;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.table.Attributes;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;

/**
 * Closed seasons, in the boards table.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#seasons#board#epoch, {@code sk} = number of the season, so that they list in order.
 *   <li>No guard: the same season always writes the same item again.
 * </ul>
 */
@ApplicationScoped
public class SnapshotStore {

    /** Metadata beyond this much is left out of a snapshot, so that it fits into one item (400 KB). */
    private static final int METADATA_CHARS = 64 * 1024;

    private final DynamoDbClient dynamo;
    private final TableNames tables;

    SnapshotStore(DynamoDbClient dynamo, TableNames tables) {
        this.dynamo = dynamo;
        this.tables = tables;
    }

    /** Stores a snapshot, in place of an earlier one of the same season. */
    public void put(Board board, Snapshot snapshot) {
        Map<String, AttributeValue> item = new HashMap<>(key(board, snapshot.season()));
        item.put("id", s(snapshot.id()));
        item.put("season", n(snapshot.season()));
        item.put("startedAt", n(snapshot.startedAt().toEpochMilli()));
        item.put("endedAt", n(snapshot.endedAt().toEpochMilli()));
        item.put("reason", s(snapshot.reason()));
        item.put("totalEntries", n(snapshot.totalEntries()));
        List<AttributeValue> entries = new ArrayList<>();
        int metadataLeft = METADATA_CHARS;
        for (RankedEntry entry : snapshot.entries()) {
            Map<String, AttributeValue> row = new HashMap<>();
            row.put("rank", n(entry.rank()));
            row.put("position", n(entry.position()));
            row.put("player", s(entry.playerId()));
            row.put("s", n(entry.score().value()));
            row.put("u", n(entry.score().subscore()));
            row.put("r", n(entry.reachedAt()));
            String metadata = entry.metadata();
            if (metadata != null && metadata.length() <= metadataLeft) {
                metadataLeft -= metadata.length();
                row.put("meta", s(metadata));
            }
            entries.add(AttributeValue.fromM(row));
        }
        item.put("entries", AttributeValue.fromL(entries));
        dynamo.putItem(put -> put.tableName(tables.boards()).item(item));
    }

    /** Reads the snapshot of a season; nothing if it was not closed. */
    public Optional<Snapshot> read(Board board, int season) {
        Map<String, AttributeValue> item = dynamo.getItem(get ->
                        get.tableName(tables.boards()).key(key(board, season)).consistentRead(true))
                .item();
        return item.isEmpty() ? Optional.empty() : Optional.of(fromItem(item));
    }

    /** Lists snapshots without their entries, the latest first, those before a season only if one is given. */
    public List<Snapshot> list(Board board, @Nullable Integer beforeSeason, int limit) {
        List<Snapshot> found = new ArrayList<>();
        Map<String, AttributeValue> start = beforeSeason == null ? Map.of() : key(board, beforeSeason);
        do {
            QueryRequest.Builder query = QueryRequest.builder()
                    .tableName(tables.boards())
                    .keyConditionExpression("pk = :pk")
                    .expressionAttributeValues(Map.of(":pk", s(partition(board))))
                    .projectionExpression("sk, id, season, startedAt, endedAt, reason, totalEntries")
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

    private static String partition(Board board) {
        return PartitionKey.of(board.game(), "seasons", board.id(), board.epoch());
    }

    private static Map<String, AttributeValue> key(Board board, int season) {
        return Map.of("pk", s(partition(board)), "sk", s(String.format(Locale.ROOT, "%010d", season)));
    }

    private static Snapshot fromItem(Map<String, AttributeValue> item) {
        AttributeValue stored = item.get("entries");
        List<RankedEntry> entries = stored == null
                ? List.of()
                : stored.l().stream()
                        .map(AttributeValue::m)
                        .map(row -> new RankedEntry(
                                Attributes.number(row, "rank"),
                                Attributes.number(row, "position"),
                                Attributes.string(row, "player"),
                                new Score(Attributes.number(row, "s"), Attributes.number(row, "u")),
                                Attributes.number(row, "r"),
                                Attributes.stringOrNull(row, "meta")))
                        .toList();
        return new Snapshot(
                Attributes.string(item, "id"),
                (int) Attributes.number(item, "season"),
                Instant.ofEpochMilli(Attributes.number(item, "startedAt")),
                Instant.ofEpochMilli(Attributes.number(item, "endedAt")),
                Attributes.string(item, "reason"),
                Attributes.number(item, "totalEntries"),
                entries);
    }
}
