package dev.statecraft.replication.session;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.Batches;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * Stores messages to the holders of entities in the replication table.
 *
 * <ul>
 *   <li>Message that waits: {@code pk} = game#mail#space#entity, {@code sk} = message#number; {@code i} id, {@code bd} body,
 *       {@code at} when it was sent, {@code x} when it expires.
 *   <li>Id: the same {@code pk}, {@code sk} = id#id; {@code n} number, {@code h} hash of the message, {@code d} present after
 *       the message was acknowledged or has expired, with {@code ttl}. Condition of removing a message: {@code d} is missing.
 *   <li>The number of the last message and of the waiting ones are in the item of the session ({@link SessionStore}).
 *       Condition of a new message: its number follows the last one.
 * </ul>
 */
@ApplicationScoped
public class MessageStore {

    private static final Logger LOG = Logger.getLogger(MessageStore.class);

    private static final int ERASED_PER_REQUEST = 100;

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final Batches batches;
    private final SessionConfig config;

    public MessageStore(DynamoDbClient dynamo, TableNames tables, Batches batches, SessionConfig config) {
        this.batches = batches;
        this.dynamo = dynamo;
        this.tables = tables;
        this.config = config;
    }

    /** Result of sending a message. Variants are listed in order of precedence. */
    sealed interface Sending {}

    /** The message was sent by an earlier request. {@code same} is false if that one had another body. */
    record Repeated(boolean same) implements Sending {}

    /** The message waits. */
    record Sent() implements Sending {}

    /** A concurrent writer won the race; nothing was written. */
    record LostRace() implements Sending {}

    /**
     * Stores a message. Cost: 6 WCU for a message of up to 1 KB; 1 RCU if it is repeated.
     *
     * @param number the number that follows the last message
     * @param hash hash of the whole message; the same id with a different hash is rejected
     */
    Sending send(String game, EntityKey entity, long number, Message message, int hash) {
        Map<String, AttributeValue> id = new HashMap<>(MessageItems.idKey(game, entity, message.id()));
        id.put("n", n(number));
        id.put("h", n(hash));
        List<TransactWriteItem> items = List.of(
                TransactWriteItem.builder()
                        .update(update -> update.tableName(tables.replication())
                                .key(SessionItems.key(game, entity))
                                .updateExpression("SET mn = :n ADD mw :one")
                                .conditionExpression(number == 1 ? "attribute_not_exists(mn)" : "mn = :last")
                                .expressionAttributeValues(
                                        number == 1
                                                ? Map.of(":n", n(1), ":one", n(1))
                                                : Map.of(":n", n(number), ":one", n(1), ":last", n(number - 1))))
                        .build(),
                TransactWriteItem.builder()
                        .put(Put.builder()
                                .tableName(tables.replication())
                                .item(MessageItems.waitingItem(game, entity, number, message))
                                .build())
                        .build(),
                TransactWriteItem.builder()
                        .put(Put.builder()
                                .tableName(tables.replication())
                                .item(id)
                                .conditionExpression("attribute_not_exists(pk)")
                                .build())
                        .build());
        try {
            dynamo.transactWriteItems(write -> write.transactItems(items));
            return new Sent();
        } catch (TransactionCanceledException e) {
            boolean repeated = "ConditionalCheckFailed"
                    .equals(e.cancellationReasons().get(2).code());
            Optional<Repeated> earlier = repeated ? earlier(game, entity, message.id(), hash) : Optional.empty();
            return earlier.<Sending>map(sending -> sending).orElseGet(() -> lost(e));
        }
    }

    /** The earlier message with an id, strongly consistent. Cost: 1 RCU. */
    Optional<Repeated> earlier(String game, EntityKey entity, String id, int hash) {
        Map<String, AttributeValue> item = dynamo.getItem(get -> get.tableName(tables.replication())
                        .key(MessageItems.idKey(game, entity, id))
                        .consistentRead(true))
                .item();
        return item.isEmpty() ? Optional.empty() : Optional.of(new Repeated(Attributes.number(item, "h") == hash));
    }

    private static Sending lost(TransactionCanceledException e) {
        if (isRace(e)) {
            return new LostRace();
        }
        throw e;
    }

    private static boolean isRace(TransactionCanceledException e) {
        return e.cancellationReasons().stream()
                .anyMatch(reason ->
                        "ConditionalCheckFailed".equals(reason.code()) || "TransactionConflict".equals(reason.code()));
    }

    /**
     * Reads which messages wait, strongly consistent, by id. Messages that do not wait are missing. Cost: 1 RCU for each.
     */
    public Map<String, MessagePosition> find(String game, EntityKey entity, Collection<String> ids) {
        Map<String, MessagePosition> found = new HashMap<>();
        KeysAndAttributes request = KeysAndAttributes.builder()
                .keys(ids.stream()
                        .map(id -> MessageItems.idKey(game, entity, id))
                        .toList())
                .consistentRead(true)
                .build();
        batches.get(Map.of(tables.replication(), request))
                .getOrDefault(tables.replication(), List.of())
                .forEach(item -> MessageItems.position(item).ifPresent(position -> found.put(position.id(), position)));
        return found;
    }

    /**
     * Deletes all messages of an entity and the ids that recognize repeated ones. Idempotent. Cost: 1 WCU for each KB of
     * each item, and 2.
     *
     * @return number of deleted items
     */
    long erase(String game, EntityKey entity) {
        Map<String, AttributeValue> session = SessionItems.key(game, entity);
        // First the number: a message that is sent meanwhile may be deleted, but never waits uncounted.
        if (!resetWaiting(session)) {
            return 0;
        }
        long deleted = 0;
        Batches.Removed removed;
        do {
            removed =
                    batches.removeFirst(tables.replication(), MessageItems.partition(game, entity), ERASED_PER_REQUEST);
            deleted += removed.count();
        } while (removed.more());
        eraseNumber(session);
        return deleted;
    }

    /** Sets the number of waiting messages to 0. Returns false if no message was ever sent. */
    private boolean resetWaiting(Map<String, AttributeValue> session) {
        try {
            dynamo.updateItem(update -> update.tableName(tables.replication())
                    .key(session)
                    .updateExpression("REMOVE mw")
                    .conditionExpression("attribute_exists(mn)"));
            return true;
        } catch (ConditionalCheckFailedException e) {
            LOG.debugf(e, "no message was ever sent to the entity, or all are erased");
            return false;
        }
    }

    /**
     * Deletes the item that numbers the messages if no server ever held the entity, because it contains the entity's id.
     * It is deleted last, because an interrupted erasure finds the messages by it.
     */
    private void eraseNumber(Map<String, AttributeValue> session) {
        try {
            dynamo.deleteItem(delete -> delete.tableName(tables.replication())
                    .key(session)
                    .conditionExpression("attribute_not_exists(f) AND attribute_not_exists(mw)"));
        } catch (ConditionalCheckFailedException e) {
            LOG.debugf(e, "the item stays: its fencing token must not restart, or it counts a message sent meanwhile");
        }
    }

    /**
     * The writes that remove messages in the transaction of a commit: two for each message. The condition fails if a
     * message was removed before. {@link SessionItems#changed} updates the number of waiting messages.
     *
     * @param atMillis time of the commit, Unix milliseconds
     */
    public List<TransactWriteItem> removing(
            String game, EntityKey entity, List<MessagePosition> messages, long atMillis) {
        return MessageItems.removing(
                tables,
                game,
                entity,
                messages,
                atMillis / 1000 + config.messageRetention().toSeconds());
    }

    /** Reads the oldest messages that wait, strongly consistent, in order. Cost: 1 RCU for each 4 KB. */
    List<WaitingMessage> waiting(String game, EntityKey entity, int limit) {
        List<WaitingMessage> messages = new ArrayList<>();
        dynamo.query(query -> query.tableName(tables.replication())
                        .keyConditionExpression("pk = :pk AND begins_with(sk, :waiting)")
                        .expressionAttributeValues(Map.of(
                                ":pk", s(MessageItems.partition(game, entity)), ":waiting", s(MessageItems.WAITING)))
                        .consistentRead(true)
                        .limit(limit))
                .items()
                .forEach(item -> messages.add(MessageItems.waiting(item)));
        return messages;
    }

    /**
     * Removes expired messages; nothing if one of them was removed meanwhile. Cost: 4 WCU for each, and 2.
     *
     * @param nowMillis the current time of this instance
     */
    void remove(String game, EntityKey entity, List<WaitingMessage> expired, long nowMillis) {
        List<MessagePosition> positions = expired.stream()
                .map(message -> new MessagePosition(message.message().id(), message.number()))
                .toList();
        List<TransactWriteItem> items = new ArrayList<>(removing(game, entity, positions, nowMillis));
        items.add(SessionItems.changed(tables, game, entity, null, nowMillis, positions.size()));
        try {
            dynamo.transactWriteItems(write -> write.transactItems(items));
        } catch (TransactionCanceledException e) {
            lost(e);
        }
    }
}
