package dev.statecraft.replication.commit;

import dev.statecraft.replication.commit.CommitCoordinator.Place;
import dev.statecraft.replication.commit.CommitCoordinator.Plan;
import dev.statecraft.replication.commit.CommitDraft.Full;
import dev.statecraft.replication.commit.CommitDraft.Made;
import dev.statecraft.replication.commit.CommitDraft.Replayed;
import dev.statecraft.replication.commit.CommitDraft.Step;
import dev.statecraft.replication.commit.CommitStore.Ground;
import dev.statecraft.replication.log.FeedChanged;
import dev.statecraft.replication.log.HistoryService;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.MutationReceipt;
import dev.statecraft.replication.state.ReplicationConfig;
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
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The one way entities change. A commit takes any number of mutations of one space: it reads what they are about,
 * decides each on what those before it left, and writes all new versions in one transaction. If others were faster it
 * decides again on what is there then.
 */
@ApplicationScoped
public class CommitService {

    private final CommitStore commits;
    private final HistoryService history;
    private final CommitCoordinator lanes;
    private final ReplicationConfig config;
    private final Clock clock;
    private final Event<FeedChanged> changes;
    private final MutationReceipt.Retention retention;

    public CommitService(
            CommitStore commits,
            HistoryService history,
            CommitCoordinator lanes,
            ReplicationConfig config,
            Clock clock,
            Event<FeedChanged> changes) {
        this.changes = changes;
        this.commits = commits;
        this.history = history;
        this.lanes = lanes;
        this.config = config;
        this.clock = clock;
        ReplicationConfig.Receipts receipts = config.receipts();
        this.retention = new MutationReceipt.Retention(receipts.least(), receipts.most(), receipts.window());
    }

    /** How a mutation ended; in order of precedence. */
    public sealed interface Result {}

    /** Its id was used for something else; nothing was done. */
    public record Reused() implements Result {}

    /** It was refused; {@code current} is the entity it was refused on. */
    public record Refused(Rejection refusal, Entity current) implements Result {}

    /** It could have been done, but is part of a batch that is done as a whole or not at all. */
    public record Held() implements Result {}

    /** Others committed to the same space or entity all the time; nothing was done. */
    public record Busy() implements Result {}

    /** It took effect before, in this version, of which nothing more is known. */
    public record Forgotten(long version) implements Result {}

    /**
     * It is in effect, exactly once.
     *
     * @param entity the version it made
     * @param replayed whether it had taken effect before
     */
    public record Done(Entity entity, boolean replayed) implements Result {}

    /**
     * Commits mutations of one space, in order. Each stands for itself: one may be refused while others are done, and
     * where they do not fit into one transaction, they are several commits. Two round trips, and two more for each time
     * somebody else was faster at the moment of the write.
     *
     * @return one result a mutation, in order
     */
    public List<Result> commit(String game, String space, List<Mutation> mutations) {
        return told(game, space, lanes.inLane(game, space, () -> {
            List<Result> results = new ArrayList<>();
            while (results.size() < mutations.size()) {
                results.addAll(commitSome(game, space, mutations.subList(results.size(), mutations.size()), null)
                        .orElseThrow());
            }
            return results;
        }));
    }

    /** One entity of a commit: as it is stored, and as it will be. */
    public record Replaced(Entity before, Entity after) {}

    /** A commit that is about to be written: number {@code seq} of its space. */
    public record Upcoming(String space, long seq, List<Replaced> entities) {}

    /**
     * Writes of somebody else that are made in the transaction of each commit.
     *
     * @param keepsBefore whether they hold the states as they were, for which room is left then
     * @param writes what to write beside a commit; asked again each time the commit is decided again. At most 2 items, and
     *     7 more where they keep states; commits have at most 90 entities then.
     * @param consumption adds up what it all consumes
     */
    public record Companion(boolean keepsBefore, Function<Upcoming, TransactionWrites> writes, CapacityUsage consumption) {}

    /**
     * How mutations ended that others' writes went along with.
     *
     * @param results of the first mutations, in order
     * @param complete false if a condition of those writes did not hold: nothing was done of what has no result
     */
    public record Accompanied(List<Result> results, boolean complete) {}

    /**
     * Commits mutations of one space, in order, as {@link #commit(String, String, List)} does, each commit together with
     * writes of somebody else. A commit that would change nothing is not made, and neither are those writes.
     */
    public Accompanied commitAlong(String game, String space, List<Mutation> mutations, Companion companion) {
        Accompanied done = lanes.inLane(game, space, () -> {
            List<Result> results = new ArrayList<>();
            while (results.size() < mutations.size()) {
                Optional<List<Result>> some =
                        commitSome(game, space, mutations.subList(results.size(), mutations.size()), companion);
                if (some.isEmpty()) {
                    return new Accompanied(results, false);
                }
                results.addAll(some.get());
            }
            return new Accompanied(results, true);
        });
        told(game, space, done.results());
        return done;
    }

    /** Tells those who follow the space if something was committed. */
    private List<Result> told(String game, String space, List<Result> results) {
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
     * Commits mutations of one space as a whole or not at all: readers see all of them in one log entry. Up to 98
     * entities.
     *
     * @return one result a mutation, in order; all of them done, or none
     */
    public List<Result> commitAtomically(String game, String space, List<Mutation> mutations) {
        Set<String> ids = new HashSet<>();
        mutations.forEach(mutation -> ids.add(mutation.entityId()));
        if (ids.size() > CommitDraft.MAX_ENTITIES) {
            return tooLarge(mutations);
        }
        return told(game, space, commitAll(game, space, mutations, ids));
    }

    private List<Result> commitAll(String game, String space, List<Mutation> mutations, Set<String> ids) {
        Function<Ground, Plan<List<Result>>> plans = ground -> {
            CommitDraft draft = draft(ground, false);
            List<Step> steps = mutations.stream().map(draft::add).toList();
            if (steps.stream().anyMatch(Full.class::isInstance)) {
                return Plan.answer(() -> tooLarge(mutations));
            }
            boolean refused = steps.stream().anyMatch(step -> !(step instanceof Made || step instanceof Replayed));
            return refused || draft.isEmpty()
                    ? Plan.answer(() -> results(game, steps, refused))
                    : new Plan<>(draft, () -> commits.write(game, draft, ground), () -> results(game, steps, false));
        };
        return lanes.decide(new Place(game, space, ids, null), plans, () -> busy(mutations))
                .orElseThrow();
    }

    /**
     * Commits the mutation that a parked conflict comes to and settles the conflict in the same transaction, so that it
     * happens once, whoever tries.
     *
     * @return nothing if somebody else settled it
     */
    Optional<Result> commitSettling(String game, String space, Mutation mutation, ConflictResolution settlement) {
        Function<Ground, Plan<Result>> plans = ground -> {
            CommitDraft draft = draft(ground, false);
            Step step = draft.add(mutation);
            if (step instanceof Full) {
                return Plan.answer(() -> tooLarge(List.of(mutation)).get(0));
            }
            return step instanceof Made made
                    ? new Plan<>(
                            draft,
                            () -> commits.write(
                                    game,
                                    draft,
                                    ground,
                                    settlement,
                                    made.entity().version()),
                            () -> result(game, step, false))
                    : Plan.answer(() -> result(game, step, false));
        };
        Optional<Result> result =
                lanes.decide(new Place(game, space, Set.of(mutation.entityId()), null), plans, Busy::new);
        result.ifPresent(done -> told(game, space, List.of(done)));
        return result;
    }

    /**
     * Commits the first of the mutations, as many as fit into one transaction, and at least one. Nothing if what was to go
     * along with them could not be written.
     */
    private Optional<List<Result>> commitSome(
            String game, String space, List<Mutation> mutations, @Nullable Companion companion) {
        List<Mutation> some = firstEntities(mutations);
        Set<String> ids = new HashSet<>();
        some.forEach(mutation -> ids.add(mutation.entityId()));
        CapacityUsage consumption = companion == null ? null : companion.consumption();
        Function<Ground, Plan<List<Result>>> plans = ground -> {
            CommitDraft draft = draft(ground, companion != null && companion.keepsBefore());
            List<Step> steps = firstSteps(draft, some);
            if (steps.isEmpty()) {
                return Plan.answer(() -> List.of(tooLarge(some).get(0)));
            }
            return draft.isEmpty()
                    ? Plan.answer(() -> results(game, steps, false))
                    : new Plan<>(
                            draft,
                            () -> commits.write(game, draft, ground, along(companion, draft), consumption),
                            () -> results(game, steps, false));
        };
        return lanes.decide(new Place(game, space, ids, consumption), plans, () -> busy(some));
    }

    /** Takes mutations into a draft until it is full. */
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

    private static TransactionWrites along(@Nullable Companion companion, CommitDraft draft) {
        return companion == null
                ? TransactionWrites.NONE
                : companion
                        .writes()
                        .apply(new Upcoming(
                                draft.after().name(),
                                draft.after().seq(),
                                draft.touched().stream()
                                        .map(entity -> new Replaced(entity.before(), entity.after()))
                                        .toList()));
    }

    private static List<Result> busy(List<Mutation> mutations) {
        return mutations.stream().map(mutation -> (Result) new Busy()).toList();
    }

    private CommitDraft draft(Ground ground, boolean keepsBefore) {
        return new CommitDraft(
                ground.space(),
                ground.entities(),
                clock.millis(),
                UUID.randomUUID().toString(),
                new CommitDraft.Settings(HistoryService.thresholdBytes(config), retention, keepsBefore));
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

    private List<Result> results(String game, List<Step> steps, boolean held) {
        return steps.stream().map(step -> result(game, step, held)).toList();
    }

    private Result result(String game, Step step, boolean held) {
        if (step instanceof CommitDraft.Reused) {
            return new Reused();
        }
        if (step instanceof CommitDraft.Refused refused) {
            return new Refused(refused.refusal(), refused.entity());
        }
        if (step instanceof Replayed replayed) {
            long version = replayed.receipt().version();
            return replayed.here()
                    .or(() -> history.at(game, replayed.entity(), version))
                    .<Result>map(entity -> new Done(entity, true))
                    .orElseGet(() -> new Forgotten(version));
        }
        return held ? new Held() : new Done(((Made) step).entity(), false);
    }

    private static List<Result> tooLarge(List<Mutation> mutations) {
        Rejection refusal = new Rejection.TooLarge("The changes exceed one commit, which has at most "
                + CommitDraft.MAX_ENTITIES + " entities and 400 KB of changes. Send fewer changes per request.");
        return mutations.stream()
                .map(mutation -> (Result) new Refused(refusal, Entity.none("", mutation.entityId())))
                .toList();
    }
}
