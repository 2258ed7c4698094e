package dev.statecraft.replication.commit;

import dev.statecraft.replication.commit.CommitItems.PlannedPart;
import dev.statecraft.replication.commit.CommitSnapshot.Reads;
import dev.statecraft.replication.commit.CommitSnapshot.SpaceRead;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/**
 * Writes commits. A commit is one transaction over the log table and the entities table. It replaces the head of the
 * space, adds one log entry, and replaces each changed entity including its receipts. Each write has the condition
 * that the item is still the one of the snapshot. So sequence numbers and versions have no gaps, and a reader never
 * sees a part of a commit. A transaction over several spaces contains the items of a commit for each space.
 */
@ApplicationScoped
public class CommitStore {

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
     *
     * @param spaces the spaces whose items were the reason; empty if the reason is not known
     */
    record WriteConflict(Set<String> spaces) implements Outcome {

        /** A conflict in a space that is not known. */
        WriteConflict() {
            this(Set.of());
        }
    }

    /**
     * Another writer committed to a space or changed an entity. {@code snapshots} hold the current heads and entities of
     * the parts in order, taken from the cancellation reasons, so the retry needs no read.
     *
     * @param spaces the spaces that other writers changed
     */
    record SnapshotOutdated(List<CommitSnapshot> snapshots, Set<String> spaces) implements Outcome {}

    /**
     * Reads the head, up to 98 entities and the messages of a commit, strongly consistent, in one round trip; one more for
     * each 100 messages.
     *
     * @param consumption adds up the consumed capacity; null if it is not measured
     */
    CommitSnapshot read(String game, String space, Reads reads, @Nullable CapacityUsage consumption) {
        return read(game, List.of(new SpaceRead(space, reads)), consumption).get(0);
    }

    /**
     * Reads the heads and entities of spaces, up to 100 items, and the messages of the commits, as above. Each space is
     * named once.
     *
     * @param consumption adds up the consumed capacity; null if it is not measured
     * @return the snapshots in the order of the spaces
     */
    List<CommitSnapshot> read(String game, List<SpaceRead> spaces, @Nullable CapacityUsage consumption) {
        List<Map<String, AttributeValue>> heads = new ArrayList<>();
        List<Map<String, AttributeValue>> keys = new ArrayList<>();
        for (SpaceRead read : spaces) {
            heads.add(LogStore.headKey(game, read.space()));
            read.reads().entities().forEach(id -> keys.add(EntityItems.key(game, read.space(), id)));
        }
        var found =
                batches.get(Map.of(tables.log(), consistent(heads), tables.entities(), consistent(keys)), consumption);
        Map<String, Space> stored = new HashMap<>();
        found.getOrDefault(tables.log(), List.of()).forEach(item -> {
            Space space = LogStore.toSpace(item);
            stored.put(space.name(), space);
        });
        Map<String, Map<String, Entity>> entities = new HashMap<>();
        found.getOrDefault(tables.entities(), List.of()).forEach(item -> {
            Entity entity = EntityItems.fromItem(item);
            entities.computeIfAbsent(entity.space(), space -> new HashMap<>()).put(entity.id(), entity);
        });
        return spaces.stream()
                .map(read -> new CommitSnapshot(
                        stored.getOrDefault(read.space(), Space.empty(read.space())),
                        entities.getOrDefault(read.space(), new HashMap<>()),
                        waiting(game, read)))
                .toList();
    }

    private CommitSnapshot.Messages waiting(String game, SpaceRead read) {
        Map<String, Map<String, MessagePosition>> found = new HashMap<>();
        read.reads()
                .messages()
                .forEach((entity, messages) ->
                        found.put(entity, messageStore.find(game, new EntityKey(read.space(), entity), messages)));
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
        return write(game, List.of(new PlannedPart(draft, snapshot)), additional, consumption);
    }

    /** Writes the commits of several spaces in one transaction. All parts have at most 100 items together. */
    Outcome write(String game, List<PlannedPart> parts) {
        return write(game, parts, List.of(), null);
    }

    private Outcome write(
            String game,
            List<PlannedPart> parts,
            List<TransactWriteItem> additional,
            @Nullable CapacityUsage consumption) {
        List<TransactWriteItem> items = new ArrayList<>();
        for (PlannedPart part : parts) {
            CommitDraft draft = part.draft();
            items.addAll(CommitItems.of(tables, game, draft, config.logRetention()));
            draft.changedEntities().forEach(entity -> items.addAll(session(game, entity)));
        }
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
            return cancelled(e, parts);
        }
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

    /** Converts the cancellation reasons, which are in the order of the items, to the result of the write. */
    private static Outcome cancelled(TransactionCanceledException e, List<PlannedPart> parts) {
        List<CancellationReason> reasons = e.cancellationReasons();
        if (!CommitItems.isRepeatable(reasons)) {
            throw e;
        }
        List<CommitSnapshot> snapshots = new ArrayList<>();
        Set<String> lost = new TreeSet<>();
        boolean unknown = false;
        int from = 0;
        for (PlannedPart part : parts) {
            CommitItems.Reasons own = CommitItems.reasons(part, reasons.subList(from, from + part.items()));
            from += part.items();
            unknown |= own instanceof CommitItems.Unknown;
            if (!(own instanceof CommitItems.Unchanged)) {
                lost.add(part.snapshot().space().name());
            }
            snapshots.add(own instanceof CommitItems.Changed changed ? changed.current() : part.snapshot());
        }
        List<CancellationReason> companions = reasons.subList(from, reasons.size());
        if (!unknown && companions.stream().anyMatch(CommitItems::isFailed)) {
            return new CompanionRejected();
        }
        return unknown || lost.isEmpty() ? new WriteConflict(lost) : new SnapshotOutdated(snapshots, lost);
    }

    private static KeysAndAttributes consistent(List<Map<String, AttributeValue>> keys) {
        return KeysAndAttributes.builder().keys(keys).consistentRead(true).build();
    }
}
