package dev.statecraft.replication.commit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.log.Change;
import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.merge.Conflict;
import dev.statecraft.replication.merge.ConflictExplanation;
import dev.statecraft.replication.state.Entity;
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
 * One commit while it is put together: mutations are decided one after the other, each on what those before it left.
 * Knows how much fits into one transaction.
 */
final class CommitDraft {

    /** Items of a transaction, less the log entry and the head of the space. */
    static final int MAX_ENTITIES = 98;

    /** Bytes of an item (DynamoDB: 400 KB), less what keys and numbers take. */
    private static final int ITEM_BYTES = 405_000;

    /** Plain bytes of a log entry: a reader is handed at least one in an answer. */
    private static final int ENTRY_BYTES = 3_000_000;

    /** Bytes of a transaction (DynamoDB: 4 MB), less what keys and numbers take. */
    private static final int TRANSACTION_BYTES = 3_900_000;

    /** Plain bytes of states as they were, where those are kept: seven items of a transaction hold them. */
    private static final int BEFORE_BYTES = 1_500_000;

    /** Longer explanations of conflicts are kept without their values. */
    private static final int CONFLICT_BYTES = 16_384;

    private final Space before;
    private final Settings settings;
    private final String epoch;
    private final long at;
    private final Map<String, Entity> stored;
    private final Map<String, Touched> touched = new LinkedHashMap<>();
    private final List<Change> changes = new ArrayList<>();
    private Space after;
    private long logBytes = 2;

    /**
     * What a draft goes by.
     *
     * @param thresholdBytes from which size on JSON is compressed
     * @param keepsBefore whether states as they were go into the transaction as well
     */
    record Settings(int thresholdBytes, MutationReceipt.Retention retention, boolean keepsBefore) {}

    /**
     * An entity that the commit changes.
     *
     * @param before as it is stored
     * @param versions each version the commit makes, in order
     * @param changes the changes that lead to them
     */
    record Touched(Entity before, List<Entity> versions, List<Change> changes) {

        Entity after() {
            return versions.get(versions.size() - 1);
        }
    }

    /** What came of a mutation; in order of precedence. */
    sealed interface Step {}

    /** It would not fit into this commit any more, and changed nothing. */
    record Full() implements Step {}

    /** It took effect before; {@code here} is the version it made, if that was in this draft. */
    record Replayed(Entity entity, MutationReceipt receipt, Optional<Entity> here) implements Step {}

    /** Its id was used for something else. */
    record Reused() implements Step {}

    /** It is refused. */
    record Refused(Rejection refusal, Entity entity) implements Step {}

    /** It makes this version. */
    record Made(Entity entity) implements Step {}

    /**
     * Begins a commit.
     *
     * @param entities the entities as they are stored, by id; those that are missing never were
     * @param newEpoch what the epoch is called if this is the first commit of the space
     */
    CommitDraft(Space space, Map<String, Entity> entities, long now, String newEpoch, Settings settings) {
        this.before = space;
        this.after = space;
        this.stored = entities;
        this.settings = settings;
        this.epoch = space.epoch().isEmpty() ? newEpoch : space.epoch();
        this.at = Math.max(now, space.at());
    }

    /** Decides a mutation and takes what comes of it into the commit. */
    Step add(Mutation mutation) {
        Touched soFar = touched.get(mutation.entityId());
        Entity entity = soFar == null ? stored(mutation.entityId()) : soFar.after();
        if (mutation.id() != null) {
            Optional<MutationReceipt> receipt = MutationReceipt.find(entity.receipts(), mutation.id());
            if (receipt.isPresent()) {
                return receipt.get().isFor(mutation.body())
                        ? new Replayed(entity, receipt.get(), here(soFar, receipt.get()))
                        : new Reused();
            }
        }
        Entity shown = mutation.view().apply(entity);
        Mutation.Decision decision = mutation.decide().apply(shown);
        if (decision instanceof Mutation.Refuse refuse) {
            return new Refused(refuse.refusal(), shown);
        }
        Entity next = next(entity, mutation, (Mutation.Write) decision);
        return take(soFar, entity, next) ? new Made(next) : new Full();
    }

    private static Optional<Entity> here(@Nullable Touched soFar, MutationReceipt receipt) {
        return soFar == null
                ? Optional.empty()
                : soFar.versions().stream()
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
                mutation.id() == null
                        ? entity.receipts()
                        : MutationReceipt.with(
                                entity.receipts(),
                                MutationReceipt.of(mutation.id(), mutation.body(), version, seq, at),
                                settings.retention()));
    }

    private PackedJson explanation(List<Conflict> conflicts) {
        PackedJson full = PackedJson.of(ConflictExplanation.toJson(conflicts, true), settings.thresholdBytes());
        return full.plainBytes() <= CONFLICT_BYTES
                ? full
                : PackedJson.of(ConflictExplanation.toJson(conflicts, false), settings.thresholdBytes());
    }

    private boolean take(@Nullable Touched soFar, Entity entity, Entity next) {
        if (soFar == null && touched.size() == MAX_ENTITIES) {
            return false;
        }
        Change change = Change.between(entity, next);
        long changeBytes = PackedJson.text(change.toJson()).length + 1L;
        Touched more = soFar == null ? new Touched(entity, new ArrayList<>(), new ArrayList<>()) : soFar;
        more.versions().add(next);
        more.changes().add(change);
        changes.add(change);
        touched.put(next.id(), more);
        if (!changes.isEmpty() && !fits(more, logBytes + changeBytes)) {
            changes.remove(changes.size() - 1);
            more.versions().remove(next);
            more.changes().remove(change);
            if (soFar == null) {
                touched.remove(next.id());
            }
            return false;
        }
        logBytes += changeBytes;
        after = after.with(entity, next);
        return true;
    }

    private boolean fits(Touched last, long logPlainBytes) {
        if (itemBytes(last) > ITEM_BYTES
                || logPlainBytes > ENTRY_BYTES
                || (logPlainBytes > ITEM_BYTES && log().storedBytes() > ITEM_BYTES)) {
            return false;
        }
        long kept = settings.keepsBefore()
                ? touched.values().stream()
                        .map(entity -> entity.before().state())
                        .mapToLong(state -> state == null ? 0 : state.plainBytes())
                        .sum()
                : 0;
        if (kept > BEFORE_BYTES) {
            return false;
        }
        long all = kept
                + Math.min(logPlainBytes, ITEM_BYTES)
                + touched.values().stream().mapToLong(this::itemBytes).sum();
        return all <= TRANSACTION_BYTES;
    }

    private long itemBytes(Touched entity) {
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

    /** Whether the commit would change nothing. */
    boolean isEmpty() {
        return changes.isEmpty();
    }

    /** The entities that change. */
    List<Touched> touched() {
        return List.copyOf(touched.values());
    }

    /** The head that the commit is made on. */
    Space before() {
        return before;
    }

    /** The head after the commit. */
    Space after() {
        return after.committed(epoch, at);
    }

    /** The commit as those who follow the space are told of it. */
    LogEntry entry() {
        Space made = after();
        return new LogEntry(made.seq(), made.epoch(), made.at(), made.checksum(), changes, (int) logBytes - 1);
    }

    /** All changes, as the log holds them. */
    PackedJson log() {
        return packed(changes);
    }

    /** What leads from an entity as it is stored to its new version; null if that is a single change. */
    @Nullable PackedJson steps(Touched entity) {
        return entity.changes().size() < 2 ? null : packed(entity.changes());
    }

    private PackedJson packed(List<Change> changes) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        changes.forEach(change -> all.add(change.toJson()));
        return PackedJson.of(all, settings.thresholdBytes());
    }
}
