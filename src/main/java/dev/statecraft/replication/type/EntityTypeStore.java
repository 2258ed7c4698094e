package dev.statecraft.replication.type;

import static dev.statecraft.table.Attributes.b;
import static dev.statecraft.table.Attributes.bool;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.guard.Guard;
import dev.statecraft.replication.guard.GuardReader;
import dev.statecraft.replication.guard.SchemaReader;
import dev.statecraft.replication.guard.StateSchema;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.state.StatePath;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import dev.statecraft.table.TransactionWrites;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * Stores entity types in the replication table.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#types, {@code sk} = type.
 *   <li>Attributes: {@code strategy}, {@code fallback}, {@code rules} by path, {@code playersMayWrite},
 *       {@code historyLimit}, {@code guards} and {@code stateSchema} as packed JSON; {@code schema} is the latest schema
 *       version and may be the only attribute.
 *   <li>No guard: the settings of a type are always written completely, and the last write wins; so is {@code schema}.
 * </ul>
 */
@ApplicationScoped
public class EntityTypeStore {

    /** Guards and schemas of at least this many bytes are compressed. */
    private static final int PLAIN_BYTES = 256;

    private final DynamoDbClient dynamo;
    private final TableNames tables;

    public EntityTypeStore(DynamoDbClient dynamo, TableNames tables) {
        this.dynamo = dynamo;
        this.tables = tables;
    }

    /**
     * Stored item of a type.
     *
     * @param type the settings; empty if they are not stored
     * @param schema the latest schema version; null if no migration was applied
     */
    record StoredType(Optional<EntityType> type, @Nullable String schema) {}

    /** Reads a type, strongly consistent. Cost: 1 RCU for each 4 KB of its settings. */
    StoredType read(String game, String name) {
        Map<String, AttributeValue> item = dynamo.getItem(get ->
                        get.tableName(tables.replication()).key(key(game, name)).consistentRead(true))
                .item();
        return new StoredType(
                isType(item) ? Optional.of(fromItem(item)) : Optional.empty(), Attributes.stringOrNull(item, "schema"));
    }

    /** Stores the settings of a type and keeps its schema version. Cost: 1 WCU for each KB of its settings. */
    public void put(String game, EntityType type) {
        Map<String, AttributeValue> rules = new HashMap<>();
        type.rules().forEach((path, rule) -> rules.put(path.toString(), s(rule.name())));
        Map<String, AttributeValue> values = new HashMap<>();
        values.put(":strategy", s(type.strategy().name()));
        values.put(":fallback", s(type.fallback().name()));
        values.put(":rules", AttributeValue.fromM(rules));
        values.put(":players", bool(type.playersMayWrite()));
        values.put(":session", bool(type.sessionRequired()));
        StringBuilder set = new StringBuilder();
        StringBuilder remove = new StringBuilder();
        for (Map.Entry<String, Optional<AttributeValue>> setting :
                optional(type).entrySet()) {
            String name = setting.getKey();
            if (setting.getValue().isEmpty()) {
                remove.append(remove.isEmpty() ? " REMOVE " : ", ").append(name);
            } else {
                values.put(":" + name, setting.getValue().get());
                set.append(", ").append(name).append(" = :").append(name);
            }
        }
        dynamo.updateItem(update -> update.tableName(tables.replication())
                .key(key(game, type.name()))
                .updateExpression("SET #strategy = :strategy, #fallback = :fallback, #rules = :rules,"
                        + " #players = :players, #session = :session" + set + remove)
                .expressionAttributeNames(Map.of(
                        "#strategy", "strategy",
                        "#fallback", "fallback",
                        "#rules", "rules",
                        "#players", "playersMayWrite",
                        "#session", "sessionRequired"))
                .expressionAttributeValues(values));
    }

    /** The attributes that a type without their setting does not have. */
    private static Map<String, Optional<AttributeValue>> optional(EntityType type) {
        Map<String, Optional<AttributeValue>> optional = new TreeMap<>();
        optional.put("historyLimit", Optional.ofNullable(type.historyLimit()).map(limit -> n(limit)));
        optional.put(
                "guards",
                type.guards().isEmpty()
                        ? Optional.empty()
                        : Optional.of(packed(type.guards().toJson())));
        optional.put("stateSchema", Optional.ofNullable(type.schema()).map(schema -> packed(schema.json())));
        return optional;
    }

    private static AttributeValue packed(ObjectNode json) {
        return b(PackedJson.of(json, PLAIN_BYTES).bytes());
    }

    /**
     * Stores the latest schema version of a type in the same transaction as other writes. Cost: 2 WCU plus the other
     * writes.
     *
     * @return false if a condition of the other writes failed or a concurrent transaction changed the same items
     */
    boolean putSchema(String game, String name, String schema, TransactionWrites writes) {
        List<TransactWriteItem> items = new ArrayList<>();
        items.add(TransactWriteItem.builder()
                .update(update -> update.tableName(tables.replication())
                        .key(key(game, name))
                        .updateExpression("SET #schema = :schema")
                        .expressionAttributeNames(Map.of("#schema", "schema"))
                        .expressionAttributeValues(Map.of(":schema", s(schema))))
                .build());
        items.addAll(writes.items());
        try {
            dynamo.transactWriteItems(write -> write.transactItems(items));
            return true;
        } catch (TransactionCanceledException e) {
            boolean lostRace = e.cancellationReasons().stream()
                    .anyMatch(reason -> "ConditionalCheckFailed".equals(reason.code())
                            || "TransactionConflict".equals(reason.code()));
            if (!lostRace) {
                throw e;
            }
            return false;
        }
    }

    /** Returns the stored types after a name, in the order of their names; eventually consistent. */
    public List<EntityType> list(String game, @Nullable String after, int limit) {
        List<EntityType> found = new ArrayList<>();
        Map<String, AttributeValue> start = after == null ? Map.of() : key(game, after);
        do {
            QueryRequest.Builder query = QueryRequest.builder()
                    .tableName(tables.replication())
                    .keyConditionExpression("pk = :pk")
                    .expressionAttributeValues(Map.of(":pk", s(PartitionKey.of(game, "types"))))
                    .limit(limit - found.size());
            if (!start.isEmpty()) {
                query.exclusiveStartKey(start);
            }
            QueryResponse response = dynamo.query(query.build());
            response.items().stream()
                    .filter(EntityTypeStore::isType)
                    .map(EntityTypeStore::fromItem)
                    .forEach(found::add);
            start = response.lastEvaluatedKey();
        } while (!start.isEmpty() && found.size() < limit);
        return found;
    }

    /** Returns false if the item has only a schema version. */
    private static boolean isType(Map<String, AttributeValue> item) {
        return item.containsKey("strategy");
    }

    private static Map<String, AttributeValue> key(String game, String name) {
        return Map.of("pk", s(PartitionKey.of(game, "types")), "sk", s(name));
    }

    private static EntityType fromItem(Map<String, AttributeValue> item) {
        TreeMap<StatePath, MergeRule> rules = new TreeMap<>();
        Attributes.map(item, "rules")
                .forEach((path, rule) -> rules.put(StatePath.parse(path).orElseThrow(), MergeRule.valueOf(rule.s())));
        long historyLimit = Attributes.number(item, "historyLimit", -1);
        return new EntityType(
                Attributes.string(item, "sk"),
                Strategy.valueOf(Attributes.string(item, "strategy")),
                Strategy.valueOf(Attributes.string(item, "fallback")),
                rules,
                Attributes.flag(item, "playersMayWrite"),
                Attributes.flag(item, "sessionRequired"),
                historyLimit < 0 ? null : (int) historyLimit,
                guards(item),
                schema(item));
    }

    private static Guard guards(Map<String, AttributeValue> item) {
        if (!item.containsKey("guards")) {
            return Guard.NONE;
        }
        if (GuardReader.parse("guards", unpacked(item, "guards"), Integer.MAX_VALUE) instanceof GuardReader.Read read) {
            return read.guard();
        }
        throw new IllegalStateException("stored guards can be read");
    }

    private static @Nullable StateSchema schema(Map<String, AttributeValue> item) {
        if (!item.containsKey("stateSchema")) {
            return null;
        }
        if (SchemaReader.parse("schema", unpacked(item, "stateSchema"), Integer.MAX_VALUE)
                instanceof SchemaReader.Read read) {
            return read.schema();
        }
        throw new IllegalStateException("a stored schema can be read");
    }

    private static JsonNode unpacked(Map<String, AttributeValue> item, String name) {
        return PackedJson.stored(Attributes.bytes(item, name)).value();
    }
}
