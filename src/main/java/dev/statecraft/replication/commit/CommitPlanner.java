package dev.statecraft.replication.commit;

import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.commit.CommitCoordinator.Plan;
import dev.statecraft.replication.commit.CommitDraft.Full;
import dev.statecraft.replication.commit.CommitDraft.Made;
import dev.statecraft.replication.commit.CommitDraft.Replayed;
import dev.statecraft.replication.commit.CommitDraft.Step;
import dev.statecraft.replication.commit.CommitResult.BatchRejected;
import dev.statecraft.replication.commit.CommitResult.Done;
import dev.statecraft.replication.commit.CommitResult.Refused;
import dev.statecraft.replication.commit.CommitResult.Reused;
import dev.statecraft.replication.commit.CommitResult.VersionExpired;
import dev.statecraft.replication.log.HistoryService;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.MutationReceipt;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.runtime.RandomUuid;
import dev.statecraft.table.CapacityUsage;
import dev.statecraft.table.TransactionWrites;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Evaluates mutations on a snapshot of a space and plans the commit of their results. */
@ApplicationScoped
public class CommitPlanner {

    /** Maximum number of entities of a combined commit, whose transaction also contains the state of the queue. */
    static final int MAX_COMBINED = CommitDraft.MAX_ENTITIES - 1;

    private final CommitStore commits;
    private final HistoryService history;
    private final ReplicationConfig config;
    private final Clock clock;
    private final RandomGenerator random;
    private final MutationReceipt.Retention retention;

    public CommitPlanner(
            CommitStore commits,
            HistoryService history,
            ReplicationConfig config,
            Clock clock,
            RandomGenerator random) {
        this.commits = commits;
        this.history = history;
        this.config = config;
        this.clock = clock;
        this.random = random;
        ReplicationConfig.Receipts receipts = config.receipts();
        this.retention = new MutationReceipt.Retention(receipts.least(), receipts.most(), receipts.window());
    }

    /** The stored entity and its new version in a commit. */
    public record Replaced(Entity before, Entity after) {}

    /** A commit before it is written. {@code seq} is its sequence number in the space. */
    public record PlannedCommit(String space, long seq, List<Replaced> entities) {}

    /**
     * Writes of another feature that are made in the transaction of each commit.
     *
     * @param storesPreviousStates whether the writes contain the states before the commit; the commit reserves space
     *     for them
     * @param writes supplies the writes for a commit; called for each attempt. At most 2 items, and 7 more if they
     *     contain previous states. A caller that adds items sends at most 90 entities in a commit.
     * @param consumption adds up the consumed capacity
     */
    public record Companion(
            boolean storesPreviousStates,
            Function<PlannedCommit, TransactionWrites> writes,
            CapacityUsage consumption) {}

    /** Plans a commit of the first mutations, as many as one transaction can contain. */
    Plan<List<CommitResult>> some(
            String game, List<Mutation> some, CommitSnapshot snapshot, @Nullable Companion companion) {
        CommitDraft draft =
                draft(snapshot, CommitDraft.MAX_ENTITIES, companion != null && companion.storesPreviousStates());
        List<Step> steps = firstSteps(draft, some);
        if (steps.isEmpty()) {
            return Plan.withoutWrite(() -> List.of(tooLarge(some).get(0)));
        }
        return draft.isEmpty()
                ? Plan.withoutWrite(() -> results(game, steps, false))
                : new Plan<>(
                        draft,
                        () -> commits.write(
                                game,
                                draft,
                                snapshot,
                                companionWrites(companion, draft),
                                companion == null ? null : companion.consumption()),
                        () -> results(game, steps, false));
    }

    /** Adds mutations to a draft until it is full. */
    private static List<Step> firstSteps(CommitDraft draft, List<Mutation> mutations) {
        List<Step> steps = new ArrayList<>();
        for (Mutation mutation : mutations) {
            Step step = draft.add(mutation);
            if (step instanceof Full) {
                break;
            }
            steps.add(step);
        }
        return steps;
    }

    /** Plans a commit of all mutations or none. */
    Plan<List<CommitResult>> all(String game, List<Mutation> mutations, CommitSnapshot snapshot) {
        CommitDraft draft = draft(snapshot, CommitDraft.MAX_ENTITIES, false);
        List<Step> steps = mutations.stream().map(draft::add).toList();
        if (steps.stream().anyMatch(Full.class::isInstance)) {
            return Plan.withoutWrite(() -> tooLarge(mutations));
        }
        boolean refused = steps.stream().anyMatch(step -> !(step instanceof Made || step instanceof Replayed));
        return refused || draft.isEmpty()
                ? Plan.withoutWrite(() -> results(game, steps, refused))
                : new Plan<>(draft, () -> commits.write(game, draft, snapshot), () -> results(game, steps, false));
    }

    /** Plans the commit that resolves a parked conflict. */
    Plan<CommitResult> resolving(
            String game, Mutation mutation, ConflictResolution resolution, CommitSnapshot snapshot) {
        CommitDraft draft = draft(snapshot, CommitDraft.MAX_ENTITIES, false);
        Step step = draft.add(mutation);
        if (step instanceof Full) {
            return Plan.withoutWrite(() -> tooLarge(List.of(mutation)).get(0));
        }
        return step instanceof Made made
                ? new Plan<>(
                        draft,
                        () -> commits.write(
                                game, draft, snapshot, resolution, made.entity().version()),
                        () -> result(game, step, false))
                : Plan.withoutWrite(() -> result(game, step, false));
    }

    private static TransactionWrites companionWrites(@Nullable Companion companion, CommitDraft draft) {
        return companion == null
                ? TransactionWrites.NONE
                : companion
                        .writes()
                        .apply(new PlannedCommit(
                                draft.after().name(),
                                draft.after().seq(),
                                draft.changedEntities().stream()
                                        .map(entity -> new Replaced(entity.before(), entity.after()))
                                        .toList()));
    }

    /** Starts a commit whose transaction also contains the state of the space's queue. */
    CommitDraft combined(CommitSnapshot snapshot) {
        return draft(snapshot, MAX_COMBINED, false);
    }

    /** Starts the commit of a space that is a part of a transaction. */
    CommitDraft ofTransaction(CommitSnapshot snapshot, String transactionId) {
        return draft(snapshot, CommitDraft.MAX_ENTITIES, false, transactionId);
    }

    private CommitDraft draft(CommitSnapshot snapshot, int mostEntities, boolean storesPreviousStates) {
        return draft(snapshot, mostEntities, storesPreviousStates, null);
    }

    private CommitDraft draft(
            CommitSnapshot snapshot, int mostEntities, boolean storesPreviousStates, @Nullable String transactionId) {
        return new CommitDraft(
                snapshot,
                clock.millis(),
                RandomUuid.next(random),
                new CommitDraft.Settings(
                        mostEntities,
                        HistoryService.thresholdBytes(config),
                        retention,
                        storesPreviousStates,
                        transactionId));
    }

    private List<CommitResult> results(String game, List<Step> steps, boolean batchRejected) {
        return steps.stream().map(step -> result(game, step, batchRejected)).toList();
    }

    private CommitResult result(String game, Step step, boolean batchRejected) {
        if (step instanceof CommitDraft.Reused) {
            return new Reused();
        }
        if (step instanceof CommitDraft.Refused refused) {
            return new Refused(refused.rejection(), refused.entity());
        }
        if (step instanceof Replayed replayed) {
            long version = replayed.receipt().version();
            return replayed.inDraft()
                    .or(() -> history.at(game, replayed.entity(), version))
                    .<CommitResult>map(entity -> new Done(entity, true))
                    .orElseGet(() -> new VersionExpired(version));
        }
        return batchRejected ? new BatchRejected() : new Done(((Made) step).entity(), false);
    }

    static List<CommitResult> tooLarge(List<Mutation> mutations) {
        Rejection rejection = new Rejection.TooLarge("The changes exceed one commit, which has at most "
                + CommitDraft.MAX_ENTITIES + " entities and 400 KB of changes. Send fewer changes per request.");
        return mutations.stream()
                .map(mutation -> (CommitResult) new Refused(rejection, Entity.none("", mutation.entityId())))
                .toList();
    }
}
