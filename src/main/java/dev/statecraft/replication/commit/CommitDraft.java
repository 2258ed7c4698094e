package dev.statecraft.replication.commit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.log.Change;
import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.merge.Conflict;
import dev.statecraft.replication.merge.ConflictExplanation;
import dev.statecraft.replication.session.MessagePosition;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntitySession;
import dev.statecraft.replication.state.MutationReceipt;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.state.Space;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A commit before it is written. Mutations are evaluated in order, each on the result of the previous ones. The draft
 * enforces the size limits of a transaction.
 */
final class CommitDraft {

    /** Maximum number of entities: the 100 items of a transaction without the log entry and the head of the space. */
    static final int MAX_ENTITIES = 98;

    /** Bytes of an item (DynamoDB: 400 KB), reduced by the size of keys and numbers. */
    private static final int ITEM_BYTES = 405_000;

    /** Maximum uncompressed bytes of a log entry. A response of a feed contains at least one entry. */
    private static final int ENTRY_BYTES = 3_000_000;

    /** Bytes of a transaction (DynamoDB: 4 MB), reduced by the size of keys and numbers. */
    static final int TRANSACTION_BYTES = 3_900_000;

    /** Maximum uncompressed bytes of the states before the commit. Seven items of the transaction contain them. */
    private static final int BEFORE_BYTES = 1_500_000;

    /** Explanations of conflicts above this size are stored without their values. */
    private static final int CONFLICT_BYTES = 16_384;

    private final Space before;
    private final Settings settings;
    private final String epoch;
    private final long at;
    private final Map<String, Entity> stored;
    private final CommitSnapshot.Messages messages;
    private final Map<String, ChangedEntity> changed = new LinkedHashMap<>();
    private final List<Change> changes = new ArrayList<>();
    private Space after;
    private long logBytes = 2;

    /**
     * Settings of a draft.
     *
     * @param entities maximum number of entities, and of items for their sessions and messages
     * @param thresholdBytes minimum size of JSON that is compressed
     * @param storesPreviousStates whether the transaction also contains the states before the commit
     * @param transactionId the transaction over several spaces that the commit is a part of; null for other commits
     */
    record Settings(
            int entities,
            int thresholdBytes,
            MutationReceipt.Retention retention,
            boolean storesPreviousStates,
            @Nullable String transactionId) {}

    /** Result of adding a mutation. Variants are listed in order of precedence. */
    sealed interface Step {}

    /** The mutation exceeds the limits of a commit. The draft was not changed. */
    record Full() implements Step {}

    /** The mutation was applied earlier. {@code inDraft} is the version it made, if this draft made it. */
    record Replayed(Entity entity, MutationReceipt receipt, Optional<Entity> inDraft) implements Step {}

    /** The mutation id was already used with a different body. */
    record Reused() implements Step {}

    /** The mutation was rejected. */
    record Refused(Rejection rejection, Entity entity) implements Step {}

    /** The mutation makes this version. */
    record Made(Entity entity) implements Step {}

    /**
     * Starts a commit.
     *
     * @param snapshot the head of the space, the stored entities by id without those that never existed, and the messages
     *     that wait
     * @param newEpoch the space epoch if this is the first commit of the space
     */
    CommitDraft(CommitSnapshot snapshot, long now, String newEpoch, Settings settings) {
        Space space = snapshot.space();
        this.before = space;
        this.after = space;
        this.stored = snapshot.entities();
        this.messages = snapshot.messages();
        this.settings = settings;
        this.epoch = space.epoch().isEmpty() ? newEpoch : space.epoch();
        this.at = Math.max(now, space.at());
    }

    private CommitDraft(CommitDraft original) {
        before = original.before;
        after = original.after;
        stored = original.stored;
        messages = original.messages;
        settings = original.settings;
        epoch = original.epoch;
        at = original.at;
        logBytes = original.logBytes;
        changes.addAll(original.changes);
        original.changed.forEach((id, entity) -> changed.put(id, entity.copy()));
    }

    /** An independent copy, to evaluate mutations that may be discarded. */
    CommitDraft copy() {
        return new CommitDraft(this);
    }

    /** Evaluates a mutation and adds the resulting version to the commit. */
    Step add(Mutation mutation) {
        ChangedEntity existing = changed.get(mutation.entityId());
        Entity entity = existing == null ? stored(mutation.entityId()) : existing.after();
        if (mutation.id() != null) {
            Optional<MutationReceipt> receipt = MutationReceipt.find(entity.receipts(), mutation.id());
            if (receipt.isPresent()) {
                return receipt.get().isFor(mutation.bodyHash())
                        ? new Replayed(entity, receipt.get(), inDraft(existing, receipt.get()))
                        : new Reused();
            }
        }
        Entity viewed = mutation.view().apply(entity);
        Mutation.Decision decision = mutation.decide().apply(viewed);
        if (decision instanceof Mutation.Reject refuse) {
            return new Refused(refuse.rejection(), viewed);
        }
        List<MessagePosition> applied = new ArrayList<>();
        for (String message : mutation.acknowledged()) {
            MessagePosition position = messages.find(mutation.entityId(), message);
            if (position == null
                    || applied.contains(position)
                    || (existing != null && existing.acknowledged().contains(position))) {
                return new Refused(new Rejection.MessageNotWaiting(message), viewed);
            }
            applied.add(position);
        }
        Entity next = next(entity, mutation, (Mutation.Write) decision);
        return tryAdd(existing, entity, next, applied) ? new Made(next) : new Full();
    }

    private static Optional<Entity> inDraft(@Nullable ChangedEntity existing, MutationReceipt receipt) {
        return existing == null
                ? Optional.empty()
                : existing.versions().stream()
                        .filter(version -> version.version() == receipt.version())
                        .findFirst();
    }

    private Entity stored(String id) {
        return stored.getOrDefault(id, Entity.none(before.name(), id));
    }

    private Entity next(Entity entity, Mutation mutation, Mutation.Write write) {
        ObjectNode state = write.state();
        long version = entity.version() + 1;
        long seq = before.seq() + 1;
        int limit = write.historyLimit();
        return new Entity(
                entity.space(),
                entity.id(),
                write.type(),
                version,
                state == null ? null : PackedJson.of(state, settings.thresholdBytes()),
                write.schemaVersion(),
                write.owner(),
                at,
                write.by(),
                write.strategy(),
                write.conflicts().isEmpty() ? null : explanation(write.conflicts()),
                seq,
                entity.deleted() ? seq : entity.createdSeq(),
                Math.min(entity.kept() + 1, limit),
                sessionAfter(entity, write),
                mutation.id() == null
                        ? entity.receipts()
                        : MutationReceipt.with(
                                entity.receipts(),
                                MutationReceipt.of(mutation.id(), mutation.bodyHash(), version, seq, at),
                                settings.retention()));
    }

    private static EntitySession sessionAfter(Entity entity, Mutation.Write write) {
        if (write.state() == null) {
            return entity.session().ended();
        }
        EntitySession changed = write.session();
        return changed == null ? entity.session() : changed;
    }

    private PackedJson explanation(List<Conflict> conflicts) {
        PackedJson full = PackedJson.of(ConflictExplanation.toJson(conflicts, true), settings.thresholdBytes());
        return full.plainBytes() <= CONFLICT_BYTES
                ? full
                : PackedJson.of(ConflictExplanation.toJson(conflicts, false), settings.thresholdBytes());
    }

    private boolean tryAdd(
            @Nullable ChangedEntity existing, Entity entity, Entity next, List<MessagePosition> applied) {
        Change change = Change.between(entity, next);
        long changeBytes = PackedJson.text(change.toJson()).length + 1L;
        ChangedEntity entry = existing == null ? ChangedEntity.unchanged(entity) : existing;
        entry.versions().add(next);
        entry.changes().add(change);
        changes.add(change);
        changed.put(next.id(), entry);
        entry.acknowledged().addAll(applied);
        if (items() > settings.entities() || !fits(entry, logBytes + changeBytes)) {
            changes.remove(changes.size() - 1);
            entry.versions().remove(next);
            entry.changes().remove(change);
            if (existing == null) {
                changed.remove(next.id());
            }
            entry.acknowledged().removeAll(applied);
            return false;
        }
        logBytes += changeBytes;
        after = after.with(entity, next);
        return true;
    }

    /** Number of items of the transaction without the head and the log entry. */
    int items() {
        return changed.values().stream().mapToInt(ChangedEntity::items).sum();
    }

    private boolean fits(ChangedEntity last, long logPlainBytes) {
        if (itemBytes(last) > ITEM_BYTES
                || logPlainBytes > ENTRY_BYTES
                || (logPlainBytes > ITEM_BYTES && log().storedBytes() > ITEM_BYTES)) {
            return false;
        }
        long previousBytes = settings.storesPreviousStates()
                ? changed.values().stream()
                        .map(entity -> entity.before().state())
                        .mapToLong(state -> state == null ? 0 : state.plainBytes())
                        .sum()
                : 0;
        if (previousBytes > BEFORE_BYTES) {
            return false;
        }
        return previousBytes + bytes(logPlainBytes) <= TRANSACTION_BYTES;
    }

    /** An upper bound of the bytes of the commit in a transaction, without the states before it. */
    long bytes() {
        return bytes(logBytes);
    }

    private long bytes(long logPlainBytes) {
        return Math.min(logPlainBytes, ITEM_BYTES)
                + changed.values().stream().mapToLong(this::itemBytes).sum();
    }

    private long itemBytes(ChangedEntity entity) {
        Entity last = entity.after();
        PackedJson steps = steps(entity);
        return (long) size(last.state())
                + size(last.conflicts())
                + size(steps)
                + MutationReceipt.sizeBytes(last.receipts().size());
    }

    private static int size(@Nullable PackedJson json) {
        return json == null ? 0 : json.storedBytes();
    }

    /** True if the commit has no change. */
    boolean isEmpty() {
        return changes.isEmpty();
    }

    /** The entities that the commit changes. */
    List<ChangedEntity> changedEntities() {
        return List.copyOf(changed.values());
    }

    /** The head that the commit is made on. */
    Space before() {
        return before;
    }

    /** The head after the commit. */
    Space after() {
        return after.committed(epoch, at);
    }

    /** The commit as the feeds return it. */
    LogEntry entry() {
        Space head = after();
        return new LogEntry(
                head.seq(),
                head.epoch(),
                head.at(),
                head.checksum(),
                changes,
                (int) logBytes - 1,
                settings.transactionId());
    }

    /** The transaction over several spaces that the commit is a part of; null for other commits. */
    @Nullable String transactionId() {
        return settings.transactionId();
    }

    /** All changes in the form of the log table. */
    PackedJson log() {
        return packed(changes);
    }

    /** The changes from the stored entity to its new version; null for a single change. */
    @Nullable PackedJson steps(ChangedEntity entity) {
        return entity.changes().size() < 2 ? null : packed(entity.changes());
    }

    private PackedJson packed(List<Change> changes) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        changes.forEach(change -> all.add(change.toJson()));
        return PackedJson.of(all, settings.thresholdBytes());
    }
}
