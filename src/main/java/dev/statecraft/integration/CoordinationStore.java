package dev.statecraft.integration;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.table.Attributes;
import dev.statecraft.table.Batches;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;

/**
 * What boards follow, how far, and when their tops were replicated, in the integration table.
 *
 * <ul>
 *   <li>A binding: {@code pk} = game#bindings, {@code sk} = board, {@code ty} entity type, {@code pa} path, {@code ep}
 *       epoch of the board. While entities are being gone through for it also {@code fs}, {@code fe} space and id of the
 *       last one, and {@code fl} how often they still are to be gone through.
 *   <li>A mark: {@code pk} = game#followed#board#epoch, {@code sk} = space/entity, {@code v} the version that was
 *       followed last, {@code ttl}.
 *   <li>A top: {@code pk} = game#tops, {@code sk} = board, {@code at} when it was replicated last, {@code d} since when
 *       it may have changed; all in epoch milliseconds.
 *   <li>Guards: a mark only rises; a top's {@code d} is removed only if it is the one that was seen.
 * </ul>
 */
@ApplicationScoped
public class CoordinationStore {

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final IntegrationConfig config;

    CoordinationStore(DynamoDbClient dynamo, TableNames tables, IntegrationConfig config) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.config = config;
    }

    /**
     * A board that follows entities.
     *
     * @param fillsLeft how often all entities still are to be gone through, 0 for none
     * @param space of the entity gone through last, null if none was
     * @param entity its id, likewise
     */
    record Binding(
            String board,
            int epoch,
            String entityType,
            String path,
            int fillsLeft,
            @Nullable String space,
            @Nullable String entity) {

        /** Whether it follows the same as another one. */
        boolean follows(String type, String where, int boardEpoch) {
            return entityType.equals(type) && path.equals(where) && epoch == boardEpoch;
        }

        Binding filling(int left, @Nullable String lastSpace, @Nullable String lastEntity) {
            return new Binding(board, epoch, entityType, path, left, lastSpace, lastEntity);
        }
    }

    /** The bindings of a game, strongly consistent; 1 RCU for some 40. */
    List<Binding> bindings(String game) {
        List<Binding> found = new ArrayList<>();
        dynamo.queryPaginator(query -> query.tableName(tables.integration())
                        .keyConditionExpression("pk = :pk")
                        .expressionAttributeValues(Map.of(":pk", s(PartitionKey.of(game, "bindings"))))
                        .consistentRead(true))
                .items()
                .forEach(item -> found.add(binding(item)));
        return found;
    }

    /** Stores a binding; 1 WCU. */
    void bind(String game, Binding binding) {
        Map<String, AttributeValue> item = new HashMap<>(bindingKey(game, binding.board()));
        item.put("ty", s(binding.entityType()));
        item.put("pa", s(binding.path()));
        item.put("ep", n(binding.epoch()));
        item.put("fl", n(binding.fillsLeft()));
        if (binding.space() != null && binding.entity() != null) {
            item.put("fs", s(binding.space()));
            item.put("fe", s(binding.entity()));
        }
        dynamo.putItem(put -> put.tableName(tables.integration()).item(item));
    }

    /** Removes a binding; 1 WCU. */
    void unbind(String game, String board) {
        dynamo.deleteItem(delete -> delete.tableName(tables.integration()).key(bindingKey(game, board)));
    }

    /** The versions that a board has followed, by space/entity; 0.5 RCU each. */
    Map<String, Long> followed(String game, String board, int epoch, Collection<String> entities) {
        Map<String, Long> versions = new HashMap<>();
        List<String> all = entities.stream().distinct().toList();
        for (int from = 0; from < all.size(); from += Batches.READ_LIMIT) {
            List<Map<String, AttributeValue>> keys =
                    all.subList(from, Math.min(all.size(), from + Batches.READ_LIMIT)).stream()
                            .map(entity -> followedKey(game, board, epoch, entity))
                            .toList();
            KeysAndAttributes request =
                    KeysAndAttributes.builder().keys(keys).consistentRead(true).build();
            Batches.get(dynamo, Map.of(tables.integration(), request))
                    .getOrDefault(tables.integration(), List.of())
                    .forEach(item -> versions.put(Attributes.string(item, "sk"), Attributes.number(item, "v")));
        }
        return versions;
    }

    /** Notes the version of an entity that a board has followed, unless a later one is noted; 1 WCU. */
    void follow(String game, String board, int epoch, String entity, long version, Instant now) {
        try {
            dynamo.updateItem(update -> update.tableName(tables.integration())
                    .key(followedKey(game, board, epoch, entity))
                    .updateExpression("SET #v = :v, #ttl = :ttl")
                    .conditionExpression("attribute_not_exists(#v) OR #v < :v")
                    .expressionAttributeNames(Map.of("#v", "v", "#ttl", "ttl"))
                    .expressionAttributeValues(Map.of(
                            ":v",
                            n(version),
                            ":ttl",
                            n(now.plus(config.markRetention()).getEpochSecond()))));
        } catch (ConditionalCheckFailedException e) {
            // A later version is noted, which is as good: marks only say what need not be looked at.
            return;
        }
    }

    /** When the top of a board was replicated, and since when it may have changed; 0 for never. */
    record Top(String board, long at, long changed) {}

    /** Notes that the top of a board may have changed; 1 WCU. */
    Top changed(String game, String board, long now) {
        return top(dynamo.updateItem(update -> update.tableName(tables.integration())
                        .key(topKey(game, board))
                        .updateExpression("SET #d = :now")
                        .expressionAttributeNames(Map.of("#d", "d"))
                        .expressionAttributeValues(Map.of(":now", n(now)))
                        .returnValues("ALL_NEW"))
                .attributes());
    }

    /** The tops of a game that may have changed; 0.5 RCU for some 50 boards. */
    List<Top> tops(String game) {
        List<Top> found = new ArrayList<>();
        dynamo.queryPaginator(query -> query.tableName(tables.integration())
                        .keyConditionExpression("pk = :pk")
                        .expressionAttributeValues(Map.of(":pk", s(PartitionKey.of(game, "tops")))))
                .items()
                .forEach(item -> found.add(top(item)));
        return found.stream().filter(top -> top.changed() > 0).toList();
    }

    /**
     * Takes it on to replicate a top, unless somebody else did since it was seen; 1 WCU.
     *
     * @return whether it is to be done
     */
    boolean claim(String game, Top seen, long now) {
        try {
            Map<String, AttributeValue> values = new HashMap<>();
            values.put(":now", n(now));
            if (seen.at() > 0) {
                values.put(":seen", n(seen.at()));
            }
            dynamo.updateItem(update -> update.tableName(tables.integration())
                    .key(topKey(game, seen.board()))
                    .updateExpression("SET #at = :now")
                    .conditionExpression(seen.at() > 0 ? "#at = :seen" : "attribute_not_exists(#at)")
                    .expressionAttributeNames(Map.of("#at", "at"))
                    .expressionAttributeValues(values));
            return true;
        } catch (ConditionalCheckFailedException e) {
            return false;
        }
    }

    /** Notes that a top is replicated as it is, unless it may have changed since it was seen; 1 WCU. */
    void unchanged(String game, Top seen) {
        try {
            dynamo.updateItem(update -> update.tableName(tables.integration())
                    .key(topKey(game, seen.board()))
                    .updateExpression("REMOVE #d")
                    .conditionExpression("#d = :seen")
                    .expressionAttributeNames(Map.of("#d", "d"))
                    .expressionAttributeValues(Map.of(":seen", n(seen.changed()))));
        } catch (ConditionalCheckFailedException e) {
            // It changed again, so it stays noted.
            return;
        }
    }

    /** Forgets a top. */
    void forget(String game, String board) {
        dynamo.deleteItem(delete -> delete.tableName(tables.integration()).key(topKey(game, board)));
    }

    private static Binding binding(Map<String, AttributeValue> item) {
        return new Binding(
                Attributes.string(item, "sk"),
                (int) Attributes.number(item, "ep"),
                Attributes.string(item, "ty"),
                Attributes.string(item, "pa"),
                (int) Attributes.number(item, "fl", 0),
                Attributes.stringOrNull(item, "fs"),
                Attributes.stringOrNull(item, "fe"));
    }

    private static Top top(Map<String, AttributeValue> item) {
        return new Top(
                Attributes.string(item, "sk"), Attributes.number(item, "at", 0), Attributes.number(item, "d", 0));
    }

    private static Map<String, AttributeValue> bindingKey(String game, String board) {
        return Map.of("pk", s(PartitionKey.of(game, "bindings")), "sk", s(board));
    }

    private static Map<String, AttributeValue> followedKey(String game, String board, int epoch, String entity) {
        return Map.of("pk", s(PartitionKey.of(game, "followed", board, epoch)), "sk", s(entity));
    }

    private static Map<String, AttributeValue> topKey(String game, String board) {
        return Map.of("pk", s(PartitionKey.of(game, "tops")), "sk", s(board));
    }
}
