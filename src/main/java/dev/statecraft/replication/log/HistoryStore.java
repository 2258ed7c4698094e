package dev.statecraft.replication.log;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityItems;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.Batches;
import dev.statecraft.table.ItemChange;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.ScanCursor;
import dev.statecraft.table.ScanPage;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * The history table: the stored versions of entities. The stream consumer writes them, and erasure of a player deletes
 * or anonymizes them.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#space#entity, {@code sk} = version in 16 digits, or {@code newest}.
 *   <li>A version has the attributes of an entity ({@link EntityItems}).
 *   <li>{@code newest}: {@code v} the newest version stored, {@code k} the number of versions stored up to it. The
 *       version only increases, so a late or repeated delivery does not restore deleted versions.
 * </ul>
 */
@ApplicationScoped
public class HistoryStore {

    private static final Logger LOG = Logger.getLogger(HistoryStore.class);

    private static final String NEWEST = "newest";

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final Batches batches;

    public HistoryStore(DynamoDbClient dynamo, TableNames tables, Batches batches) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.batches = batches;
    }

    /** Reads a version, strongly consistent; empty if it is not stored. Cost: 1 RCU for each 4 KB. */
    public Optional<Entity> read(String game, String space, String id, long version) {
        Map<String, AttributeValue> item = dynamo.getItem(get -> get.tableName(tables.history())
                        .key(key(game, space, id, LogStore.number(version)))
                        .consistentRead(true))
                .item();
        return item.isEmpty() ? Optional.empty() : Optional.of(EntityItems.version(space, id, item));
    }

    /**
     * Stored versions, newest first.
     *
     * @param more whether older versions may be stored that were not read
     */
    public record StoredPart(List<Entity> versions, boolean more) {}

    /** Reads stored versions up to {@code version}, newest first, strongly consistent. A part ends at 1 MB. */
    public StoredPart upTo(String game, String space, String id, long version, int limit) {
        QueryResponse response = dynamo.query(QueryRequest.builder()
                .tableName(tables.history())
                .keyConditionExpression("pk = :pk AND sk <= :version")
                .expressionAttributeValues(
                        Map.of(":pk", s(PartitionKey.of(game, space, id)), ":version", s(LogStore.number(version))))
                .scanIndexForward(false)
                .consistentRead(true)
                .limit(limit)
                .build());
        return new StoredPart(
                response.items().stream()
                        .map(item -> EntityItems.version(space, id, item))
                        .toList(),
                !response.lastEvaluatedKey().isEmpty());
    }

    /**
     * Records the newest stored version, unless a later one is recorded.
     *
     * @return the recorded newest version: {@code to}, or a later one
     */
    Newest advance(String game, String space, String id, Newest to) {
        try {
            dynamo.updateItem(update -> update.tableName(tables.history())
                    .key(key(game, space, id, NEWEST))
                    .updateExpression("SET v = :v, k = :k")
                    .conditionExpression("attribute_not_exists(v) OR v < :v")
                    .expressionAttributeValues(Map.of(":v", n(to.version()), ":k", n(to.kept())))
                    .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD));
            return to;
        } catch (ConditionalCheckFailedException e) {
            return new Newest(Attributes.number(e.item(), "v"), (int) Attributes.number(e.item(), "k"));
        }
    }

    /** The newest stored version of an entity, and the number of versions stored up to it. */
    record Newest(long version, int kept) {

        boolean keeps(long number) {
            return number > version - kept && number <= version;
        }
    }

    /** Writes and deletes versions. Cost: 1 WCU for each KB written, and 1 WCU for each version deleted. */
    void write(String game, String space, String id, List<Entity> versions, List<Long> dropped) {
        List<WriteRequest> requests = new ArrayList<>();
        for (Entity version : versions) {
            Map<String, AttributeValue> item = new HashMap<>(EntityItems.versionItem(version));
            item.putAll(key(game, space, id, LogStore.number(version.version())));
            requests.add(
                    WriteRequest.builder().putRequest(put -> put.item(item)).build());
        }
        for (long version : dropped) {
            requests.add(WriteRequest.builder()
                    .deleteRequest(delete -> delete.key(key(game, space, id, LogStore.number(version))))
                    .build());
        }
        batches.write(tables.history(), requests);
    }

    /**
     * Deletes versions of a game, and replaces a name in {@code by} of others, in one page of a scan of the whole
     * table. Cost: 128 RCU, and 1 WCU for each KB of each version deleted or changed.
     *
     * @param erased selects the versions to delete
     * @param by the name to replace
     * @param to its replacement
     * @param cursor the cursor that the previous page returned; null for the first page
     */
    public ScanPage erase(String game, Predicate<Entity> erased, String by, String to, @Nullable String cursor) {
        ScanResponse response = dynamo.scan(ScanRequest.builder()
                .tableName(tables.history())
                .filterExpression("begins_with(pk, :game) AND sk <> :newest")
                .expressionAttributeValues(Map.of(":game", s(PartitionKey.prefix(game)), ":newest", s(NEWEST)))
                .consistentRead(true)
                .exclusiveStartKey(cursor == null ? null : ScanCursor.read(cursor))
                .build());
        long touched = 0;
        for (Map<String, AttributeValue> item : response.items()) {
            String pk = Attributes.string(item, "pk");
            String[] parts = pk.split("#", 3);
            Entity version = EntityItems.version(parts[1], parts[2], item);
            Map<String, AttributeValue> key = Map.of("pk", s(pk), "sk", s(Attributes.string(item, "sk")));
            if (erased.test(version)) {
                dynamo.deleteItem(delete -> delete.tableName(tables.history()).key(key));
                touched++;
            } else if (version.by().equals(by)) {
                rename(key, by, to);
                touched++;
            }
        }
        return new ScanPage(ScanCursor.write(response.lastEvaluatedKey()), touched);
    }

    private void rename(Map<String, AttributeValue> key, String by, String to) {
        try {
            dynamo.updateItem(update -> update.tableName(tables.history())
                    .key(key)
                    .updateExpression("SET #by = :to")
                    .conditionExpression("#by = :by")
                    .expressionAttributeNames(Map.of("#by", "by"))
                    .expressionAttributeValues(Map.of(":to", s(to), ":by", s(by))));
        } catch (ConditionalCheckFailedException e) {
            LOG.debugf(e, "a version was already deleted or renamed");
        }
    }

    /** An entity before and after a commit, and the changes of the commit if it made several versions. */
    record EntityChange(
            String game,
            Entity before,
            Entity after,
            @Nullable PackedJson steps) {}

    /** Reads a record of the entities table's stream; empty if it reports no new version. */
    static Optional<EntityChange> change(ItemChange change) {
        Map<String, AttributeValue> item = change.after();
        if (item == null) {
            return Optional.empty();
        }
        Entity after = EntityItems.fromItem(item);
        Map<String, AttributeValue> old = change.before();
        String pk = Attributes.string(item, "pk");
        return Optional.of(new EntityChange(
                pk.substring(0, pk.indexOf('#')),
                old == null ? Entity.none(after.space(), after.id()) : EntityItems.fromItem(old),
                after,
                EntityItems.packed(item, "sp")));
    }

    private static Map<String, AttributeValue> key(String game, String space, String id, String sort) {
        return Map.of("pk", s(PartitionKey.of(game, space, id)), "sk", s(sort));
    }
}
