package dev.statecraft.replication.commit;

import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.commit.CommitCoordinator.CommitSpace;
import dev.statecraft.replication.commit.CommitCoordinator.CommitTarget;
import dev.statecraft.replication.commit.CommitCoordinator.Plan;
import dev.statecraft.replication.commit.CommitDraft.Made;
import dev.statecraft.replication.commit.CommitDraft.Step;
import dev.statecraft.replication.commit.CommitItems.PlannedPart;
import dev.statecraft.replication.commit.CommitSnapshot.Reads;
import dev.statecraft.replication.commit.CommitSnapshot.SpaceRead;
import dev.statecraft.replication.log.FeedChanged;
import dev.statecraft.replication.log.HistoryService;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.MutationReceipt;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Commits transactions: mutations of entities in one or several spaces, all of them or none. Each space gets a commit with
 * the id of the transaction. One DynamoDB transaction writes the commits of all spaces.
 *
 * <p>A transaction is not combined with the commands of other instances: it writes with conditions on several spaces, and
 * the queue of one space cannot order it in the others. It takes the turns of the busy ones instead.
 */
@ApplicationScoped
public class TransactionCommits {

    /** Items of a transaction of DynamoDB. */
    private static final int MAX_ITEMS = 100;

    private final CommitCoordinator coordinator;
    private final CommitPlanner plans;
    private final CommitStore commits;
    private final HistoryService history;
    private final Event<FeedChanged> changes;

    public TransactionCommits(
            CommitCoordinator coordinator,
            CommitPlanner plans,
            CommitStore commits,
            HistoryService history,
            Event<FeedChanged> changes) {
        this.coordinator = coordinator;
        this.plans = plans;
        this.commits = commits;
        this.history = history;
        this.changes = changes;
    }

    /** A mutation of an entity in a space. It has an id, which no other mutation of the entity in the transaction has. */
    public record Part(String space, Mutation mutation) {}

    /** Result of a transaction. Variants are listed in order of precedence. */
    public sealed interface TransactionResult {}

    /**
     * The transaction was applied by an earlier request.
     *
     * @param results the result of each mutation, in order. {@link CommitResult.VersionExpired} with the version 0 if the
     *     entity no longer has the receipt of the mutation.
     */
    public record Replayed(List<CommitResult> results) implements TransactionResult {}

    /** The id was already used with a different body. Nothing was changed. */
    public record Reused() implements TransactionResult {}

    /** The mutation with this index was rejected. Nothing was changed. */
    public record Refused(int index, CommitResult.Refused reason) implements TransactionResult {}

    /** Gave up after {@code commit-attempts} lost races. Nothing was changed. The caller may retry. */
    public record Busy() implements TransactionResult {}

    /** All mutations were applied. The new version of each, in order. */
    public record Applied(List<Entity> versions) implements TransactionResult {}

    /**
     * Commits all mutations or none, in order, each on the result of the previous ones of its entity. Cost: one read of the
     * heads and the entities, and 2 WCU for each KB of each entity, and of the log entry and the head of each space.
     *
     * <p>Exactly once: each entity keeps the receipt of its mutations. A repeated request has the same entities, so that it
     * finds the receipts. One of them proves that the transaction was applied, even if other entities dropped theirs.
     *
     * @param parts at least one; with two items for each space, at most 100 items
     */
    public TransactionResult commit(String game, String transactionId, List<Part> parts) {
        List<CommitTarget> targets = reads(parts).stream()
                .map(read -> new CommitTarget(new CommitSpace(game, read.space()), read.reads(), null))
                .toList();
        TransactionResult result = coordinator
                .commit(targets, snapshots -> plan(game, transactionId, parts, snapshots), () -> new Busy())
                .orElseThrow();
        targets.stream()
                .map(CommitTarget::space)
                .filter(space -> space.written().get())
                .forEach(space -> changes.fire(new FeedChanged(game, space.name())));
        return result;
    }

    private Plan<TransactionResult> plan(
            String game, String transactionId, List<Part> parts, List<CommitSnapshot> snapshots) {
        Map<String, PlannedPart> drafts = new LinkedHashMap<>();
        snapshots.forEach(snapshot -> drafts.put(
                snapshot.space().name(), new PlannedPart(plans.ofTransaction(snapshot, transactionId), snapshot)));
        List<Earlier> earlier = earlier(parts, snapshots);
        if (earlier.stream().anyMatch(Earlier::isApplied)) {
            return Plan.withoutWrite(() -> replayed(game, parts, earlier));
        }
        if (earlier.stream().anyMatch(one -> one.receipt().isPresent())) {
            return Plan.withoutWrite(Reused::new);
        }
        return evaluated(game, parts, drafts);
    }

    /** Evaluates the mutations in order, up to the first one that is rejected. */
    private Plan<TransactionResult> evaluated(String game, List<Part> parts, Map<String, PlannedPart> drafts) {
        List<Entity> versions = new ArrayList<>();
        for (Part part : parts) {
            Step step = draft(drafts, part.space()).draft().add(part.mutation());
            int index = versions.size();
            if (step instanceof CommitDraft.Refused refused) {
                return refused(index, refused.rejection(), refused.entity());
            }
            if (!(step instanceof Made made) || !fits(drafts.values())) {
                Rejection tooLarge = new Rejection.TooLarge(
                        "The changes exceed one transaction, which has at most 4 MB, and 400 KB of changes in each space, and"
                                + " 100 items. Send fewer changes per request, or acknowledge fewer messages.");
                return refused(
                        index,
                        tooLarge,
                        Entity.none(part.space(), part.mutation().entityId()));
            }
            versions.add(made.entity());
        }
        List<PlannedPart> all = List.copyOf(drafts.values());
        return new Plan<>(
                all.stream().map(PlannedPart::draft).toList(),
                () -> commits.write(game, all),
                () -> new Applied(versions));
    }

    /** Whether the commits of all spaces fit into one transaction. A space without a mutation so far has two items too. */
    private static boolean fits(Collection<PlannedPart> parts) {
        return parts.stream().mapToInt(PlannedPart::items).sum() <= MAX_ITEMS
                && parts.stream().mapToLong(part -> part.draft().bytes()).sum() <= CommitDraft.TRANSACTION_BYTES;
    }

    private static Plan<TransactionResult> refused(int index, Rejection rejection, Entity current) {
        return Plan.withoutWrite(() -> new Refused(index, new CommitResult.Refused(rejection, current)));
    }

    private static PlannedPart draft(Map<String, PlannedPart> drafts, String space) {
        return Objects.requireNonNull(drafts.get(space));
    }

    /** The receipt that an entity keeps of the id of a mutation, if it keeps one. */
    private record Earlier(Part part, Entity entity, Optional<MutationReceipt> receipt) {

        boolean isApplied() {
            return receipt.filter(found -> found.isFor(part.mutation().bodyHash()))
                    .isPresent();
        }
    }

    private static List<Earlier> earlier(List<Part> parts, List<CommitSnapshot> snapshots) {
        Map<String, CommitSnapshot> spaces = new HashMap<>();
        snapshots.forEach(snapshot -> spaces.put(snapshot.space().name(), snapshot));
        return parts.stream()
                .map(part -> {
                    Mutation mutation = part.mutation();
                    String id = mutation.entityId();
                    Entity entity = Objects.requireNonNull(spaces.get(part.space()))
                            .entities()
                            .getOrDefault(id, Entity.none(part.space(), id));
                    return new Earlier(
                            part,
                            entity,
                            MutationReceipt.find(entity.receipts(), Objects.requireNonNull(mutation.id())));
                })
                .toList();
    }

    /**
     * The result of a transaction that was applied. A batch read is not a snapshot: it may contain some entities of a
     * transaction before it and others after it. So entities without the receipt are read again.
     */
    private Replayed replayed(String game, List<Part> parts, List<Earlier> read) {
        List<Earlier> applied = read.stream().allMatch(Earlier::isApplied)
                ? read
                : earlier(parts, commits.read(game, reads(parts), null));
        return new Replayed(applied.stream().map(one -> result(game, one)).toList());
    }

    private CommitResult result(String game, Earlier earlier) {
        long version = earlier.isApplied() ? earlier.receipt().orElseThrow().version() : 0;
        return (version == 0 ? Optional.<Entity>empty() : history.at(game, earlier.entity(), version))
                .<CommitResult>map(entity -> new CommitResult.Done(entity, true))
                .orElseGet(() -> new CommitResult.VersionExpired(version));
    }

    /** What a transaction reads of each of its spaces. */
    private static List<SpaceRead> reads(List<Part> parts) {
        Map<String, List<Mutation>> bySpace = new LinkedHashMap<>();
        parts.forEach(part -> bySpace.computeIfAbsent(part.space(), space -> new ArrayList<>())
                .add(part.mutation()));
        return bySpace.entrySet().stream()
                .map(space -> new SpaceRead(space.getKey(), Reads.of(space.getValue())))
                .toList();
    }
}
