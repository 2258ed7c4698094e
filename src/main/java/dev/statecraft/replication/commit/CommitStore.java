package dev.statecraft.replication.commit;

import static dev.statecraft.table.Attributes.n;
import static dev.statecraft.table.Attributes.s;

import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.log.LogStore;
import dev.statecraft.replication.session.MessagePosition;
import dev.statecraft.replication.session.MessageStore;
import dev.statecraft.replication.session.SessionItems;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityItems;
import dev.statecraft.replication.state.EntityKey;
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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    private final MessageStore messageStore;

    public CommitStore(
            DynamoDbClient dynamo,
            TableNames tables,
            Batches batches,
            MessageStore messageStore,
            ReplicationConfig config) {
        this.dynamo = dynamo;
        this.tables = tables;
        this.config = config;
        this.batches = batches;
        this.messageStore = messageStore;
    }

    /** What a commit reads: entities by id, and by entity the ids of the messages that it removes. */
    record Reads(Set<String> entities, Map<String, Set<String>> messages) {

        /** The entities and messages of mutations. */
        static Reads of(Collection<Mutation> mutations) {
            Set<String> entities = new HashSet<>();
            Map<String, Set<String>> messages = new HashMap<>();
            for (Mutation mutation : mutations) {
                entities.add(mutation.entityId());
                if (!mutation.acknowledged().isEmpty()) {
                    messages.computeIfAbsent(mutation.entityId(), id -> new HashSet<>())
                            .addAll(mutation.acknowledged());
                }
            }
            return new Reads(entities, messages);
        }
    }

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

    /**
     * Reads the head, up to 98 entities and the messages of a commit, strongly consistent, in one round trip; one more for
     * each 100 messages.
     *
     * @param consumption adds up the consumed capacity; null if it is not measured
     */
    CommitSnapshot read(String game, String space, Reads reads, @Nullable CapacityUsage consumption) {
        List<Map<String, AttributeValue>> keys = reads.entities().stream()
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
                entities,
                waiting(game, space, reads.messages()));
    }

    private CommitSnapshot.Messages waiting(String game, String space, Map<String, Set<String>> ids) {
        Map<String, Map<String, MessagePosition>> found = new HashMap<>();
        ids.forEach((entity, messages) ->
                found.put(entity, messageStore.find(game, new EntityKey(space, entity), messages)));
        return found.isEmpty() ? CommitSnapshot.Messages.NONE : new CommitSnapshot.Messages(found);
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
        draft.changedEntities().forEach(entity -> items.addAll(session(game, entity)));
        int firstCompanion = items.size();
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
            return cancelled(e, draft, snapshot, firstCompanion);
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

    /** The writes for the session and the messages of an entity. A failed condition says that a message was removed. */
    private List<TransactWriteItem> session(String game, ChangedEntity changed) {
        Entity after = changed.after();
        List<MessagePosition> messages = changed.acknowledged();
        if (!changed.changesSession() && messages.isEmpty()) {
            return List.of();
        }
        EntityKey entity = after.place();
        List<TransactWriteItem> items = new ArrayList<>();
        items.add(SessionItems.changed(
                tables, game, entity, changed.changesSession() ? after.session() : null, after.at(), messages.size()));
        items.addAll(messageStore.removing(game, entity, messages, after.at()));
        return items;
    }

    private TransactWriteItem entity(String game, CommitDraft draft, ChangedEntity changed) {
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
    private static Outcome cancelled(
            TransactionCanceledException e, CommitDraft draft, CommitSnapshot snapshot, int firstCompanion) {
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
                    if (i >= firstCompanion) {
                        return new CompanionRejected();
                    }
                    if (i >= FIRST_ENTITY + draft.changedEntities().size() || !reason.hasItem()) {
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
        return new SnapshotOutdated(new CommitSnapshot(space, entities, snapshot.messages()));
    }

    private static KeysAndAttributes consistent(List<Map<String, AttributeValue>> keys) {
        return KeysAndAttributes.builder().keys(keys).consistentRead(true).build();
    }
}
