package dev.statecraft.replication;

import static dev.statecraft.table.Attributes.bool;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.table.Attributes;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
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

/**
 * The entity types somebody has said something about, in the replication table.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#types, {@code sk} = type.
 *   <li>Attributes: {@code strategy}, {@code fallback}, {@code rules} from path to rule, {@code playersMayWrite},
 *       {@code historyLimit}.
 *   <li>No guard: a type is always written whole, the last one counts.
 * </ul>
 */
@ApplicationScoped
public class EntityTypeStore {

    private final DynamoDbClient dynamo;
    private final TableNames tables;

    EntityTypeStore(DynamoDbClient dynamo, TableNames tables) {
        this.dynamo = dynamo;
        this.tables = tables;
    }

    /** Reads a type, strongly consistent; 1 RCU. Nothing if nobody has stored it. */
    public Optional<EntityType> read(String game, String name) {
        Map<String, AttributeValue> item = dynamo.getItem(get ->
                        get.tableName(tables.replication()).key(key(game, name)).consistentRead(true))
                .item();
        return item.isEmpty() ? Optional.empty() : Optional.of(fromItem(item));
    }

    /** Stores a type in place of an earlier one; 1 WCU. */
    public void put(String game, EntityType type) {
        Map<String, AttributeValue> item = new HashMap<>(key(game, type.name()));
        item.put("strategy", s(type.strategy().name()));
        item.put("fallback", s(type.fallback().name()));
        Map<String, AttributeValue> rules = new HashMap<>();
        type.rules().forEach((path, rule) -> rules.put(path.toString(), s(rule.name())));
        item.put("rules", AttributeValue.fromM(rules));
        item.put("playersMayWrite", bool(type.playersMayWrite()));
        Integer historyLimit = type.historyLimit();
        if (historyLimit != null) {
            item.put("historyLimit", n(historyLimit));
        }
        dynamo.putItem(put -> put.tableName(tables.replication()).item(item));
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
            response.items().forEach(item -> found.add(fromItem(item)));
            start = response.lastEvaluatedKey();
        } while (!start.isEmpty() && found.size() < limit);
        return found;
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
