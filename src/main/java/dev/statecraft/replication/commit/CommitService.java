package dev.statecraft.replication.commit;

import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.commit.CommitCoordinator.CommitSpace;
import dev.statecraft.replication.commit.CommitCoordinator.CommitTarget;
import dev.statecraft.replication.commit.CommitCoordinator.Plan;
import dev.statecraft.replication.commit.CommitSnapshot.Reads;
import dev.statecraft.replication.log.FeedChanged;
import dev.statecraft.table.CapacityUsage;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Commits mutations of entities. Every change of an entity is a commit. A commit contains mutations of one space. The
 * service reads the entities, evaluates the mutations in order, each on the result of the previous ones, and writes
 * all new versions in one transaction. After a lost race the mutations are evaluated again on the current entities.
 */
@ApplicationScoped
public class CommitService {

    private final CommitCoordinator coordinator;
    private final CombinedCommits combined;
    private final CommitPlanner plans;
    private final Event<FeedChanged> changes;

    public CommitService(
            CommitCoordinator coordinator, CombinedCommits combined, CommitPlanner plans, Event<FeedChanged> changes) {
        this.coordinator = coordinator;
        this.combined = combined;
        this.plans = plans;
        this.changes = changes;
    }

    /**
     * Commits mutations of one space, in order. The mutations are independent: a rejected one does not prevent the
     * others. Mutations that exceed one transaction are written in several commits. Cost: two round trips per commit. In
     * a space that other instances write, 1 WCU for each KB of the mutations, about 3 reads, and the share of a combined
     * commit.
     *
     * @return one result for each mutation, in order
     */
    public List<CommitResult> commit(String game, String space, List<Mutation> mutations) {
        CommitSpace target = new CommitSpace(game, space);
        List<CommitResult> done = coordinator.serialized(target, () -> {
            List<CommitResult> results = new ArrayList<>();
            while (results.size() < mutations.size()) {
                results.addAll(commitSome(target, mutations.subList(results.size(), mutations.size())));
            }
            return results;
        });
        notifyIfCommitted(target);
        return done;
    }

    /**
     * Results of mutations that were committed with companion writes.
     *
     * @param results results of the first mutations, in order
     * @param complete false if a condition of the companion writes failed. The mutations without a result were not
     *     applied.
     */
    public record CompanionResults(List<CommitResult> results, boolean complete) {}

    /**
     * Commits mutations like {@link #commit(String, String, List)}, each commit together with companion writes. A
     * commit without a change is not written, and neither are its companion writes.
     */
    public CompanionResults commitWithCompanion(
            String game, String space, List<Mutation> mutations, CommitPlanner.Companion companion) {
        CommitSpace target = new CommitSpace(game, space);
        CompanionResults done = coordinator.serialized(target, () -> {
            List<CommitResult> results = new ArrayList<>();
            while (results.size() < mutations.size()) {
                Optional<List<CommitResult>> some =
                        commitAlone(target, mutations.subList(results.size(), mutations.size()), companion);
                if (some.isEmpty()) {
                    return new CompanionResults(results, false);
                }
                results.addAll(some.get());
            }
            return new CompanionResults(results, true);
        });
        notifyIfCommitted(target);
        return done;
    }

    /** Fires {@link FeedChanged} if this instance has written a commit. */
    private void notifyIfCommitted(CommitSpace space) {
        if (space.written().get()) {
            changes.fire(new FeedChanged(space.game(), space.name()));
        }
    }

    /** Commits one mutation. */
    public CommitResult commit(String game, String space, Mutation mutation) {
        return commit(game, space, List.of(mutation)).get(0);
    }

    /**
     * Commits all mutations in one commit with one log entry, or none of them. Limit: 98 entities.
     *
     * @return one result for each mutation, in order; {@link Done} for all of them or for none, except replays
     */
    public List<CommitResult> commitAtomically(String game, String space, List<Mutation> mutations) {
        if (Reads.of(mutations).entities().size() > CommitDraft.MAX_ENTITIES) {
            return CommitPlanner.tooLarge(mutations);
        }
        CommitSpace target = new CommitSpace(game, space);
        List<CommitResult> results = coordinator.serialized(target, () -> commitAll(target, mutations));
        notifyIfCommitted(target);
        return results;
    }

    private List<CommitResult> commitAll(CommitSpace space, List<Mutation> mutations) {
        CommitTarget target = new CommitTarget(space, Reads.of(mutations), null);
        Function<CommitSnapshot, Plan<List<CommitResult>>> planner =
                snapshot -> plans.all(space.game(), mutations, snapshot);
        if (!coordinator.isBusy(space)) {
            Optional<List<CommitResult>> done = coordinator.tryOnce(target, planner);
            if (done.isPresent()) {
                return done.get();
            }
        }
        return combined.submit(space, mutations, true)
                .filter(applied -> applied.stream().allMatch(Optional::isPresent))
                .map(applied -> applied.stream().flatMap(Optional::stream).toList())
                .orElseGet(() -> coordinator
                        .commit(target, planner, () -> busy(mutations))
                        .orElseThrow());
    }

    /**
     * Commits the mutation that resolves a parked conflict. The same transaction stores the resolution, so the
     * conflict is resolved once.
     *
     * @return empty if the conflict was already resolved
     */
    Optional<CommitResult> commitResolving(
            String game, String space, Mutation mutation, ConflictResolution resolution) {
        Function<CommitSnapshot, Plan<CommitResult>> planner =
                snapshot -> plans.resolving(game, mutation, resolution, snapshot);
        CommitSpace target = new CommitSpace(game, space);
        Optional<CommitResult> result = coordinator.commit(
                new CommitTarget(target, Reads.of(List.of(mutation)), null), planner, CommitResult.Busy::new);
        notifyIfCommitted(target);
        return result;
    }

    /** Commits the first mutations, as many as one transaction can contain and at least one. */
    private List<CommitResult> commitSome(CommitSpace space, List<Mutation> mutations) {
        List<Mutation> some = firstEntities(mutations);
        Function<CommitSnapshot, Plan<List<CommitResult>>> planner =
                snapshot -> plans.some(space.game(), some, snapshot, null);
        CommitTarget target = new CommitTarget(space, Reads.of(some), null);
        if (!coordinator.isBusy(space)) {
            Optional<List<CommitResult>> done = coordinator.tryOnce(target, planner);
            if (done.isPresent()) {
                return done.get();
            }
        }
        return combined.submit(space, some, false)
                .map(applied -> withRest(space, some, applied))
                .orElseGet(() -> commitAlone(space, some, null).orElseThrow());
    }

    /** Completes the results of commands that were combined: the others are evaluated here, in order. */
    private List<CommitResult> withRest(
            CommitSpace space, List<Mutation> mutations, List<Optional<CommitResult>> applied) {
        List<Mutation> rest = new ArrayList<>();
        for (int i = 0; i < mutations.size(); i++) {
            if (applied.get(i).isEmpty()) {
                rest.add(mutations.get(i));
            }
        }
        List<CommitResult> others = new ArrayList<>();
        while (others.size() < rest.size()) {
            others.addAll(commitAlone(space, rest.subList(others.size(), rest.size()), null)
                    .orElseThrow());
        }
        Iterator<CommitResult> next = others.iterator();
        return applied.stream().map(result -> result.orElseGet(next::next)).toList();
    }

    /**
     * Commits the first mutations without those of other instances, as many as one transaction can contain and at least
     * one. Empty if a condition of the companion writes failed.
     */
    private Optional<List<CommitResult>> commitAlone(
            CommitSpace space, List<Mutation> mutations, CommitPlanner.@Nullable Companion companion) {
        List<Mutation> some = firstEntities(mutations);
        CapacityUsage consumption = companion == null ? null : companion.consumption();
        return coordinator.commit(
                new CommitTarget(space, Reads.of(some), consumption),
                snapshot -> plans.some(space.game(), some, snapshot, companion),
                () -> busy(some));
    }

    private static List<CommitResult> busy(List<Mutation> mutations) {
        return mutations.stream()
                .map(mutation -> (CommitResult) new CommitResult.Busy())
                .toList();
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
}
