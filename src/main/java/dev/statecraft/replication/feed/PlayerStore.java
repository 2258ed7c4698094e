package dev.statecraft.replication.feed;

import static dev.statecraft.table.Attributes.bool;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.replication.statistics.ReplicationStatisticsStore;
import dev.statecraft.replication.statistics.ReplicationStatisticsStore.Sum;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.Batches;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * Stores players and their subscriptions in the replication table.
 *
 * <ul>
 *   <li>Player: {@code pk} = game#player#id, {@code sk} = {@code player}; {@code q} number of the last change, {@code
 *       c} number of active subscriptions, {@code y} true if the player's entities were sent, {@code r} number of
 *       requested resyncs.
 *   <li>Subscription: {@code pk} = game#player#id, {@code sk} = entity#space#id; {@code in} and {@code out} numbers of
 *       the changes that started and ended it, {@code bin} and {@code bout} those of the previous subscription to the
 *       same entity; {@code ttl} if it has ended.
 *   <li>Guard: every change requires that the number of the last change is the one that was read. The counters of the
 *       game are updated in the same transaction.
 * </ul>
 */
@ApplicationScoped
public class PlayerStore {

    private static final String PLAYER = "player";
    private static final String ENTITY = "entity#";

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final ReplicationStatisticsStore statistics;
    private final ReplicationConfig config;
    private final Batches batches;

    public PlayerStore(
            DynamoDbClient dynamo,
            TableNames tables,
            Batches batches,
            ReplicationStatisticsStore statistics,
            ReplicationConfig config) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.statistics = statistics;
        this.config = config;
        this.batches = batches;
    }

    /** Reads a player with all subscriptions, strongly consistent. Cost: 1 RCU per about 40 subscriptions. */
    Player read(String game, String id) {
        List<Player.Subscription> subscriptions = new ArrayList<>();
        Map<String, AttributeValue> player = Map.of();
        Map<String, AttributeValue> start = Map.of();
        do {
            QueryResponse response = dynamo.query(QueryRequest.builder()
                    .tableName(tables.replication())
                    .keyConditionExpression("pk = :pk")
                    .expressionAttributeValues(Map.of(":pk", s(partition(game, id))))
                    .consistentRead(true)
                    .exclusiveStartKey(start.isEmpty() ? null : start)
                    .build());
            for (Map<String, AttributeValue> item : response.items()) {
                String sort = Attributes.string(item, "sk");
                if (sort.equals(PLAYER)) {
                    player = item;
                } else {
                    String[] parts = sort.split("#", -1);
                    subscriptions.add(new Player.Subscription(
                            parts[1],
                            parts[2],
                            Attributes.number(item, "in"),
                            Attributes.number(item, "out", 0),
                            Attributes.number(item, "bin", 0),
                            Attributes.number(item, "bout", 0)));
                }
            }
            start = response.lastEvaluatedKey();
        } while (!start.isEmpty());
        return new Player(
                id,
                Attributes.number(player, "q", 0),
                (int) Attributes.number(player, "c", 0),
                Attributes.flag(player, "y"),
                Attributes.number(player, "r", 0),
                subscriptions);
    }

    /**
     * Writes the next change of a player.
     *
     * @param subscription the changed subscription; null if no subscription changed
     * @return false if a concurrent writer changed the player; nothing is written then
     */
    boolean write(String game, Player before, Player after, Player.@Nullable Subscription subscription, long now) {
        List<TransactWriteItem> items = new ArrayList<>();
        Map<String, AttributeValue> item = new HashMap<>(key(game, after.id(), PLAYER));
        item.put("q", n(after.change()));
        item.put("c", n(after.count()));
        item.put("y", bool(after.synced()));
        item.put("r", n(after.resyncs()));
        Put.Builder put = Put.builder().tableName(tables.replication()).item(item);
        if (before.change() == 0) {
            put.conditionExpression("attribute_not_exists(pk)");
        } else {
            put.conditionExpression("q = :q").expressionAttributeValues(Map.of(":q", n(before.change())));
        }
        items.add(TransactWriteItem.builder().put(put.build()).build());
        if (subscription != null) {
            Map<String, AttributeValue> row =
                    new HashMap<>(key(game, after.id(), ENTITY + subscription.space() + "#" + subscription.entityId()));
            row.put("in", n(subscription.joined()));
            row.put("bin", n(subscription.joinedBefore()));
            row.put("bout", n(subscription.leftBefore()));
            if (subscription.isEnded()) {
                row.put("out", n(subscription.left()));
                row.put("ttl", n(now / 1000 + config.logRetention().toSeconds()));
            }
            items.add(TransactWriteItem.builder()
                    .put(Put.builder().tableName(tables.replication()).item(row).build())
                    .build());
        }
        Map<Sum, Long> sums = new EnumMap<>(Sum.class);
        addDifference(sums, Sum.PLAYERS, before.count() > 0, after.count() > 0);
        addDifference(sums, Sum.SYNCED_PLAYERS, before.synced(), after.synced());
        if (!sums.isEmpty()) {
            items.add(TransactWriteItem.builder()
                    .update(statistics.adding(game, after.id(), sums))
                    .build());
        }
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

    /** Deletes the items of a player without active subscriptions and returns their number. Cost: 1 WCU per item. */
    int delete(String game, String id) {
        List<WriteRequest> deletes = new ArrayList<>();
        Map<String, AttributeValue> start = Map.of();
        do {
            QueryResponse response = dynamo.query(QueryRequest.builder()
                    .tableName(tables.replication())
                    .keyConditionExpression("pk = :pk")
                    .expressionAttributeValues(Map.of(":pk", s(partition(game, id))))
                    .projectionExpression("pk, sk")
                    .consistentRead(true)
                    .exclusiveStartKey(start.isEmpty() ? null : start)
                    .build());
            response.items()
                    .forEach(item -> deletes.add(WriteRequest.builder()
                            .deleteRequest(delete -> delete.key(item))
                            .build()));
            start = response.lastEvaluatedKey();
        } while (!start.isEmpty());
        batches.write(tables.replication(), deletes);
        return deletes.size();
    }

    private static void addDifference(Map<Sum, Long> sums, Sum sum, boolean before, boolean after) {
        if (before != after) {
            sums.put(sum, after ? 1L : -1L);
        }
    }

    private static String partition(String game, String player) {
        return PartitionKey.of(game, "player", player);
    }

    private static Map<String, AttributeValue> key(String game, String player, String sort) {
        return Map.of("pk", s(partition(game, player)), "sk", s(sort));
    }
}
