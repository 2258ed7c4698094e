package dev.statecraft.replication.session;

import static dev.statecraft.table.Attributes.b;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.PartitionKey;
import dev.statecraft.table.TableNames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/** Maps messages to the items of {@link MessageStore}, and back. */
public final class MessageItems {

    /** Prefix of the sort key of a message that waits; its number in 16 digits follows. */
    static final String WAITING = "message#";

    /** Number of items of a transaction that remove a message. */
    public static final int ITEMS_PER_MESSAGE = 2;

    private static final String ID = "id#";

    private MessageItems() {}

    static String partition(String game, EntityKey entity) {
        return PartitionKey.of(game, "mail", entity.space(), entity.id());
    }

    static Map<String, AttributeValue> waitingKey(String game, EntityKey entity, long number) {
        return Map.of("pk", s(partition(game, entity)), "sk", s(WAITING + String.format("%016d", number)));
    }

    /** The key of the item that recognizes a repeated message. */
    static Map<String, AttributeValue> idKey(String game, EntityKey entity, String id) {
        return Map.of("pk", s(partition(game, entity)), "sk", s(ID + id));
    }

    static Map<String, AttributeValue> waitingItem(String game, EntityKey entity, long number, Message message) {
        Map<String, AttributeValue> item = new HashMap<>(waitingKey(game, entity, number));
        item.put("i", s(message.id()));
        item.put("bd", b(PackedJson.of(message.body(), PackedJson.NEVER).bytes()));
        item.put("at", n(message.at()));
        Long expiresAt = message.expiresAt();
        if (expiresAt != null) {
            item.put("x", n(expiresAt));
        }
        return item;
    }

    static WaitingMessage waiting(Map<String, AttributeValue> item) {
        return new WaitingMessage(
                Long.parseLong(Attributes.string(item, "sk").substring(WAITING.length())),
                new Message(
                        Attributes.string(item, "i"),
                        PackedJson.stored(Attributes.bytes(item, "bd")).value(),
                        Attributes.number(item, "at"),
                        item.containsKey("x") ? Long.valueOf(Attributes.number(item, "x")) : null));
    }

    /** The position of a message that waits; empty if the message was acknowledged or has expired. */
    static Optional<MessagePosition> position(Map<String, AttributeValue> item) {
        return item.containsKey("d")
                ? Optional.empty()
                : Optional.of(new MessagePosition(
                        Attributes.string(item, "sk").substring(ID.length()), Attributes.number(item, "n")));
    }

    /**
     * The writes that remove messages: two for each message. The condition fails if a message was removed before.
     *
     * @param forgottenAt when the ids of the messages are deleted, Unix seconds
     */
    static List<TransactWriteItem> removing(
            TableNames tables, String game, EntityKey entity, List<MessagePosition> messages, long forgottenAt) {
        List<TransactWriteItem> items = new ArrayList<>();
        for (MessagePosition message : messages) {
            items.add(TransactWriteItem.builder()
                    .delete(delete ->
                            delete.tableName(tables.replication()).key(waitingKey(game, entity, message.number())))
                    .build());
            items.add(TransactWriteItem.builder()
                    .update(update -> update.tableName(tables.replication())
                            .key(idKey(game, entity, message.id()))
                            .updateExpression("SET d = :one, #ttl = :ttl")
                            .conditionExpression("attribute_exists(n) AND attribute_not_exists(d)")
                            .expressionAttributeNames(Map.of("#ttl", "ttl"))
                            .expressionAttributeValues(Map.of(":one", n(1), ":ttl", n(forgottenAt))))
                    .build());
        }
        return items;
    }
}
