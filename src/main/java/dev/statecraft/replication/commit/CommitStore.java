package dev.statecraft.replication.commit;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.replication.log.LogStore;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityItems;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.replication.state.Space;
import dev.statecraft.table.Batches;
import dev.statecraft.table.CapacityUsage;
import dev.statecraft.table.TableNames;
import dev.statecraft.table.TransactionWrites;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * Writes commits. A commit is one transaction over the log table and the entities table. It replaces the head of the
 * space, adds one log entry, and replaces each changed entity including its receipts. Each write has the condition
 * that the item is still the one of the snapshot. So sequence numbers and versions have no gaps, and a reader never
 * sees a part of a commit.
 */
@ApplicationScoped
public class CommitStore {

    private static final int HEAD = 0;
    private static final int FIRST_ENTITY = 2;

    private final DynamoDbClient dynamo;
    private final TableNames tables;
    private final ReplicationConfig config;
    private final Batches batches;

    public CommitStore(DynamoDbClient dynamo, TableNames tables, Batches batches, ReplicationConfig config) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.config = config;
        this.batches = batches;
    }

    /**
     * The state that a commit is planned on: the head of a space, and the entities by id. Entities that never existed
     * are missing.
     */
    record CommitSnapshot(Space space, Map<String, Entity> entities) {}

    /** Result of writing a commit. Variants are listed in order of precedence. */
    sealed interface Outcome {}

    /** The transaction was committed. */
    record Written() implements Outcome {}

    /**
     * A condition of the companion writes failed, for example because a conflict was already resolved. Nothing was
     * written.
     */
    record CompanionRejected() implements Outcome {}

    /**
     * DynamoDB cancelled the transaction (conflict, throttling, or a failed condition on a missing item) and returned
     * no current item. Read again before retrying.
     */
    record WriteConflict() implements Outcome {}

    /**
     * Another writer committed to the space or changed an entity. {@code snapshot} holds the current head and
     * entities, taken from the cancellation reasons, so the retry needs no read.
     */
    record SnapshotOutdated(CommitSnapshot snapshot) implements Outcome {}

    /** Reads the head and up to 98 entities of a space, strongly consistent, in one round trip. */
    CommitSnapshot read(String game, String space, Collection<String> ids) {
        return read(game, space, ids, null);
    }

    /**
     * Reads the head and up to 98 entities of a space, strongly consistent, in one round trip.
     *
     * @param consumption adds up the consumed capacity; null if it is not measured
     */
    CommitSnapshot read(String game, String space, Collection<String> ids, @Nullable CapacityUsage consumption) {
        List<Map<String, AttributeValue>> keys = ids.stream()
                .distinct()
                .map(id -> EntityItems.key(game, space, id))
                .toList();
        var found = batches.get(
                Map.of(
                        tables.log(),
                        consistent(List.of(LogStore.headKey(game, space))),
                        tables.entities(),
                        consistent(keys)),
                consumption);
        Map<String, Entity> entities = new HashMap<>();
        found.getOrDefault(tables.entities(), List.of()).forEach(item -> {
            Entity entity = EntityItems.fromItem(item);
            entities.put(entity.id(), entity);
        });
        return new CommitSnapshot(
                found.getOrDefault(tables.log(), List.of()).stream()
                        .findFirst()
                        .map(LogStore::toSpace)
                        .orElseGet(() -> Space.empty(space)),
                entities);
    }

    /**
     * Writes a commit. Cost: 2 WCU for each KB of each entity, of the log entry and of the head.
     *
     * @param snapshot the state that the commit was planned on
     */
    Outcome write(String game, CommitDraft draft, CommitSnapshot snapshot) {
        return write(game, draft, snapshot, List.of(), null);
    }

    /**
     * Writes a commit and companion writes in one transaction.
     *
     * @return {@link CompanionRejected} if a condition of the companion writes failed
     */
    Outcome write(
            String game,
            CommitDraft draft,
            CommitSnapshot snapshot,
            TransactionWrites companion,
            @Nullable CapacityUsage consumption) {
        return write(game, draft, snapshot, companion.items(), consumption);
    }

    /**
     * Writes a commit and the resolution of a parked conflict in one transaction.
     *
     * @param version the version of the entity that the commit makes
     * @return {@link CompanionRejected} if the conflict was already resolved
     */
    Outcome write(
            String game, CommitDraft draft, CommitSnapshot snapshot, ConflictResolution resolution, long version) {
        return write(game, draft, snapshot, ConflictItems.resolving(tables, config, game, resolution, version), null);
    }

    private Outcome write(
            String game,
            CommitDraft draft,
            CommitSnapshot snapshot,
            List<TransactWriteItem> additional,
            @Nullable CapacityUsage consumption) {
        List<TransactWriteItem> items = new ArrayList<>();
        items.add(head(game, draft));
        items.add(put(Put.builder()
                .tableName(tables.log())
                .item(LogStore.entryItem(game, draft.after(), draft.log(), config.logRetention()))
                .conditionExpression("attribute_not_exists(pk)")));
        draft.changedEntities().forEach(entity -> items.add(entity(game, draft, entity)));
        items.addAll(additional);
        try {
            // The SDK sends a client request token, so a transaction that it retries after a lost response is applied
            // once.
            TransactWriteItemsResponse response = dynamo.transactWriteItems(write -> write.transactItems(items)
                    .returnConsumedCapacity(consumption == null ? null : ReturnConsumedCapacity.TOTAL));
            if (consumption != null) {
                consumption.add(response.consumedCapacity());
            }
            return new Written();
        } catch (TransactionCanceledException e) {
            return cancelled(e, draft, snapshot);
        }
    }

    private TransactWriteItem head(String game, CommitDraft draft) {
        Put.Builder head = Put.builder().tableName(tables.log()).item(LogStore.headItem(game, draft.after()));
        return put(
                draft.before().seq() == 0
                        ? head.conditionExpression("attribute_not_exists(pk)")
                        : head.conditionExpression("q = :seq AND e = :epoch")
                                .expressionAttributeValues(Map.of(
                                        ":seq", n(draft.before().seq()),
                                        ":epoch", s(draft.before().epoch()))));
    }

    private TransactWriteItem entity(String game, CommitDraft draft, CommitDraft.ChangedEntity changed) {
        Put.Builder put = Put.builder()
                .tableName(tables.entities())
                .item(EntityItems.toItem(game, changed.after(), draft.steps(changed)));
        return put(
                changed.before().version() == 0
                        ? put.conditionExpression("attribute_not_exists(pk)")
                        : put.conditionExpression("v = :expected")
                                .expressionAttributeValues(
                                        Map.of(":expected", n(changed.before().version()))));
    }

    private static TransactWriteItem put(Put.Builder put) {
        return TransactWriteItem.builder()
                .put(put.returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                        .build())
                .build();
    }

    /** Converts the cancellation reasons, which are in the order of the items, to the result of the write. */
    private static Outcome cancelled(TransactionCanceledException e, CommitDraft draft, CommitSnapshot snapshot) {
        List<CancellationReason> reasons = e.cancellationReasons();
        boolean failed = false;
        Space space = snapshot.space();
        Map<String, Entity> entities = new HashMap<>(snapshot.entities());
        for (int i = 0; i < reasons.size(); i++) {
            CancellationReason reason = reasons.get(i);
            switch (Optional.ofNullable(reason.code()).orElse("None")) {
                case "None" -> {}
                case "ConditionalCheckFailed" -> {
                    failed = true;
                    if (i >= FIRST_ENTITY + draft.changedEntities().size()) {
                        return new CompanionRejected();
                    }
                    if (!reason.hasItem()) {
                        return new WriteConflict();
                    }
                    if (i == HEAD) {
                        space = LogStore.toSpace(reason.item());
                    } else if (i >= FIRST_ENTITY) {
                        Entity entity = EntityItems.fromItem(reason.item());
                        entities.put(entity.id(), entity);
                    }
                }
                case "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded" -> {
                    return new WriteConflict();
                }
                default -> throw e;
            }
        }
        if (!failed || space.seq() <= draft.before().seq()) {
            return new WriteConflict();
        }
        return new SnapshotOutdated(new CommitSnapshot(space, entities));
    }

    private static KeysAndAttributes consistent(List<Map<String, AttributeValue>> keys) {
        return KeysAndAttributes.builder().keys(keys).consistentRead(true).build();
    }
}
