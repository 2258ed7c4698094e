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
 * Open connections, in the connections table.
 *
 * <ul>
 *   <li>A connection: {@code pk} = ~#id, {@code sk} = {@code connection}; who opened it: {@code g} game, {@code by},
 *       {@code k} key, {@code sc} scopes, {@code bp} and {@code bs} the player and the spaces it is bound to, {@code ex}
 *       when its token ends, in epoch seconds; {@code pl} player, {@code c} cursors by space, {@code ttl}. It is found by
 *       its id alone, which is all that a connection that ends tells of itself; {@code ~} is no game, and the ids are given
 *       out by whatever keeps the connections.
 *   <li>That it follows a space: {@code pk} = game#space, {@code sk} = id, {@code ttl}; the same under game#$player for
 *       a player's feed.
 *   <li>That a player has it: {@code pk} = game#~player, {@code sk} = id, {@code at} when it was opened, epoch milliseconds,
 *       {@code ttl}.
 *   <li>Guard: a cursor is only kept of a connection that is there.
 * </ul>
 */
@ApplicationScoped
public class ConnectionStore {

    private static final String NO_GAME = "~";

    private final DynamoDbClient dynamo;
    private final TableNames tables;

    ConnectionStore(DynamoDbClient dynamo, TableNames tables) {
        this.dynamo = dynamo;
        this.tables = tables;
    }

    /** Stores a connection that was opened; 1 WCU, 2 if a player opened it. */
    void open(Connection connection, Instant now, long expiresAtSeconds) {
        Map<String, AttributeValue> item = new HashMap<>(key(connection.id()));
        item.putAll(attributes(connection.opener()));
        item.put("c", AttributeValue.fromM(Map.of()));
        item.put("ttl", n(expiresAtSeconds));
        String player = connection.opener().playerId();
        if (player != null) {
            // First, so that none is open that is not owned.
            Map<String, AttributeValue> owned = new HashMap<>(ownerKey(connection.game(), player, connection.id()));
            owned.put("at", n(now.toEpochMilli()));
            owned.put("ttl", n(expiresAtSeconds));
            dynamo.putItem(put -> put.tableName(tables.connections()).item(owned));
        }
        dynamo.putItem(put -> put.tableName(tables.connections()).item(item));
    }

    /** The connections a player has opened, those opened first in front, strongly consistent; 1 RCU for 60 or so. */
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

    /** Takes a connection off those that a player has opened. */
    void deleteOwned(String game, String player, String id) {
        dynamo.deleteItem(delete -> delete.tableName(tables.connections()).key(ownerKey(game, player, id)));
    }

    /** Reads a connection, strongly consistent; 1 RCU. Nothing if it is not open. */
    Optional<Connection> read(String id) {
        Map<String, AttributeValue> item = dynamo.getItem(
                        get -> get.tableName(tables.connections()).key(key(id)).consistentRead(true))
                .item();
        if (item.isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> cursors = new TreeMap<>();
        Attributes.map(item, "c").forEach((space, cursor) -> cursors.put(nameOf(space), cursor.s()));
        return Optional.of(new Connection(id, opener(item), Attributes.stringOrNull(item, "pl"), cursors));
    }

    /**
     * Has a connection follow spaces it did not; 1 WCU each.
     *
     * @param topics names of spaces, and of players' feeds as {@link FeedChanged#playerTopic} makes them
     */
    void subscribe(Connection connection, Collection<String> topics, long expiresAtSeconds) {
        List<WriteRequest> requests = new ArrayList<>();
        for (String topic : topics) {
            Map<String, AttributeValue> item = new HashMap<>(topicKey(connection.game(), topic, connection.id()));
            item.put("ttl", n(expiresAtSeconds));
            requests.add(
                    WriteRequest.builder().putRequest(put -> put.item(item)).build());
        }
        Batches.write(dynamo, tables.connections(), requests);
    }

    /**
     * Keeps how far a connection was told; 1 WCU.
     *
     * @param cursors those that moved, by space
     * @return false if it is not open any more
     */
    boolean advance(String id, @Nullable String playerId, Map<String, String> cursors) {
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
        try {
            dynamo.updateItem(update -> update.tableName(tables.connections())
                    .key(key(id))
                    .updateExpression("SET " + String.join(", ", sets))
                    .conditionExpression("attribute_exists(pk)")
                    .expressionAttributeNames(names.isEmpty() ? null : names)
                    .expressionAttributeValues(values));
            return true;
        } catch (ConditionalCheckFailedException e) {
            return false;
        }
    }

    /**
     * Which connections follow a space or a player, by id, strongly consistent; 1 RCU for 60 or so.
     *
     * @param after the id to go on after, null to begin
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

    /** Forgets a connection and what it followed; a few WCU. Nothing happens if it is not there. */
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
            Batches.write(dynamo, tables.connections(), requests);
        });
    }

    /** Takes a connection off a space that it is said to follow though it is not open. */
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

    /** A list and not a set of the database, which cannot be empty. */
    private static AttributeValue list(Set<String> texts) {
        return AttributeValue.fromL(texts.stream().sorted().map(Attributes::s).toList());
    }

    private static Set<String> set(List<AttributeValue> list) {
        return list.stream().map(AttributeValue::s).collect(Collectors.toUnmodifiableSet());
    }

    private static WriteRequest delete(Map<String, AttributeValue> key) {
        return WriteRequest.builder().deleteRequest(request -> request.key(key)).build();
    }

    /** A map's key may not be empty. */
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

    /** No id, and no topic, begins like this. */
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
