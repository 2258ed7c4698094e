package dev.statecraft.migration.segment;

import static dev.statecraft.table.Attributes.b;
import static dev.statecraft.table.Attributes.s;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.JsonValues;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.Batches;
import dev.statecraft.table.ConditionalPut;
import dev.statecraft.table.PaddedNumber;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.ScanPage;
import dev.statecraft.table.TableNames;
import dev.statecraft.table.TransactionWrites;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * Backups: the states of records before a run changed them, in the migrations table. A state is written in the transaction
 * that changes its record, so there is exactly one for each record that a run changed, and none for any other.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#backup#run#segment, {@code sk} = space#commit#part, numbers with leading zeros.
 *   <li>Attributes: {@code d} packed JSON: for each record its id {@code i}, version {@code v}, schema version {@code m},
 *       owner {@code o} if it has one, and state {@code s}.
 *   <li>The parts of a script's backup: segment 0, {@code sk} = script#part, {@code t} packed JSON.
 * </ul>
 */
@ApplicationScoped
public class BackupStore {

    /**
     * Maximum size of an item before packing, in bytes. An item of DynamoDB may have 400 KB, a single state at most 350
     * KB.
     */
    private static final int PART_BYTES = 380_000;

    /** Attribute of the packed records. */
    private static final String DATA = "d";

    /** Attribute of a packed part of a script's backup. */
    private static final String SCRIPT = "t";

    private static final int DEFLATE_BYTES = 256;

    /** Maximum number of items that one call deletes. */
    private static final int DELETED_AT_ONCE = 100;

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final Batches batches;

    public BackupStore(DynamoDbClient dynamo, TableNames tables, Batches batches) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.batches = batches;
    }

    /**
     * The backup of records of one commit.
     *
     * @param seq sequence number of the commit in its space
     * @param key position of the backup
     */
    public record Part(String space, long seq, List<BackupRecord> records, String key) {}

    /** The writes that store records in the transaction of the commit that changes them; at most 7 items. */
    TransactionWrites keeping(String game, String run, int segment, String space, long seq, List<Entity> records) {
        List<TransactWriteItem> items = new ArrayList<>();
        ArrayNode part = JsonNodeFactory.instance.arrayNode();
        long bytes = 0;
        for (Entity record : records) {
            PackedJson state = record.state();
            int size = state == null ? 0 : state.plainBytes();
            if (bytes + size > PART_BYTES && !part.isEmpty()) {
                items.add(item(game, run, segment, space, seq, items.size(), part));
                part = JsonNodeFactory.instance.arrayNode();
                bytes = 0;
            }
            bytes += size;
            ObjectNode kept = part.addObject()
                    .put("i", record.id())
                    .put("v", record.version())
                    .put("m", record.schemaVersion());
            if (record.owner() != null) {
                kept.put("o", record.owner());
            }
            kept.set("s", record.json());
        }
        if (!part.isEmpty()) {
            items.add(item(game, run, segment, space, seq, items.size(), part));
        }
        return new TransactionWrites(items);
    }

    private TransactWriteItem item(
            String game, String run, int segment, String space, long seq, int number, ArrayNode part) {
        Map<String, AttributeValue> item = new HashMap<>();
        item.put("pk", s(partition(game, run, segment)));
        item.put("sk", s(space + "#" + PaddedNumber.of(seq, 16) + "#" + PaddedNumber.of(number, 2)));
        item.put(DATA, b(PackedJson.of(part, DEFLATE_BYTES).bytes()));
        return TransactWriteItem.builder()
                .put(put -> put.tableName(tables.migrations()).item(item))
                .build();
    }

    /** The write that stores a part of a script's backup, and replaces one with the same number. */
    public TransactionWrites keepingPart(String game, String run, int part, JsonNode data) {
        Map<String, AttributeValue> item = new HashMap<>(scriptKey(game, run, part));
        item.put(SCRIPT, b(PackedJson.of(data, DEFLATE_BYTES).bytes()));
        return new TransactionWrites(List.of(TransactWriteItem.builder()
                .put(put -> put.tableName(tables.migrations()).item(item))
                .build()));
    }

    /** Reads a part of a script's backup, strongly consistent; empty if it is deleted. Cost: 1 RCU per 4 KB packed. */
    public Optional<JsonNode> part(String game, String run, int part) {
        Map<String, AttributeValue> item = dynamo.getItem(get -> get.tableName(tables.migrations())
                        .key(scriptKey(game, run, part))
                        .consistentRead(true))
                .item();
        return item.isEmpty()
                ? Optional.empty()
                : Optional.of(PackedJson.stored(Attributes.bytes(item, SCRIPT)).value());
    }

    private static Map<String, AttributeValue> scriptKey(String game, String run, int part) {
        return Map.of("pk", s(partition(game, run, 0)), "sk", s("script#" + PaddedNumber.of(part, 4)));
    }

    /**
     * Reads the next part of a segment's backup, strongly consistent, the newest of each space first: a record that the
     * run migrated again after it was created again has several states. Returns nothing at the end. Cost: 1 RCU per 4 KB
     * packed.
     */
    public Optional<Part> next(String game, String run, int segment, @Nullable String after) {
        return nextItem(game, run, segment, after, false).map(BackupStore::part);
    }

    private Optional<Map<String, AttributeValue>> nextItem(
            String game, String run, int segment, @Nullable String after, boolean forward) {
        QueryRequest.Builder query = QueryRequest.builder()
                .tableName(tables.migrations())
                .scanIndexForward(forward)
                .keyConditionExpression(
                        after == null ? "pk = :pk" : "pk = :pk AND sk " + (forward ? ">" : "<") + " :after")
                .expressionAttributeValues(
                        after == null
                                ? Map.of(":pk", s(partition(game, run, segment)))
                                : Map.of(":pk", s(partition(game, run, segment)), ":after", s(after)))
                .consistentRead(true)
                .limit(1);
        return dynamo.query(query.build()).items().stream().findFirst();
    }

    /** Result of erasing a player from a part: the position after the part, and the number of anonymized records. */
    public record Erased(String key, int records) {}

    /**
     * Anonymizes the records of a player in the next part of a segment's backup. Returns nothing at the end. The number
     * of records stays the same, so that a rollback still counts all migrated records. Cost: 1 RCU per 4 KB packed, and
     * the write of a part that contains the player.
     */
    public Optional<Erased> erase(String game, String run, int segment, @Nullable String after, String playerId) {
        Optional<Map<String, AttributeValue>> found = nextItem(game, run, segment, after, true);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Map<String, AttributeValue> item = found.get();
        String key = Attributes.string(item, "sk");
        if (item.containsKey(SCRIPT)) {
            boolean removed =
                    ConditionalPut.write(dynamo, tables.migrations(), item, SCRIPT, read -> ScriptErasure.without(
                                    PackedJson.stored(Attributes.bytes(read, SCRIPT))
                                            .value(),
                                    playerId)
                            .map(data -> b(PackedJson.of(data, DEFLATE_BYTES).bytes())));
            return Optional.of(new Erased(key, removed ? 1 : 0));
        }
        int records = (int) StreamSupport.stream(packed(item).spliterator(), false)
                .filter(record -> isOf(record, playerId))
                .count();
        boolean erased = records > 0
                && ConditionalPut.write(
                        dynamo, tables.migrations(), item, DATA, read -> Optional.of(without(read, playerId)));
        return Optional.of(new Erased(key, erased ? records : 0));
    }

    private static AttributeValue without(Map<String, AttributeValue> item, String playerId) {
        ArrayNode records = packed(item);
        for (int i = 0; i < records.size(); i++) {
            if (isOf(records.get(i), playerId)) {
                ObjectNode anonymous = JsonNodeFactory.instance.objectNode();
                anonymous.put("i", ScanPage.ERASED_PLAYER + "-" + i).put("v", 0);
                anonymous.put("m", records.get(i).path("m").asText()).putObject("s");
                records.set(i, anonymous);
            }
        }
        return b(PackedJson.of(records, DEFLATE_BYTES).bytes());
    }

    private static ArrayNode packed(Map<String, AttributeValue> item) {
        return (ArrayNode) PackedJson.stored(Attributes.bytes(item, DATA)).value();
    }

    private static boolean isOf(JsonNode record, String playerId) {
        return record.path("o").asText().equals(playerId)
                || record.path("i").asText().equals(playerId)
                || JsonValues.id(record.path("s").path("playerId"))
                        .filter(playerId::equals)
                        .isPresent();
    }

    /** Deletes up to 100 items of a segment's backup. Returns false if none was left. */
    boolean deleteSome(String game, String run, int segment) {
        QueryResponse response = dynamo.query(query -> query.tableName(tables.migrations())
                .keyConditionExpression("pk = :pk")
                .projectionExpression("pk, sk")
                .expressionAttributeValues(Map.of(":pk", s(partition(game, run, segment))))
                .consistentRead(true)
                .limit(DELETED_AT_ONCE));
        batches.write(
                tables.migrations(),
                response.items().stream()
                        .map(key -> WriteRequest.builder()
                                .deleteRequest(delete -> delete.key(key))
                                .build())
                        .toList());
        return !response.items().isEmpty();
    }

    private static Part part(Map<String, AttributeValue> item) {
        String key = Attributes.string(item, "sk");
        List<BackupRecord> records = new ArrayList<>();
        for (JsonNode record : packed(item)) {
            records.add(new BackupRecord(
                    record.get("i").textValue(),
                    record.get("v").longValue(),
                    record.get("m").textValue(),
                    (ObjectNode) record.get("s")));
        }
        int space = key.indexOf('#');
        long seq = Long.parseLong(key.substring(space + 1, key.indexOf('#', space + 1)));
        return new Part(key.substring(0, space), seq, records, key);
    }

    private static String partition(String game, String run, int segment) {
        return PartitionKey.of(game, "backup", run, PaddedNumber.of(segment, 2));
    }
}
