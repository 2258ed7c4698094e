package dev.statecraft.replication.socket;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.replication.log.FeedChanged;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.Batches;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * Stores open connections in the connections table.
 *
 * <ul>
 *   <li>Connection: {@code pk} = ~#id, {@code sk} = {@code connection}; the opener: {@code g} game, {@code by}, {@code
 *       k} key id, {@code sc} scopes, {@code bp} and {@code bs} player and spaces of its token, {@code ex} end of its
 *       token in Unix seconds; {@code pl} player of the player feed, {@code sv} schema
 *       version of the client, {@code c} cursors by space, {@code ttl}. The key
 *       contains no game, because the close notice of the transport contains only the connection id; {@code ~} is no
 *       game.
 *   <li>Subscription: {@code pk} = game#space, {@code sk} = id, {@code ttl}; for a player feed {@code pk} =
 *       game#$player.
 *   <li>Owner: {@code pk} = game#~player, {@code sk} = id, {@code at} when the player opened the connection in Unix
 *       milliseconds, {@code ttl}.
 *   <li>Guard: a cursor is stored only if the connection is stored.
 * </ul>
 */
@ApplicationScoped
public class ConnectionStore {

    private static final String NO_GAME = "~";

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final Batches batches;

    ConnectionStore(DynamoDbClient dynamo, TableNames tables, Batches batches) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.batches = batches;
    }

    /** Stores a new connection. Cost: 1 WCU, 2 if a player opened it. */
    void open(Connection connection, Instant now, long expiresAtSeconds) {
        Map<String, AttributeValue> item = new HashMap<>(key(connection.id()));
        item.putAll(attributes(connection.opener()));
        item.put("c", AttributeValue.fromM(Map.of()));
        item.put("ttl", n(expiresAtSeconds));
        String player = connection.opener().playerId();
        if (player != null) {
            // The owner item is written first, so that every stored connection of a player is counted.
            Map<String, AttributeValue> owned = new HashMap<>(ownerKey(connection.game(), player, connection.id()));
            owned.put("at", n(now.toEpochMilli()));
            owned.put("ttl", n(expiresAtSeconds));
            dynamo.putItem(put -> put.tableName(tables.connections()).item(owned));
        }
        dynamo.putItem(put -> put.tableName(tables.connections()).item(item));
    }

    /**
     * Returns the connection ids of a player, oldest first, strongly consistent. Cost: 1 RCU per about 60
     * connections.
     */
    List<String> openedBy(String game, String player) {
        return dynamo
                .query(QueryRequest.builder()
                        .tableName(tables.connections())
                        .keyConditionExpression("pk = :pk")
                        .expressionAttributeValues(Map.of(":pk", s(PartitionKey.of(game, owner(player)))))
                        .consistentRead(true)
                        .build())
                .items()
                .stream()
                .sorted(Comparator.comparingLong(item -> Attributes.number(item, "at")))
                .map(item -> Attributes.string(item, "sk"))
                .toList();
    }

    /** Deletes the owner item of a connection. Cost: 1 WCU. */
    void deleteOwned(String game, String player, String id) {
        dynamo.deleteItem(delete -> delete.tableName(tables.connections()).key(ownerKey(game, player, id)));
    }

    /** Reads a connection, strongly consistent; empty if it is not stored. Cost: 1 RCU. */
    Optional<Connection> read(String id) {
        Map<String, AttributeValue> item = dynamo.getItem(
                        get -> get.tableName(tables.connections()).key(key(id)).consistentRead(true))
                .item();
        if (item.isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> cursors = new TreeMap<>();
        Attributes.map(item, "c").forEach((space, cursor) -> cursors.put(nameOf(space), cursor.s()));
        return Optional.of(new Connection(
                id, opener(item), Attributes.stringOrNull(item, "pl"), Attributes.stringOrNull(item, "sv"), cursors));
    }

    /**
     * Subscribes a connection to topics. Cost: 1 WCU per topic.
     *
     * @param topics names of spaces, and topics of player feeds ({@link FeedChanged#playerTopic})
     */
    void subscribe(Connection connection, Collection<String> topics, long expiresAtSeconds) {
        List<WriteRequest> requests = new ArrayList<>();
        for (String topic : topics) {
            Map<String, AttributeValue> item = new HashMap<>(topicKey(connection.game(), topic, connection.id()));
            item.put("ttl", n(expiresAtSeconds));
            requests.add(
                    WriteRequest.builder().putRequest(put -> put.item(item)).build());
        }
        batches.write(tables.connections(), requests);
    }

    /**
     * Stores the cursors that were sent to a connection. Cost: 1 WCU.
     *
     * @param playerId new player of the player feed; null to keep it
     * @param schemaVersion the schema version of the client; null for the latest one
     * @param cursors the new cursors by space
     * @return false if the connection is not stored
     */
    boolean advance(String id, @Nullable String playerId, @Nullable String schemaVersion, Map<String, String> cursors) {
        Map<String, String> names = new HashMap<>();
        Map<String, AttributeValue> values = new HashMap<>();
        List<String> sets = new ArrayList<>();
        cursors.forEach((space, cursor) -> {
            String number = Integer.toString(names.size());
            names.put("#s" + number, attributeOf(space));
            values.put(":c" + number, s(cursor));
            sets.add("c.#s" + number + " = :c" + number);
        });
        if (playerId != null) {
            values.put(":player", s(playerId));
            sets.add("pl = :player");
        }
        if (sets.isEmpty()) {
            return true;
        }
        if (schemaVersion != null) {
            values.put(":schema", s(schemaVersion));
            sets.add("sv = :schema");
        }
        try {
            dynamo.updateItem(update -> update.tableName(tables.connections())
                    .key(key(id))
                    .updateExpression("SET " + String.join(", ", sets) + (schemaVersion == null ? " REMOVE sv" : ""))
                    .conditionExpression("attribute_exists(pk)")
                    .expressionAttributeNames(names.isEmpty() ? null : names)
                    .expressionAttributeValues(values));
            return true;
        } catch (ConditionalCheckFailedException e) {
            return false;
        }
    }

    /**
     * Returns the ids of the connections that subscribe to a topic, in order, strongly consistent. Cost: 1 RCU per
     * about 60 connections.
     *
     * @param after last id of the previous page, null to start
     */
    List<String> subscribers(String game, String topic, @Nullable String after, int limit) {
        return dynamo
                .query(QueryRequest.builder()
                        .tableName(tables.connections())
                        .keyConditionExpression("pk = :pk")
                        .expressionAttributeValues(Map.of(":pk", s(partition(game, topic))))
                        .projectionExpression("sk")
                        .consistentRead(true)
                        .exclusiveStartKey(after == null ? null : topicKey(game, topic, after))
                        .limit(limit)
                        .build())
                .items()
                .stream()
                .map(item -> Attributes.string(item, "sk"))
                .toList();
    }

    /** Deletes a connection and its subscriptions if it is stored. Cost: 1 RCU, and 1 WCU per deleted item. */
    void close(String id) {
        read(id).ifPresent(connection -> {
            List<WriteRequest> requests = new ArrayList<>();
            connection
                    .cursors()
                    .keySet()
                    .forEach(space -> requests.add(delete(topicKey(
                            connection.game(),
                            space.equals(Connection.PLAYER) && connection.playerId() != null
                                    ? FeedChanged.playerTopic(connection.playerId())
                                    : space,
                            id))));
            String player = connection.opener().playerId();
            if (player != null) {
                requests.add(delete(ownerKey(connection.game(), player, id)));
            }
            requests.add(delete(key(id)));
            batches.write(tables.connections(), requests);
        });
    }

    /** Deletes the subscription of a connection that is no longer stored. Cost: 1 WCU. */
    void unsubscribe(String game, String topic, String id) {
        dynamo.deleteItem(delete -> delete.tableName(tables.connections()).key(topicKey(game, topic, id)));
    }

    private static Map<String, AttributeValue> attributes(Connection.Opener opener) {
        Map<String, AttributeValue> item = new HashMap<>();
        item.put("g", s(opener.game()));
        item.put("by", s(opener.by()));
        item.put("k", s(opener.keyId()));
        item.put("sc", list(opener.scopes()));
        if (opener.playerId() != null) {
            item.put("bp", s(opener.playerId()));
            item.put("bs", list(opener.spaces()));
        }
        Instant expiresAt = opener.expiresAt();
        if (expiresAt != null) {
            item.put("ex", n(expiresAt.getEpochSecond()));
        }
        return item;
    }

    private static Connection.Opener opener(Map<String, AttributeValue> item) {
        return new Connection.Opener(
                Attributes.string(item, "g"),
                Attributes.string(item, "by"),
                Attributes.string(item, "k"),
                set(Attributes.list(item, "sc")),
                Attributes.stringOrNull(item, "bp"),
                set(Attributes.list(item, "bs")),
                item.containsKey("ex") ? Instant.ofEpochSecond(Attributes.number(item, "ex")) : null);
    }

    /** Returns a DynamoDB list, because a DynamoDB set cannot be empty. */
    private static AttributeValue list(Set<String> texts) {
        return AttributeValue.fromL(texts.stream().sorted().map(Attributes::s).toList());
    }

    private static Set<String> set(List<AttributeValue> list) {
        return list.stream().map(AttributeValue::s).collect(Collectors.toUnmodifiableSet());
    }

    private static WriteRequest delete(Map<String, AttributeValue> key) {
        return WriteRequest.builder().deleteRequest(request -> request.key(key)).build();
    }

    /** Prefixes the space, because a DynamoDB map key cannot be empty. */
    private static String attributeOf(String space) {
        return "s" + space;
    }

    private static String nameOf(String attribute) {
        return attribute.substring(1);
    }

    private static String partition(String game, String topic) {
        return PartitionKey.of(game, topic);
    }

    private static Map<String, AttributeValue> topicKey(String game, String topic, String id) {
        return Map.of("pk", s(partition(game, topic)), "sk", s(id));
    }

    /** Prefixes the player id; neither a space nor a topic starts with {@code ~}. */
    private static String owner(String player) {
        return "~" + player;
    }

    private static Map<String, AttributeValue> ownerKey(String game, String player, String id) {
        return Map.of("pk", s(PartitionKey.of(game, owner(player))), "sk", s(id));
    }

    private static Map<String, AttributeValue> key(String id) {
        return Map.of("pk", s(PartitionKey.of(NO_GAME, id)), "sk", s("connection"));
    }
}
