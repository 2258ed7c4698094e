package dev.statecraft.replication.state;

import static dev.statecraft.table.Attributes.s;

import dev.statecraft.table.Attributes;
import dev.statecraft.table.Batches;
import dev.statecraft.table.CapacityUsage;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.ScanCursor;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;

/**
 * Reads the entities table. {@code CommitStore} writes it.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#space, {@code sk} = entity. The item of a deleted entity stays without a state, because
 *       it holds the version and the receipts.
 *   <li>Attributes: {@code ty} type, {@code v} version, {@code st} packed state, {@code m} schema version, {@code o}
 *       owner, {@code at} and {@code by} of this version, {@code g} strategy, {@code cf} packed conflicts, {@code sq}
 *       commit, {@code cs} commit of creation, {@code k} number of stored versions, {@code rt} packed receipts (earlier
 *       {@code rc}, which is read, and replaced by the next write), {@code sp} packed changes if the commit made more
 *       than one version. Of the session, if there was one: {@code sf} fencing token, {@code sh} holder, {@code so}
 *       previous holder, {@code sl} time to live in seconds, {@code sr} last version that the holder wrote.
 *   <li>Index {@code types}: {@code tpk} = game#type, {@code tsk} = space#entity, keys only. Deleted entities are not
 *       in the index.
 *   <li>Condition of every write: the version that was read is still the current one.
 * </ul>
 */
@ApplicationScoped
public class EntityStore {

    private static final String TYPE_INDEX = "types";

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final Batches batches;

    public EntityStore(DynamoDbClient dynamo, TableNames tables, Batches batches) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.batches = batches;
    }

    /** A page of entities. {@code next} is the id to continue after; null at the end. */
    public record EntityPage(
            List<Entity> entities, @Nullable String next) {}

    /**
     * Reads an entity, strongly consistent. Returns version 0 if the entity never existed. Cost: 1 RCU for each 4 KB.
     */
    public Entity read(String game, String space, String id) {
        Map<String, AttributeValue> item = dynamo.getItem(get -> get.tableName(tables.entities())
                        .key(EntityItems.key(game, space, id))
                        .consistentRead(true))
                .item();
        return item.isEmpty() ? Entity.none(space, id) : EntityItems.fromItem(item);
    }

    /** Reads entities of a space, strongly consistent, 100 per request. Entities that never existed are left out. */
    public Map<String, Entity> readAll(String game, String space, Collection<String> ids) {
        Map<String, Entity> found = new LinkedHashMap<>();
        List<String> all = ids.stream().distinct().toList();
        for (int from = 0; from < all.size(); from += Batches.READ_LIMIT) {
            List<Map<String, AttributeValue>> keys =
                    all.subList(from, Math.min(all.size(), from + Batches.READ_LIMIT)).stream()
                            .map(id -> EntityItems.key(game, space, id))
                            .toList();
            var request =
                    KeysAndAttributes.builder().keys(keys).consistentRead(true).build();
            batches.get(Map.of(tables.entities(), request))
                    .getOrDefault(tables.entities(), List.of())
                    .forEach(item -> {
                        Entity entity = EntityItems.fromItem(item);
                        found.put(entity.id(), entity);
                    });
        }
        return found;
    }

    /**
     * Reads the entities of a space in the order of their ids, including deleted ones, strongly consistent.
     *
     * @param limit maximum number of entities; a page ends earlier at 1 MB
     */
    public EntityPage page(String game, String space, @Nullable String after, int limit) {
        QueryRequest.Builder query = QueryRequest.builder()
                .tableName(tables.entities())
                .keyConditionExpression("pk = :pk")
                .expressionAttributeValues(Map.of(":pk", s(PartitionKey.of(game, space))))
                .consistentRead(true)
                .limit(limit);
        if (after != null) {
            query.exclusiveStartKey(EntityItems.key(game, space, after));
        }
        QueryResponse response = dynamo.query(query.build());
        return new EntityPage(
                response.items().stream().map(EntityItems::fromItem).toList(),
                Attributes.stringOrNull(response.lastEvaluatedKey(), "sk"));
    }

    /** Ids of the entities of one type in a space, in order, eventually consistent. Cost: 0.5 RCU for about 40 ids. */
    public List<String> idsOfType(String game, String space, String type, @Nullable String after, int limit) {
        String prefix = space + "#";
        List<String> ids = new ArrayList<>();
        Map<String, AttributeValue> start = Map.of();
        if (after != null) {
            start = new HashMap<>(EntityItems.key(game, space, after));
            start.put("tpk", s(PartitionKey.of(game, type)));
            start.put("tsk", s(prefix + after));
        }
        do {
            QueryResponse response = dynamo.query(QueryRequest.builder()
                    .tableName(tables.entities())
                    .indexName(TYPE_INDEX)
                    .keyConditionExpression("tpk = :tpk AND begins_with(tsk, :space)")
                    .expressionAttributeValues(Map.of(":tpk", s(PartitionKey.of(game, type)), ":space", s(prefix)))
                    .limit(limit - ids.size())
                    .exclusiveStartKey(start.isEmpty() ? null : start)
                    .build());
            response.items().forEach(item -> ids.add(Attributes.string(item, "sk")));
            start = response.lastEvaluatedKey();
        } while (!start.isEmpty() && ids.size() < limit);
        return ids;
    }

    /** A page of keys of entities. {@code next} is the key to continue after; null at the end. */
    public record Places(List<EntityKey> places, @Nullable EntityKey next) {}

    /**
     * Keys of the entities of one type in all spaces, in the order of space and id, eventually consistent. A page is at
     * most 1 MB of the index, about 10,000 entities. Cost: up to 128 RCU.
     */
    public Places placesOfType(String game, String type, @Nullable EntityKey after) {
        Map<String, AttributeValue> start = new HashMap<>();
        if (after != null) {
            start.putAll(EntityItems.key(game, after.space(), after.id()));
            start.put("tpk", s(PartitionKey.of(game, type)));
            start.put("tsk", s(after.space() + "#" + after.id()));
        }
        QueryResponse response = dynamo.query(QueryRequest.builder()
                .tableName(tables.entities())
                .indexName(TYPE_INDEX)
                .keyConditionExpression("tpk = :tpk")
                .expressionAttributeValues(Map.of(":tpk", s(PartitionKey.of(game, type))))
                .exclusiveStartKey(start.isEmpty() ? null : start)
                .build());
        return new Places(
                response.items().stream().map(EntityItems::place).toList(),
                response.lastEvaluatedKey().isEmpty() ? null : EntityItems.place(response.lastEvaluatedKey()));
    }

    /** Reads entities of any spaces, strongly consistent, 100 per request. Entities that never existed are left out. */
    public List<Entity> readAll(String game, List<EntityKey> places) {
        List<Entity> found = new ArrayList<>();
        for (int from = 0; from < places.size(); from += Batches.READ_LIMIT) {
            List<Map<String, AttributeValue>> keys =
                    places.subList(from, Math.min(places.size(), from + Batches.READ_LIMIT)).stream()
                            .map(place -> EntityItems.key(game, place.space(), place.id()))
                            .toList();
            var request =
                    KeysAndAttributes.builder().keys(keys).consistentRead(true).build();
            batches.get(Map.of(tables.entities(), request))
                    .getOrDefault(tables.entities(), List.of())
                    .forEach(item -> found.add(EntityItems.fromItem(item)));
        }
        return found;
    }

    /** A page of a game's entities of all spaces. {@code next} is the cursor of the next page; null at the end. */
    public record GamePage(List<Entity> entities, @Nullable String next) {}

    /**
     * Scans all entities of a game, including deleted ones, strongly consistent. A page is 1 MB of the whole table,
     * from which the items of other games are filtered. Cost: 128 RCU for each page. For rare operations only.
     *
     * @param cursor {@code next} of the previous page; null for the first page
     */
    public GamePage scanGame(String game, @Nullable String cursor) {
        ScanResponse response = dynamo.scan(ScanRequest.builder()
                .tableName(tables.entities())
                .filterExpression("begins_with(pk, :game)")
                .expressionAttributeValues(Map.of(":game", s(PartitionKey.prefix(game))))
                .consistentRead(true)
                .exclusiveStartKey(cursor == null ? null : ScanCursor.read(cursor))
                .build());
        return new GamePage(
                response.items().stream().map(EntityItems::fromItem).toList(),
                ScanCursor.write(response.lastEvaluatedKey()));
    }

    /**
     * Scans one part of the whole table for the entities of one type. A part contains whole spaces, because DynamoDB
     * divides a table by the hash of the partition key. Parts that are processed in parallel therefore have no space in
     * common. Cost: 0.5 RCU for each 4 KB scanned, twice that if consistent.
     *
     * @param limit maximum number of items scanned; a page ends earlier at 1 MB
     */
    public EntityScan scan(
            String game,
            String type,
            EntityScan.Part part,
            EntityScan.@Nullable Position after,
            int limit,
            CapacityUsage consumption) {
        ScanRequest.Builder scan = ScanRequest.builder()
                .tableName(tables.entities())
                .segment(part.number())
                .totalSegments(part.of())
                .consistentRead(part.consistent())
                .limit(limit)
                .filterExpression("#tpk = :tpk")
                .projectionExpression("#pk, #sk, #m")
                .expressionAttributeNames(Map.of("#tpk", "tpk", "#pk", "pk", "#sk", "sk", "#m", "m"))
                .expressionAttributeValues(Map.of(":tpk", s(PartitionKey.of(game, type))))
                .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL);
        if (after != null) {
            scan.exclusiveStartKey(Map.of("pk", s(after.partition()), "sk", s(after.sort())));
        }
        ScanResponse response = dynamo.scan(scan.build());
        consumption.add(response.consumedCapacity());
        Map<String, AttributeValue> last = response.lastEvaluatedKey();
        return new EntityScan(
                response.items().stream()
                        .map(item -> new EntityScan.Found(EntityItems.place(item), Attributes.string(item, "m")))
                        .toList(),
                last.isEmpty()
                        ? null
                        : new EntityScan.Position(Attributes.string(last, "pk"), Attributes.string(last, "sk")));
    }
}
