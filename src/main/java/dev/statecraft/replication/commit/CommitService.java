package dev.statecraft.replication.commit;

import dev.statecraft.replication.commit.CommitCoordinator.CommitTarget;
import dev.statecraft.replication.commit.CommitCoordinator.Plan;
import dev.statecraft.replication.commit.CommitDraft.Full;
import dev.statecraft.replication.commit.CommitDraft.Made;
import dev.statecraft.replication.commit.CommitDraft.Replayed;
import dev.statecraft.replication.commit.CommitDraft.Step;
import dev.statecraft.replication.commit.CommitStore.CommitSnapshot;
import dev.statecraft.replication.log.FeedChanged;
import dev.statecraft.replication.log.HistoryService;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.MutationReceipt;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.runtime.RandomUuid;
import dev.statecraft.table.CapacityUsage;
import dev.statecraft.table.TransactionWrites;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Commits mutations of entities. Every change of an entity is a commit. A commit contains mutations of one space. The
 * service reads the entities, evaluates the mutations in order, each on the result of the previous ones, and writes
 * all new versions in one transaction. After a lost race the mutations are evaluated again on the current entities.
 */
@ApplicationScoped
public class CommitService {

    private final CommitStore commits;
    private final HistoryService history;
    private final CommitCoordinator coordinator;
    private final ReplicationConfig config;
    private final Clock clock;
    private final Event<FeedChanged> changes;
    private final MutationReceipt.Retention retention;
    private final RandomGenerator random;

    public CommitService(
            CommitStore commits,
            HistoryService history,
            CommitCoordinator coordinator,
            ReplicationConfig config,
            Clock clock,
            Event<FeedChanged> changes,
            RandomGenerator random) {
        this.changes = changes;
        this.commits = commits;
        this.history = history;
        this.coordinator = coordinator;
        this.config = config;
        this.clock = clock;
        this.random = random;
        ReplicationConfig.Receipts receipts = config.receipts();
        this.retention = new MutationReceipt.Retention(receipts.least(), receipts.most(), receipts.window());
    }

    /** Result of a mutation. Variants are listed in order of precedence. */
    public sealed interface Result {}

    /** The mutation id was already used with a different body. The mutation was not applied. */
    public record Reused() implements Result {}

    /** The mutation was rejected. {@code current} is the entity that it was evaluated on. */
    public record Refused(Rejection rejection, Entity current) implements Result {}

    /** The mutation was not applied because another mutation of the atomic batch was rejected. */
    public record BatchRejected() implements Result {}

    /** Gave up after {@code commit-attempts} conflicting writes. The mutation was not applied. The caller may retry. */
    public record Busy() implements Result {}

    /** The mutation was applied by an earlier request. The version that it made is no longer stored. */
    public record VersionExpired(long version) implements Result {}

    /**
     * The mutation is applied exactly once.
     *
     * @param entity the version that the mutation made
     * @param replayed true if an earlier request applied the mutation
     */
    public record Done(Entity entity, boolean replayed) implements Result {}

    /**
     * Commits mutations of one space, in order. The mutations are independent: a rejected one does not prevent the
     * others. Mutations that exceed one transaction are written in several commits. Cost: two round trips per commit,
     * and about one more for each lost race.
     *
     * @return one result for each mutation, in order
     */
    public List<Result> commit(String game, String space, List<Mutation> mutations) {
        return notifyIfCommitted(game, space, coordinator.serialized(game, space, () -> {
            List<Result> results = new ArrayList<>();
            while (results.size() < mutations.size()) {
                results.addAll(commitSome(game, space, mutations.subList(results.size(), mutations.size()), null)
                        .orElseThrow());
            }
            return results;
        }));
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

    /**
     * Results of mutations that were committed with companion writes.
     *
     * @param results results of the first mutations, in order
     * @param complete false if a condition of the companion writes failed. The mutations without a result were not
     *     applied.
     */
    public record CompanionResults(List<Result> results, boolean complete) {}

    /**
     * Commits mutations like {@link #commit(String, String, List)}, each commit together with companion writes. A
     * commit without a change is not written, and neither are its companion writes.
     */
    public CompanionResults commitWithCompanion(
            String game, String space, List<Mutation> mutations, Companion companion) {
        CompanionResults done = coordinator.serialized(game, space, () -> {
            List<Result> results = new ArrayList<>();
            while (results.size() < mutations.size()) {
                Optional<List<Result>> some =
                        commitSome(game, space, mutations.subList(results.size(), mutations.size()), companion);
                if (some.isEmpty()) {
                    return new CompanionResults(results, false);
                }
                results.addAll(some.get());
            }
            return new CompanionResults(results, true);
        });
        notifyIfCommitted(game, space, done.results());
        return done;
    }

    /** Fires {@link FeedChanged} if a new version was committed. */
    private List<Result> notifyIfCommitted(String game, String space, List<Result> results) {
        if (results.stream().anyMatch(result -> result instanceof Done done && !done.replayed())) {
            changes.fire(new FeedChanged(game, space));
        }
        return results;
    }

    /** Commits one mutation. */
    public Result commit(String game, String space, Mutation mutation) {
        return commit(game, space, List.of(mutation)).get(0);
    }

    /**
     * Commits all mutations in one commit with one log entry, or none of them. Limit: 98 entities.
     *
     * @return one result for each mutation, in order; {@link Done} for all of them or for none, except replays
     */
    public List<Result> commitAtomically(String game, String space, List<Mutation> mutations) {
        Set<String> ids = new HashSet<>();
        mutations.forEach(mutation -> ids.add(mutation.entityId()));
        if (ids.size() > CommitDraft.MAX_ENTITIES) {
            return tooLarge(mutations);
        }
        return notifyIfCommitted(game, space, commitAll(game, space, mutations, ids));
    }

    private List<Result> commitAll(String game, String space, List<Mutation> mutations, Set<String> ids) {
        Function<CommitSnapshot, Plan<List<Result>>> planner = snapshot -> {
            CommitDraft draft = draft(snapshot, false);
            List<Step> steps = mutations.stream().map(draft::add).toList();
            if (steps.stream().anyMatch(Full.class::isInstance)) {
                return Plan.withoutWrite(() -> tooLarge(mutations));
            }
            boolean refused = steps.stream().anyMatch(step -> !(step instanceof Made || step instanceof Replayed));
            return refused || draft.isEmpty()
                    ? Plan.withoutWrite(() -> results(game, steps, refused))
                    : new Plan<>(draft, () -> commits.write(game, draft, snapshot), () -> results(game, steps, false));
        };
        return coordinator
                .commit(new CommitTarget(game, space, ids, null), planner, () -> busy(mutations))
                .orElseThrow();
    }

    /**
     * Commits the mutation that resolves a parked conflict. The same transaction stores the resolution, so the
     * conflict is resolved once.
     *
     * @return empty if the conflict was already resolved
     */
    Optional<Result> commitResolving(String game, String space, Mutation mutation, ConflictResolution resolution) {
        Function<CommitSnapshot, Plan<Result>> planner = snapshot -> {
            CommitDraft draft = draft(snapshot, false);
            Step step = draft.add(mutation);
            if (step instanceof Full) {
                return Plan.withoutWrite(() -> tooLarge(List.of(mutation)).get(0));
            }
            return step instanceof Made made
                    ? new Plan<>(
                            draft,
                            () -> commits.write(
                                    game,
                                    draft,
                                    snapshot,
                                    resolution,
                                    made.entity().version()),
                            () -> result(game, step, false))
                    : Plan.withoutWrite(() -> result(game, step, false));
        };
        Optional<Result> result = coordinator.commit(
                new CommitTarget(game, space, Set.of(mutation.entityId()), null), planner, Busy::new);
        result.ifPresent(done -> notifyIfCommitted(game, space, List.of(done)));
        return result;
    }

    /**
     * Commits the first mutations, as many as one transaction can contain and at least one. Empty if a condition of
     * the companion writes failed.
     */
    private Optional<List<Result>> commitSome(
            String game, String space, List<Mutation> mutations, @Nullable Companion companion) {
        List<Mutation> some = firstEntities(mutations);
        Set<String> ids = new HashSet<>();
        some.forEach(mutation -> ids.add(mutation.entityId()));
        CapacityUsage consumption = companion == null ? null : companion.consumption();
        Function<CommitSnapshot, Plan<List<Result>>> planner = snapshot -> {
            CommitDraft draft = draft(snapshot, companion != null && companion.storesPreviousStates());
            List<Step> steps = firstSteps(draft, some);
            if (steps.isEmpty()) {
                return Plan.withoutWrite(() -> List.of(tooLarge(some).get(0)));
            }
            return draft.isEmpty()
                    ? Plan.withoutWrite(() -> results(game, steps, false))
                    : new Plan<>(
                            draft,
                            () -> commits.write(game, draft, snapshot, companionWrites(companion, draft), consumption),
                            () -> results(game, steps, false));
        };
        return coordinator.commit(new CommitTarget(game, space, ids, consumption), planner, () -> busy(some));
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

    private static List<Result> busy(List<Mutation> mutations) {
        return mutations.stream().map(mutation -> (Result) new Busy()).toList();
    }

    private CommitDraft draft(CommitSnapshot snapshot, boolean storesPreviousStates) {
        return new CommitDraft(
                snapshot.space(),
                snapshot.entities(),
                clock.millis(),
                RandomUuid.next(random),
                new CommitDraft.Settings(HistoryService.thresholdBytes(config), retention, storesPreviousStates));
    }

    private static List<Mutation> firstEntities(List<Mutation> mutations) {
        Set<String> ids = new HashSet<>();
        int count = 0;
        for (Mutation mutation : mutations) {
            if (ids.add(mutation.entityId()) && ids.size() > CommitDraft.MAX_ENTITIES) {
                break;
            }
            count++;
        }
        return mutations.subList(0, count);
    }

    private List<Result> results(String game, List<Step> steps, boolean batchRejected) {
        return steps.stream().map(step -> result(game, step, batchRejected)).toList();
    }

    private Result result(String game, Step step, boolean batchRejected) {
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
                    .<Result>map(entity -> new Done(entity, true))
                    .orElseGet(() -> new VersionExpired(version));
        }
        return batchRejected ? new BatchRejected() : new Done(((Made) step).entity(), false);
    }

    private static List<Result> tooLarge(List<Mutation> mutations) {
        Rejection rejection = new Rejection.TooLarge("The changes exceed one commit, which has at most "
                + CommitDraft.MAX_ENTITIES + " entities and 400 KB of changes. Send fewer changes per request.");
        return mutations.stream()
                .map(mutation -> (Result) new Refused(rejection, Entity.none("", mutation.entityId())))
                .toList();
    }
}
