package dev.statecraft.integration.binding;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.integration.event.IntegrationConfig;
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
 * Stores the bindings of boards to entity types, the applied entity versions and the replication state of boards, in
 * the integration table.
 *
 * <ul>
 *   <li>Binding: {@code pk} = game#bindings, {@code sk} = board, {@code ty} entity type, {@code pa} path, {@code ep}
 *       epoch of the board, {@code fl} backfill passes left; during a pass {@code fs} and {@code fe}, space and id of
 *       the last entity that was read.
 *   <li>Applied version: {@code pk} = game#followed#board#epoch, {@code sk} = space/entity, {@code v} the last applied
 *       version, {@code ttl}.
 *   <li>Replicated board: {@code pk} = game#tops, {@code sk} = board, {@code at} time of the last replication, {@code
 *       d} time of the last score change; absent once it is replicated. Times are Unix milliseconds.
 *   <li>Wake-up: {@code pk} = game#wake, {@code sk} = {@code wake}, {@code at} when work became due that no other stream
 *       shows. Its stream record wakes the schedule.
 *   <li>Guards: an applied version never decreases. {@code d} is removed only if it has not changed since it was read.
 * </ul>
 */
@ApplicationScoped
public class CoordinationStore {

    private static final String WAKE_UP = "wake";

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final IntegrationConfig config;
    private final Batches batches;

    CoordinationStore(DynamoDbClient dynamo, TableNames tables, Batches batches, IntegrationConfig config) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.config = config;
        this.batches = batches;
    }

    /**
     * Binding of a board to a source entity type.
     *
     * @param epoch board epoch
     * @param path path of the score in the entity's state
     * @param passesLeft number of backfill passes left, 0 if the backfill is complete
     * @param space space of the last entity read in the current pass, null at its start
     * @param entity id of the last entity read in the current pass, null at its start
     */
    record Binding(
            String board,
            int epoch,
            String entityType,
            String path,
            int passesLeft,
            @Nullable String space,
            @Nullable String entity) {

        /** Returns true if the binding has this entity type, path and board epoch. */
        boolean matches(String otherType, String otherPath, int otherEpoch) {
            return entityType.equals(otherType) && path.equals(otherPath) && epoch == otherEpoch;
        }

        Binding withBackfill(int newPassesLeft, @Nullable String lastSpace, @Nullable String lastEntity) {
            return new Binding(board, epoch, entityType, path, newPassesLeft, lastSpace, lastEntity);
        }
    }

    /** Returns the bindings of a game, strongly consistent. Cost: 1 RCU per 40 bindings. */
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

    /** Stores a binding and replaces the previous one of the board. Cost: 1 WCU. */
    void bind(String game, Binding binding) {
        Map<String, AttributeValue> item = new HashMap<>(bindingKey(game, binding.board()));
        item.put("ty", s(binding.entityType()));
        item.put("pa", s(binding.path()));
        item.put("ep", n(binding.epoch()));
        item.put("fl", n(binding.passesLeft()));
        if (binding.space() != null && binding.entity() != null) {
            item.put("fs", s(binding.space()));
            item.put("fe", s(binding.entity()));
        }
        dynamo.putItem(put -> put.tableName(tables.integration()).item(item));
    }

    /** Writes the wake-up of the game, whose stream record wakes the schedule. Cost: 1 WCU. */
    void wakeSchedule(String game, Instant now) {
        dynamo.putItem(put -> put.tableName(tables.integration())
                .item(Map.of("pk", s(PartitionKey.of(game, WAKE_UP)), "sk", s(WAKE_UP), "at", n(now.toEpochMilli()))));
    }

    /** Whether an item is a wake-up. */
    static boolean isWakeUp(String partitionKey) {
        return partitionKey.endsWith("#" + WAKE_UP);
    }

    /** Deletes a binding if it exists. Cost: 1 WCU. */
    void unbind(String game, String board) {
        dynamo.deleteItem(delete -> delete.tableName(tables.integration()).key(bindingKey(game, board)));
    }

    /**
     * Returns the last applied versions of entities by space/entity; entities without one are absent. Strongly
     * consistent. Cost: 1 RCU per entity.
     */
    Map<String, Long> appliedVersions(String game, String board, int epoch, Collection<String> entities) {
        Map<String, Long> versions = new HashMap<>();
        List<String> all = entities.stream().distinct().toList();
        for (int from = 0; from < all.size(); from += Batches.READ_LIMIT) {
            List<Map<String, AttributeValue>> keys =
                    all.subList(from, Math.min(all.size(), from + Batches.READ_LIMIT)).stream()
                            .map(entity -> appliedKey(game, board, epoch, entity))
                            .toList();
            KeysAndAttributes request =
                    KeysAndAttributes.builder().keys(keys).consistentRead(true).build();
            batches.get(Map.of(tables.integration(), request))
                    .getOrDefault(tables.integration(), List.of())
                    .forEach(item -> versions.put(Attributes.string(item, "sk"), Attributes.number(item, "v")));
        }
        return versions;
    }

    /** Stores the last applied version of an entity unless a later version is stored. Cost: 1 WCU. */
    void recordApplied(String game, String board, int epoch, String entity, long version, Instant now) {
        try {
            dynamo.updateItem(update -> update.tableName(tables.integration())
                    .key(appliedKey(game, board, epoch, entity))
                    .updateExpression("SET #v = :v, #ttl = :ttl")
                    .conditionExpression("attribute_not_exists(#v) OR #v < :v")
                    .expressionAttributeNames(Map.of("#v", "v", "#ttl", "ttl"))
                    .expressionAttributeValues(Map.of(
                            ":v",
                            n(version),
                            ":ttl",
                            n(now.plus(config.markRetention()).getEpochSecond()))));
        } catch (ConditionalCheckFailedException e) {
            // A later version is already stored.
            return;
        }
    }

    /**
     * Replication state of a board's top entries.
     *
     * @param replicatedAt time of the last replication in Unix milliseconds, 0 if there was none
     * @param changedAt time of the last score change that may not be replicated in Unix milliseconds, 0 if there is
     *     none
     */
    record ReplicatedBoard(String board, long replicatedAt, long changedAt) {}

    /** Stores that the scores of a board have changed and returns the board's replication state. Cost: 1 WCU. */
    ReplicatedBoard markChanged(String game, String board, long now) {
        return replicatedBoard(dynamo.updateItem(update -> update.tableName(tables.integration())
                        .key(replicatedBoardKey(game, board))
                        .updateExpression("SET #d = :now")
                        .expressionAttributeNames(Map.of("#d", "d"))
                        .expressionAttributeValues(Map.of(":now", n(now)))
                        .returnValues("ALL_NEW"))
                .attributes());
    }

    /** Returns the boards of a game with changes that may not be replicated. Cost: 0.5 RCU per 50 boards. */
    List<ReplicatedBoard> changedBoards(String game) {
        List<ReplicatedBoard> found = new ArrayList<>();
        dynamo.queryPaginator(query -> query.tableName(tables.integration())
                        .keyConditionExpression("pk = :pk")
                        .expressionAttributeValues(Map.of(":pk", s(PartitionKey.of(game, "tops")))))
                .items()
                .forEach(item -> found.add(replicatedBoard(item)));
        return found.stream().filter(board -> board.changedAt() > 0).toList();
    }

    /**
     * Claims the replication of a board by moving the time of its last replication. Cost: 1 WCU.
     *
     * @return false if another instance claimed it after the state was read
     */
    boolean claim(String game, ReplicatedBoard seen, long now) {
        try {
            Map<String, AttributeValue> values = new HashMap<>();
            values.put(":now", n(now));
            if (seen.replicatedAt() > 0) {
                values.put(":seen", n(seen.replicatedAt()));
            }
            dynamo.updateItem(update -> update.tableName(tables.integration())
                    .key(replicatedBoardKey(game, seen.board()))
                    .updateExpression("SET #at = :now")
                    .conditionExpression(seen.replicatedAt() > 0 ? "#at = :seen" : "attribute_not_exists(#at)")
                    .expressionAttributeNames(Map.of("#at", "at"))
                    .expressionAttributeValues(values));
            return true;
        } catch (ConditionalCheckFailedException e) {
            return false;
        }
    }

    /** Clears {@code changedAt} unless the scores changed after the state was read. Cost: 1 WCU. */
    void clearChanged(String game, ReplicatedBoard seen) {
        try {
            dynamo.updateItem(update -> update.tableName(tables.integration())
                    .key(replicatedBoardKey(game, seen.board()))
                    .updateExpression("REMOVE #d")
                    .conditionExpression("#d = :seen")
                    .expressionAttributeNames(Map.of("#d", "d"))
                    .expressionAttributeValues(Map.of(":seen", n(seen.changedAt()))));
        } catch (ConditionalCheckFailedException e) {
            // The scores changed again: the board is replicated again later.
            return;
        }
    }

    /** Deletes the replication state of a board. Cost: 1 WCU. */
    void delete(String game, String board) {
        dynamo.deleteItem(delete -> delete.tableName(tables.integration()).key(replicatedBoardKey(game, board)));
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

    private static ReplicatedBoard replicatedBoard(Map<String, AttributeValue> item) {
        return new ReplicatedBoard(
                Attributes.string(item, "sk"), Attributes.number(item, "at", 0), Attributes.number(item, "d", 0));
    }

    private static Map<String, AttributeValue> bindingKey(String game, String board) {
        return Map.of("pk", s(PartitionKey.of(game, "bindings")), "sk", s(board));
    }

    private static Map<String, AttributeValue> appliedKey(String game, String board, int epoch, String entity) {
        return Map.of("pk", s(PartitionKey.of(game, "followed", board, epoch)), "sk", s(entity));
    }

    private static Map<String, AttributeValue> replicatedBoardKey(String game, String board) {
        return Map.of("pk", s(PartitionKey.of(game, "tops")), "sk", s(board));
    }
}
