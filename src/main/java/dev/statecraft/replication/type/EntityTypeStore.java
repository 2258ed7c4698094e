package dev.statecraft.replication.type;

import static dev.statecraft.table.Attributes.bool;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

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
 * The entity types somebody has said something about, in the replication table.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#types, {@code sk} = type.
 *   <li>Attributes: {@code strategy}, {@code fallback}, {@code rules} from path to rule, {@code playersMayWrite},
 *       {@code historyLimit}; and {@code schema}, the migration that its newest states have gone through, which is also
 *       there for types that nobody has stored.
 *   <li>No guard: what is said about a type is always written whole, the last one counts; so does the last schema.
 * </ul>
 */
@ApplicationScoped
public class EntityTypeStore {

    private final DynamoDbClient dynamo;
    private final TableNames tables;

    public EntityTypeStore(DynamoDbClient dynamo, TableNames tables) {
        this.dynamo = dynamo;
        this.tables = tables;
    }

    /**
     * What is stored of a type.
     *
     * @param type nothing if nobody has said anything about it
     * @param schema the migration that its newest states have gone through, null if there was none
     */
    record StoredType(Optional<EntityType> type, @Nullable String schema) {}

    /** Reads a type, strongly consistent; 1 RCU. */
    StoredType read(String game, String name) {
        Map<String, AttributeValue> item = dynamo.getItem(get ->
                        get.tableName(tables.replication()).key(key(game, name)).consistentRead(true))
                .item();
        return new StoredType(
                isType(item) ? Optional.of(fromItem(item)) : Optional.empty(), Attributes.stringOrNull(item, "schema"));
    }

    /** Stores a type in place of an earlier one, its schema left as it is; 1 WCU. */
    public void put(String game, EntityType type) {
        Map<String, AttributeValue> rules = new HashMap<>();
        type.rules().forEach((path, rule) -> rules.put(path.toString(), s(rule.name())));
        Map<String, AttributeValue> values = new HashMap<>();
        values.put(":strategy", s(type.strategy().name()));
        values.put(":fallback", s(type.fallback().name()));
        values.put(":rules", AttributeValue.fromM(rules));
        values.put(":players", bool(type.playersMayWrite()));
        Integer historyLimit = type.historyLimit();
        if (historyLimit != null) {
            values.put(":limit", n(historyLimit));
        }
        dynamo.updateItem(update -> update.tableName(tables.replication())
                .key(key(game, type.name()))
                .updateExpression("SET #strategy = :strategy, #fallback = :fallback, #rules = :rules,"
                        + " #players = :players"
                        + (historyLimit == null ? " REMOVE #limit" : ", #limit = :limit"))
                .expressionAttributeNames(Map.of(
                        "#strategy", "strategy",
                        "#fallback", "fallback",
                        "#rules", "rules",
                        "#players", "playersMayWrite",
                        "#limit", "historyLimit"))
                .expressionAttributeValues(values));
    }

    /**
     * Says which migration the newest states of a type have gone through, in one transaction with writes of somebody else;
     * 2 WCU and what those consume.
     *
     * @return false if a condition of those writes does not hold, or others are at the same items
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

    /** Stored types by name, after one; eventually consistent. */
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

    /** Of a type that nobody has said anything about there may be the schema alone. */
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
                historyLimit < 0 ? null : (int) historyLimit);
    }
}
