package dev.statecraft.replication.commit;

import static dev.statecraft.table.Attributes.s;

import dev.statecraft.replication.commit.KeptConflict.Unresolved;
import dev.statecraft.replication.state.AnswerBudget;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.table.Attributes;
import dev.statecraft.table.Backoff;
import dev.statecraft.table.Batches;
import dev.statecraft.table.TableNames;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
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
 * Parked conflicts and their resolutions in the replication table.
 * <ul>
 * <li>A conflict: {@code pk} = game#conflict#id, {@code sk} = {@code conflict}. A parked conflict has the packed
 * update {@code u}, {@code ty} type, {@code v} version of the entity, {@code by} and {@code at}. A resolved conflict
 * has {@code how}, {@code what}, {@code by}, {@code at}, the resulting version {@code v}, {@code ttl}, and {@code g}
 * strategy unless a state was given. Both have {@code sp} space, {@code en} entity, {@code due} deadline and {@code
 * bd} hash of the request.
 * <li>Queue item of a parked conflict: {@code pk} = game#due, {@code sk} = deadline in 16 digits#id. Resolving the
 * conflict deletes it.
 * <li>Conditions: a conflict is parked only if its id is unused. It is resolved only while it is parked, in the
 * transaction of the resulting commit.
 * </ul>
 */
@ApplicationScoped
public class ConflictStore {

    /** Bytes of an item (DynamoDB: 400 KB), reduced by the size of keys and the other attributes. */
    private static final int UPDATE_BYTES = 400_000;

    /** Greater than any deadline. */
    private static final long LAST = 9_999_999_999_999_999L;

    private static final int ATTEMPTS = 8;
    private static final long CONTENTION_MILLIS = 4;

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final ReplicationConfig config;
    private final Batches batches;
    private final Backoff backoff;

    public ConflictStore(
            DynamoDbClient dynamo, TableNames tables, Batches batches, ReplicationConfig config, Backoff backoff) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.config = config;
        this.batches = batches;
        this.backoff = backoff;
    }

    /**
     * A page of parked conflicts, nearest deadline first. {@code next} is the position to continue after; null at the
     * end.
     */
    public record ConflictPage(
            List<ParkedConflict> conflicts, @Nullable String next) {}

    /**
     * Parks a conflict. Cost: 2 WCU for each KB.
     *
     * @return the conflict that is stored under the id: the new one, or an earlier one; empty if it is too large to be
     *     stored
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
                ConflictItems.changePending(tables, game, conflict.id(), 1));
        return Optional.of(write(items).map(ConflictItems::kept).orElseGet(() -> new Unresolved(conflict)));
    }

    /** Reads a conflict, strongly consistent; empty if the id is unknown. Cost: 1 RCU for each 4 KB. */
    Optional<KeptConflict> read(String game, String id) {
        Map<String, AttributeValue> item = dynamo.getItem(get -> get.tableName(tables.replication())
                        .key(ConflictItems.key(game, id))
                        .consistentRead(true))
                .item();
        return item.isEmpty() ? Optional.empty() : Optional.of(ConflictItems.kept(item));
    }

    /**
     * Lists the parked conflicts. Cost: 1 RCU for the queue, and the reads of the conflicts.
     *
     * @param limit maximum number of conflicts; a page ends earlier, with at least one conflict, at {@code
     *     answer-bytes}
     */
    ConflictPage list(String game, @Nullable String after, int limit) {
        return page(game, after, Long.MAX_VALUE, limit);
    }

    /** Reads the parked conflicts whose deadline has passed. Cost: 1 RCU if there are none. */
    List<ParkedConflict> due(String game, long now, int limit) {
        return page(game, null, now, limit).conflicts();
    }

    /** Returns the nearest deadline of a parked conflict, strongly consistent; empty if none is parked. Cost: 1 RCU. */
    Optional<Instant> firstDeadline(String game) {
        return dynamo
                .query(query -> query.tableName(tables.replication())
                        .keyConditionExpression("pk = :pk")
                        .expressionAttributeValues(Map.of(":pk", s(ConflictItems.queue(game))))
                        .consistentRead(true)
                        .limit(1))
                .items()
                .stream()
                .map(item -> ConflictItems.deadlineOf(Attributes.string(item, "sk")))
                .findFirst();
    }

    private ConflictPage page(String game, @Nullable String after, long until, int limit) {
        QueryRequest.Builder query = QueryRequest.builder()
                .tableName(tables.replication())
                .keyConditionExpression("pk = :pk AND sk < :until")
                .expressionAttributeValues(Map.of(
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
        List<String> positions = queued.items().stream()
                .map(item -> Attributes.string(item, "sk"))
                .toList();
        AnswerBudget budget = new AnswerBudget(config.answerBytes());
        List<ParkedConflict> conflicts = new ArrayList<>();
        String last = after;
        for (int from = 0; from < positions.size(); from += config.statesPerRead()) {
            List<String> some = positions.subList(from, Math.min(positions.size(), from + config.statesPerRead()));
            Map<String, Map<String, AttributeValue>> found = readAll(game, some);
            for (String position : some) {
                Map<String, AttributeValue> item = found.get(position);
                // The conflict may have been resolved between the two reads.
                if (item != null && item.containsKey("u")) {
                    if (!budget.take(responseBytes(item))) {
                        return new ConflictPage(conflicts, last);
                    }
                    conflicts.add(((Unresolved) ConflictItems.kept(item)).conflict());
                }
                last = position;
            }
        }
        return new ConflictPage(conflicts, Attributes.stringOrNull(queued.lastEvaluatedKey(), "sk"));
    }

    /**
     * Reads the conflicts at positions of the queue, by position. One round trip: the caller passes at most {@code
     * states-per-read} positions.
     */
    private Map<String, Map<String, AttributeValue>> readAll(String game, List<String> positions) {
        Map<String, String> positionsByKey = new HashMap<>();
        List<Map<String, AttributeValue>> keys = new ArrayList<>();
        for (String position : positions) {
            Map<String, AttributeValue> key = ConflictItems.key(game, ConflictItems.idOf(position));
            positionsByKey.put(Attributes.string(key, "pk"), position);
            keys.add(key);
        }
        Map<String, Map<String, AttributeValue>> found = new HashMap<>();
        var request =
                KeysAndAttributes.builder().keys(keys).consistentRead(true).build();
        batches.get(Map.of(tables.replication(), request))
                .getOrDefault(tables.replication(), List.of())
                .forEach(item ->
                        found.put(Objects.requireNonNull(positionsByKey.get(Attributes.string(item, "pk"))), item));
        return found;
    }

    /** Estimated bytes of a conflict in a response, which contains the values of the update twice. */
    private static long responseBytes(Map<String, AttributeValue> item) {
        return 500 + 2L * PackedJson.stored(Attributes.bytes(item, "u")).plainBytes();
    }

    /**
     * Resolves a conflict without a change of the entity.
     *
     * @return false if the conflict was already resolved
     */
    boolean resolveUnchanged(String game, ConflictResolution resolution) {
        return write(ConflictItems.resolving(tables, config, game, resolution, 0))
                .isEmpty();
    }

    /**
     * Writes a transaction in which only the first item has a condition.
     *
     * @return the stored item if the condition failed; empty if the transaction was committed
     */
    private Optional<Map<String, AttributeValue>> write(List<TransactWriteItem> items) {
        for (int attempt = 0; ; attempt++) {
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
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
