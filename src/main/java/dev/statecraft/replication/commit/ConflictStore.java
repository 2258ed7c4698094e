package dev.statecraft.replication.commit;

import static dev.statecraft.table.Attributes.s;

import dev.statecraft.replication.commit.KeptConflict.Waiting;
import dev.statecraft.replication.state.AnswerBudget;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.Backoff;
import dev.statecraft.table.Batches;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * Parked conflicts and what became of them, in the replication table.
 *
 * <ul>
 *   <li>A conflict: {@code pk} = game#conflict#id, {@code sk} = {@code conflict}. As long as it waits it has the packed
 *       update {@code u}, {@code ty} type, {@code v} version met, {@code by}, {@code at}; once settled instead
 *       {@code how}, {@code what}, {@code by}, {@code at}, the version {@code v} it came to, and {@code ttl}. Always
 *       {@code sp} space, {@code en} entity, {@code due} deadline, {@code bd} hash of the request.
 *   <li>Its place in the queue: {@code pk} = game#due, {@code sk} = deadline in 16 digits#id. There as long as it waits.
 *   <li>Guard: parked if there is no conflict of the id; settled, in one transaction with the commit it comes to, if it
 *       still waits.
 * </ul>
 */
@ApplicationScoped
public class ConflictStore {

    /** Bytes of an item (DynamoDB: 400 KB), less what keys and the other attributes take. */
    private static final int UPDATE_BYTES = 400_000;

    /** Larger than any deadline. */
    private static final long LAST = 9_999_999_999_999_999L;

    private static final int ATTEMPTS = 8;
    private static final long CONTENTION_MILLIS = 4;

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final ReplicationConfig config;

    public ConflictStore(DynamoDbClient dynamo, TableNames tables, ReplicationConfig config) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.config = config;
    }

    /** Some waiting conflicts, those with the nearest deadlines first, and the place to go on after. */
    public record ConflictPage(
            List<ParkedConflict> conflicts, @Nullable String next) {}

    /**
     * Parks a conflict; 2 WCU for each KB.
     *
     * @return what is kept under its id: the conflict itself, or what was there before; nothing if it is too large to
     *     be kept
     */
    Optional<KeptConflict> park(String game, ParkedConflict conflict) {
        PackedJson update = PackedJson.of(conflict.toJson(), config.compressionThresholdBytes());
        if (update.storedBytes() > UPDATE_BYTES) {
            return Optional.empty();
        }
        List<TransactWriteItem> items = List.of(
                TransactWriteItem.builder()
                        .put(put -> put.tableName(tables.replication())
                                .item(ConflictItems.toItem(game, conflict, update))
                                .conditionExpression("attribute_not_exists(pk)")
                                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD))
                        .build(),
                TransactWriteItem.builder()
                        .put(put -> put.tableName(tables.replication())
                                .item(ConflictItems.queueKey(game, conflict.deadline(), conflict.id())))
                        .build(),
                ConflictItems.waiting(tables, game, conflict.id(), 1));
        return Optional.of(write(items).map(ConflictItems::kept).orElseGet(() -> new Waiting(conflict)));
    }

    /** Reads a conflict, strongly consistent; 1 RCU for 4 KB. Nothing if there is none of this id. */
    Optional<KeptConflict> read(String game, String id) {
        Map<String, AttributeValue> item = dynamo.getItem(get ->
                        get.tableName(tables.replication()).key(ConflictItems.key(game, id)).consistentRead(true))
                .item();
        return item.isEmpty() ? Optional.empty() : Optional.of(ConflictItems.kept(item));
    }

    /**
     * Lists the conflicts that wait; 1 RCU for the queue and what the conflicts themselves take.
     *
     * @param limit how many at most; fewer, at least one, where they would be more than {@code answer-bytes}
     */
    ConflictPage list(String game, @Nullable String after, int limit) {
        return page(game, after, Long.MAX_VALUE, limit);
    }

    /** The conflicts whose deadline is over; 1 RCU if there are none. */
    List<ParkedConflict> due(String game, long now, int limit) {
        return page(game, null, now, limit).conflicts();
    }

    private ConflictPage page(String game, @Nullable String after, long until, int limit) {
        QueryRequest.Builder query = QueryRequest.builder()
                .tableName(tables.replication())
                .keyConditionExpression("pk = :pk AND sk < :until")
                .expressionAttributeValues(
                        Map.of(
                                ":pk",
                                s(ConflictItems.queue(game)),
                                ":until",
                                s(ConflictItems.number(Math.min(until, LAST - 1) + 1))))
                .consistentRead(true)
                .limit(limit);
        if (after != null) {
            query.exclusiveStartKey(Map.of("pk", s(ConflictItems.queue(game)), "sk", s(after)));
        }
        QueryResponse queued = dynamo.query(query.build());
        List<String> places = queued.items().stream()
                .map(item -> Attributes.string(item, "sk"))
                .toList();
        AnswerBudget budget = new AnswerBudget(config.answerBytes());
        List<ParkedConflict> conflicts = new ArrayList<>();
        String last = after;
        for (int from = 0; from < places.size(); from += config.statesPerRead()) {
            List<String> some = places.subList(from, Math.min(places.size(), from + config.statesPerRead()));
            Map<String, Map<String, AttributeValue>> found = readAll(game, some);
            for (String place : some) {
                Map<String, AttributeValue> item = found.get(place);
                // One that was settled between the two reads does not wait any more.
                if (item != null && item.containsKey("u")) {
                    if (!budget.take(shownBytes(item))) {
                        return new ConflictPage(conflicts, last);
                    }
                    conflicts.add(((Waiting) ConflictItems.kept(item)).conflict());
                }
                last = place;
            }
        }
        return new ConflictPage(conflicts, Attributes.stringOrNull(queued.lastEvaluatedKey(), "sk"));
    }

    /** The conflicts that are at some places of the queue, by place; no more of them than fit into one round trip. */
    private Map<String, Map<String, AttributeValue>> readAll(String game, List<String> places) {
        Map<String, String> placesByKey = new HashMap<>();
        List<Map<String, AttributeValue>> keys = new ArrayList<>();
        for (String place : places) {
            Map<String, AttributeValue> key = ConflictItems.key(game, ConflictItems.idOf(place));
            placesByKey.put(Attributes.string(key, "pk"), place);
            keys.add(key);
        }
        Map<String, Map<String, AttributeValue>> found = new HashMap<>();
        var request =
                KeysAndAttributes.builder().keys(keys).consistentRead(true).build();
        Batches.get(dynamo, Map.of(tables.replication(), request))
                .getOrDefault(tables.replication(), List.of())
                .forEach(item ->
                        found.put(Objects.requireNonNull(placesByKey.get(Attributes.string(item, "pk"))), item));
        return found;
    }

    /** What a conflict takes in an answer, at most: what its update brings is told twice. */
    private static long shownBytes(Map<String, AttributeValue> item) {
        return 500 + 2L * PackedJson.stored(Attributes.bytes(item, "u")).plainBytes();
    }

    /**
     * Settles a conflict that changes nothing.
     *
     * @return false if somebody else settled it
     */
    boolean settle(String game, ConflictResolution settlement) {
        return write(ConflictItems.resolving(tables, config, game, settlement, 0)).isEmpty();
    }

    /**
     * Writes a transaction whose first item alone has a condition.
     *
     * @return the item as it is stored if the condition does not hold; nothing if the transaction is done
     */
    private Optional<Map<String, AttributeValue>> write(List<TransactWriteItem> items) {
        for (int attempt = 0; ; attempt++) {
            Backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            try {
                dynamo.transactWriteItems(write -> write.transactItems(items));
                return Optional.empty();
            } catch (TransactionCanceledException e) {
                CancellationReason reason = e.cancellationReasons().get(0);
                if ("ConditionalCheckFailed".equals(reason.code())) {
                    return Optional.of(reason.item());
                }
                boolean contended =
                        e.cancellationReasons().stream().anyMatch(other -> "TransactionConflict".equals(other.code()));
                if (!contended || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }
}
