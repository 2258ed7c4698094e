package dev.statecraft.access.key;

import static dev.statecraft.table.Attributes.bool;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.access.Scope;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.Batches;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * Keys, in the access table.
 *
 * <ul>
 *   <li>A key, found by its id: {@code pk} = ~#key#id, {@code sk} = {@code key}; {@code g} game, {@code name}, {@code
 *       h} SHA-256 of its text in hexadecimal, {@code sc} scopes, {@code signed}, {@code at}, {@code by}, {@code exp},
 *       {@code ttl}. {@code ~} is not a game: the item contains the game of the key.
 *   <li>One of the two slots of a name: {@code pk} = game#keys, {@code sk} = name#0 or name#1; {@code id} and the
 *       attributes of the key without the hash. Lists read these items.
 *   <li>A game: {@code pk} = ~#games, {@code sk} = game.
 *   <li>Guard: the transaction that stores a key takes a slot only if the slot has not changed since it was read.
 * </ul>
 */
@ApplicationScoped
public class KeyStore {

    /** Maximum number of active keys with the same name. */
    static final int SLOTS = 2;

    private static final String NO_GAME = "~";

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final Batches batches;

    public KeyStore(DynamoDbClient dynamo, TableNames tables, Batches batches) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.batches = batches;
    }

    /** A key and the hash of its text. */
    public record Stored(AccessKey key, String hash) {}

    /** A page of keys, sorted by name; {@code next} is the position of the last one, null on the last page. */
    record KeyPage(List<AccessKey> keys, @Nullable String next) {}

    /** Reads a key with strong consistency. Cost: 1 RCU. */
    Optional<Stored> read(String id) {
        Map<String, AttributeValue> item = dynamo.getItem(
                        get -> get.tableName(tables.access()).key(key(id)).consistentRead(true))
                .item();
        return item.isEmpty()
                ? Optional.empty()
                : Optional.of(new Stored(accessKey(id, item), Attributes.string(item, "h")));
    }

    /** The keys in the slots of a name, by slot, read with strong consistency. Cost: 2 RCU. */
    Map<Integer, AccessKey> slots(String game, String name) {
        List<Map<String, AttributeValue>> keys = new ArrayList<>();
        for (int slot = 0; slot < SLOTS; slot++) {
            keys.add(slot(game, name, slot));
        }
        Map<Integer, AccessKey> found = new TreeMap<>();
        batches.get(Map.of(
                        tables.access(),
                        KeysAndAttributes.builder()
                                .keys(keys)
                                .consistentRead(true)
                                .build()))
                .getOrDefault(tables.access(), List.of())
                .forEach(item -> {
                    String sk = Attributes.string(item, "sk");
                    found.put(sk.charAt(sk.length() - 1) - '0', accessKey(Attributes.string(item, "id"), item));
                });
        return found;
    }

    /**
     * Stores a new key in a slot and adds its game to the list of games. Cost: 6 WCU.
     *
     * @param before the id of the key that the slot contains; null if the slot is free
     * @param deleteAtSeconds when DynamoDB deletes an expiring key, in Unix seconds
     * @return false if another writer took the slot, or if a key with this id exists
     */
    boolean create(AccessKey key, String hash, int slot, @Nullable String before, long deleteAtSeconds) {
        Map<String, AttributeValue> item = new HashMap<>(attributes(key));
        if (key.expiresAt() != null) {
            item.put("ttl", n(deleteAtSeconds));
        }
        Map<String, AttributeValue> full = new HashMap<>(item);
        full.putAll(key(key.id()));
        full.put("h", s(hash));
        Map<String, AttributeValue> listed = new HashMap<>(item);
        listed.putAll(slot(key.game(), key.name(), slot));
        Put.Builder take = Put.builder().tableName(tables.access()).item(listed);
        if (before == null) {
            take.conditionExpression("attribute_not_exists(pk)");
        } else {
            take.conditionExpression("attribute_not_exists(pk) OR id = :before")
                    .expressionAttributeValues(Map.of(":before", s(before)));
        }
        try {
            Map<String, AttributeValue> game = Map.of("pk", s(games()), "sk", s(key.game()));
            dynamo.transactWriteItems(write -> write.transactItems(List.of(
                    item(Put.builder()
                            .tableName(tables.access())
                            .item(full)
                            .conditionExpression("attribute_not_exists(pk)")),
                    item(take),
                    item(Put.builder().tableName(tables.access()).item(game)))));
            return true;
        } catch (TransactionCanceledException e) {
            if (e.cancellationReasons().stream().anyMatch(reason -> "ConditionalCheckFailed".equals(reason.code()))) {
                return false;
            }
            throw e;
        }
    }

    private static TransactWriteItem item(Put.Builder put) {
        return TransactWriteItem.builder().put(put.build()).build();
    }

    /** Deletes a key and frees its slot. Cost: 2 RCU, and 1 WCU per deleted item and KB. */
    void delete(AccessKey key) {
        dynamo.deleteItem(delete -> delete.tableName(tables.access()).key(key(key.id())));
        slots(key.game(), key.name()).forEach((slot, holder) -> {
            if (holder.id().equals(key.id())) {
                dynamo.deleteItem(delete -> delete.tableName(tables.access()).key(slot(key.game(), key.name(), slot)));
            }
        });
    }

    /** Keys of a game, sorted by name, read with strong consistency. Cost: 1 RCU per about 20 keys. */
    KeyPage list(String game, @Nullable String after, int limit) {
        QueryRequest.Builder query = QueryRequest.builder()
                .tableName(tables.access())
                .keyConditionExpression("pk = :pk")
                .expressionAttributeValues(Map.of(":pk", s(listOf(game))))
                .consistentRead(true)
                .limit(limit);
        if (after != null) {
            query.exclusiveStartKey(Map.of("pk", s(listOf(game)), "sk", s(after)));
        }
        QueryResponse page = dynamo.query(query.build());
        return new KeyPage(
                page.items().stream()
                        .map(item -> accessKey(Attributes.string(item, "id"), item))
                        .toList(),
                page.hasLastEvaluatedKey() ? Attributes.string(page.lastEvaluatedKey(), "sk") : null);
    }

    /** The games that ever had a key. Cost: 1 RCU per about 60 games. */
    List<String> games(int limit) {
        return dynamo
                .query(QueryRequest.builder()
                        .tableName(tables.access())
                        .keyConditionExpression("pk = :pk")
                        .expressionAttributeValues(Map.of(":pk", s(games())))
                        .consistentRead(true)
                        .limit(limit)
                        .build())
                .items()
                .stream()
                .map(item -> Attributes.string(item, "sk"))
                .toList();
    }

    private static Map<String, AttributeValue> attributes(AccessKey key) {
        Map<String, AttributeValue> item = new HashMap<>();
        item.put("id", s(key.id()));
        item.put("g", s(key.game()));
        item.put("name", s(key.name()));
        item.put(
                "sc",
                AttributeValue.fromL(key.scopes().stream()
                        .map(Scope::text)
                        .sorted()
                        .map(Attributes::s)
                        .toList()));
        item.put("at", n(key.createdAt().toEpochMilli()));
        item.put("by", s(key.createdBy()));
        if (key.signed()) {
            item.put("signed", bool(true));
        }
        Instant expiresAt = key.expiresAt();
        if (expiresAt != null) {
            item.put("exp", n(expiresAt.toEpochMilli()));
        }
        return item;
    }

    private static AccessKey accessKey(String id, Map<String, AttributeValue> item) {
        long expiresAt = Attributes.number(item, "exp", -1);
        return new AccessKey(
                id,
                Attributes.string(item, "g"),
                Attributes.string(item, "name"),
                // Scopes that this version does not know are ignored.
                Attributes.list(item, "sc").stream()
                        .flatMap(scope -> Scope.of(scope.s()).stream())
                        .collect(Collectors.toUnmodifiableSet()),
                Attributes.flag(item, "signed"),
                Instant.ofEpochMilli(Attributes.number(item, "at")),
                Attributes.string(item, "by"),
                expiresAt < 0 ? null : Instant.ofEpochMilli(expiresAt));
    }

    private static Map<String, AttributeValue> key(String id) {
        return Map.of("pk", s(PartitionKey.of(NO_GAME, "key", id)), "sk", s("key"));
    }

    private static Map<String, AttributeValue> slot(String game, String name, int slot) {
        return Map.of("pk", s(listOf(game)), "sk", s(name + '#' + slot));
    }

    private static String listOf(String game) {
        return PartitionKey.of(game, "keys");
    }

    private static String games() {
        return PartitionKey.of(NO_GAME, "games");
    }
}
