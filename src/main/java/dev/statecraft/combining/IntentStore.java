package dev.statecraft.combining;

import static dev.statecraft.table.Attributes.b;
import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.table.Attributes;
import dev.statecraft.table.TableNames;
import dev.statecraft.table.TransactionWrites;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionConflictException;

/**
 * The intents table: the queues of items that many instances write. It has no stream.
 *
 * <ul>
 *   <li>Key: {@code pk} = game#kind#name of the queue; {@code sk} = {@code state}, or {@code intent#} and the writer in
 *       16 hexadecimal digits. Writers are random, so DynamoDB can divide a hot queue over several partitions.
 *   <li>State: {@code g} generation, {@code at}, {@code c} smoothed cycle, {@code k} combined requests, {@code nx} the
 *       writer that combines next, {@code f} time of the last forgotten outcome, {@code o} packed outcomes, {@code ttl}.
 *       Condition: the generation is the one that was read.
 *   <li>Intent: {@code c} number, {@code at}, {@code p} payload, which a turn does not have, {@code ttl}. A writer
 *       replaces its intent. Condition: the stored number is lower, so a delayed duplicate does not replace a later
 *       intent.
 * </ul>
 */
@ApplicationScoped
public class IntentStore {

    private static final String STATE = "state";
    private static final String INTENT = "intent#";
    private static final HexFormat HEX = HexFormat.of();

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final CombiningConfig config;

    public IntentStore(DynamoDbClient dynamo, TableNames tables, CombiningConfig config) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.config = config;
    }

    /** The state of a queue and all stored intents, those that are done included. */
    record Queue(QueueState state, List<Intent> intents) {}

    /** Stores the intent of a writer in place of its last one. Cost: 1 WCU for each KB. */
    void put(QueueKey key, Intent intent) {
        Map<String, AttributeValue> item = new HashMap<>(intentKey(key, intent));
        item.put("c", n(intent.number()));
        item.put("at", n(intent.at()));
        item.put("ttl", ttl(intent.at()));
        ByteBuffer payload = intent.payload();
        if (payload != null) {
            byte[] bytes = new byte[payload.remaining()];
            payload.duplicate().get(bytes);
            item.put("p", b(bytes));
        }
        try {
            dynamo.putItem(put -> put.tableName(tables.intents())
                    .item(item)
                    .conditionExpression("attribute_not_exists(pk) OR c < :c")
                    .expressionAttributeValues(Map.of(":c", n(intent.number()))));
        } catch (ConditionalCheckFailedException e) {
            // The SDK sent the request again after its response was lost: the intent is stored.
            return;
        }
    }

    /** Reads the state of a queue, strongly consistent. Cost: 1 RCU for each 4 KB, about 200 writers. */
    QueueState state(QueueKey key) {
        Map<String, AttributeValue> item = dynamo.getItem(get ->
                        get.tableName(tables.intents()).key(stateKey(key)).consistentRead(true))
                .item();
        return item.isEmpty() ? QueueState.NONE : toState(item);
    }

    /** Reads a whole queue, strongly consistent. Cost: 1 RCU for each 4 KB of the state and the intents. */
    Queue read(QueueKey key) {
        QueueState state = QueueState.NONE;
        List<Intent> intents = new ArrayList<>();
        for (Map<String, AttributeValue> item : dynamo.queryPaginator(query -> query.tableName(tables.intents())
                        .keyConditionExpression("pk = :pk")
                        .expressionAttributeValues(Map.of(":pk", s(key.partition())))
                        .consistentRead(true))
                .items()) {
            if (Attributes.string(item, "sk").equals(STATE)) {
                state = toState(item);
            } else {
                intents.add(toIntent(item));
            }
        }
        return new Queue(state, intents);
    }

    /** The write of a state for a transaction. Cost: 2 WCU for each KB, about 50 writers. */
    TransactionWrites writing(QueueKey key, QueueState before, QueueState after) {
        Put.Builder put = Put.builder()
                .tableName(tables.intents())
                .item(stateItem(key, after))
                .conditionExpression(condition(before));
        if (before.generation() > 0) {
            put.expressionAttributeValues(Map.of(":g", n(before.generation())));
        }
        return new TransactionWrites(
                List.of(TransactWriteItem.builder().put(put.build()).build()));
    }

    /**
     * Writes a state alone. Cost: 1 WCU for each KB.
     *
     * @return false if another writer has replaced the state that was read, or is replacing it
     */
    boolean write(QueueKey key, QueueState before, QueueState after) {
        try {
            dynamo.putItem(put -> {
                put.tableName(tables.intents()).item(stateItem(key, after)).conditionExpression(condition(before));
                if (before.generation() > 0) {
                    put.expressionAttributeValues(Map.of(":g", n(before.generation())));
                }
            });
            return true;
        } catch (ConditionalCheckFailedException | TransactionConflictException e) {
            // A conflict: the transaction of another writer is replacing the state.
            return false;
        }
    }

    /** Deletes an intent that is done, unless its writer has replaced it. Cost: 1 WCU for each KB. */
    void delete(QueueKey key, Intent intent) {
        try {
            dynamo.deleteItem(delete -> delete.tableName(tables.intents())
                    .key(intentKey(key, intent))
                    .conditionExpression("c = :c")
                    .expressionAttributeValues(Map.of(":c", n(intent.number()))));
        } catch (ConditionalCheckFailedException e) {
            // The writer has a new intent, which stays.
            return;
        }
    }

    private static String condition(QueueState before) {
        return before.generation() == 0 ? "attribute_not_exists(pk)" : "g = :g";
    }

    private static Map<String, AttributeValue> stateKey(QueueKey key) {
        return Map.of("pk", s(key.partition()), "sk", s(STATE));
    }

    private static Map<String, AttributeValue> intentKey(QueueKey key, Intent intent) {
        return Map.of("pk", s(key.partition()), "sk", s(INTENT + HEX.toHexDigits(intent.writer())));
    }

    private Map<String, AttributeValue> stateItem(QueueKey key, QueueState state) {
        Map<String, AttributeValue> item = new HashMap<>(stateKey(key));
        item.put("g", n(state.generation()));
        item.put("at", n(state.at()));
        item.put("c", n(state.cycleMillis()));
        item.put("k", n(state.combined()));
        if (state.next() != 0) {
            item.put("nx", s(HEX.toHexDigits(state.next())));
        }
        item.put("f", n(state.forgotten()));
        item.put("o", b(state.packedOutcomes()));
        item.put("ttl", ttl(state.latest()));
        return item;
    }

    /** The state and the intents expire long after the outcomes in the state, which {@code retention} drops. */
    private AttributeValue ttl(long at) {
        return n(at / 1000 + 4 * config.retention().toSeconds());
    }

    private static QueueState toState(Map<String, AttributeValue> item) {
        long at = Attributes.number(item, "at");
        String next = Attributes.stringOrNull(item, "nx");
        return new QueueState(
                Attributes.number(item, "g"),
                at,
                Attributes.number(item, "c"),
                Math.toIntExact(Attributes.number(item, "k")),
                next == null ? 0 : HexFormat.fromHexDigitsToLong(next),
                Attributes.number(item, "f"),
                QueueState.unpackOutcomes(Attributes.bytes(item, "o"), at));
    }

    private static Intent toIntent(Map<String, AttributeValue> item) {
        return new Intent(
                HexFormat.fromHexDigitsToLong(Attributes.string(item, "sk").substring(INTENT.length())),
                Attributes.number(item, "c"),
                Attributes.number(item, "at"),
                item.containsKey("p") ? ByteBuffer.wrap(Attributes.bytes(item, "p")) : null);
    }
}
