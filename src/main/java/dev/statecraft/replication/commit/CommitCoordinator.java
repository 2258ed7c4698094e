package dev.statecraft.replication.commit;

import dev.statecraft.combining.CombiningQueue;
import dev.statecraft.combining.QueueKey;
import dev.statecraft.combining.Round;
import dev.statecraft.replication.commit.CommitSnapshot.Reads;
import dev.statecraft.replication.commit.CommitSnapshot.SpaceRead;
import dev.statecraft.replication.commit.CommitStore.CompanionRejected;
import dev.statecraft.replication.commit.CommitStore.Outcome;
import dev.statecraft.replication.commit.CommitStore.SnapshotOutdated;
import dev.statecraft.replication.commit.CommitStore.WriteConflict;
import dev.statecraft.replication.commit.CommitStore.Written;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.runtime.Deadline;
import dev.statecraft.runtime.Threads;
import dev.statecraft.table.Backoff;
import dev.statecraft.table.CapacityUsage;
import dev.statecraft.table.Counters;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Serializes the commits to a space within one instance, and orders them with those of other instances. An instance that
 * recently met no other writer of the space writes at once. After a lost race it enters the space's queue: commands are
 * submitted and combined, other commits wait for their turn. Each space uses one of 64 hashed locks.
 */
@ApplicationScoped
public class CommitCoordinator {

    private static final int STRIPES = 64;
    private static final long FIRST_PAUSE_MILLIS = 5;

    private final CommitStore commits;
    private final RecentCommits recent;
    private final Counters counters;
    private final ReplicationConfig config;
    private final CombiningQueue queue;
    private final Backoff backoff;
    private final List<Lock> stripes;

    public CommitCoordinator(
            CommitStore commits,
            RecentCommits recent,
            Counters counters,
            ReplicationConfig config,
            CombiningQueue queue,
            Backoff backoff,
            Threads threads) {
        this.commits = commits;
        this.recent = recent;
        this.counters = counters;
        this.config = config;
        this.queue = queue;
        this.backoff = backoff;
        this.stripes = Stream.generate(threads::newLock).limit(STRIPES).toList();
    }

    /**
     * A commit that was planned on a snapshot.
     *
     * @param drafts the commit to write for each target; empty if there is nothing to write
     * @param write writes the drafts
     * @param result result of the plan after a successful write, or if there is nothing to write
     */
    record Plan<T>(List<CommitDraft> drafts, Supplier<Outcome> write, Supplier<T> result) {

        /** A plan that writes one commit. */
        Plan(CommitDraft draft, Supplier<Outcome> write, Supplier<T> result) {
            this(List.of(draft), write, result);
        }

        /** A plan that writes nothing. */
        static <T> Plan<T> withoutWrite(Supplier<T> result) {
            return new Plan<>(List.of(), Written::new, result);
        }

        private boolean writesNothing() {
            return drafts.isEmpty();
        }
    }

    /** The space of a commit. {@code written} is set when this instance has written a commit. */
    record CommitSpace(String game, String name, AtomicBoolean written) {

        /** A space to which nothing was written yet. */
        CommitSpace(String game, String name) {
            this(game, name, new AtomicBoolean());
        }

        private QueueKey queue() {
            return new QueueKey(game, "space", name);
        }
    }

    /**
     * The space and the entities of a commit.
     *
     * @param reads the entities and messages to read
     * @param consumption adds up the capacity of the reads; null if it is not measured
     */
    record CommitTarget(
            CommitSpace space, Reads reads, @Nullable CapacityUsage consumption) {}

    /** Result of attempts. Variants are listed in order of precedence. */
    private sealed interface Attempted<T> {}

    /** Other writers won the race in a space whose turn is not taken. */
    private record Continued<T>() implements Attempted<T> {}

    /** The attempts ended with the result of the commit. */
    private record Ended<T>(Optional<T> result) implements Attempted<T> {}

    /** Runs several commits to one space without a commit of another thread of this instance between them. */
    <T> T serialized(CommitSpace space, Supplier<T> work) {
        return locked(List.of(stripe(space)).iterator(), work);
    }

    /** The same for several spaces. The locks are taken in the order of their numbers, so that no two threads deadlock. */
    private <T> T serialized(List<CommitTarget> targets, Supplier<T> work) {
        SortedSet<Integer> numbers = new TreeSet<>();
        targets.forEach(target -> numbers.add(stripe(target.space())));
        return locked(numbers.iterator(), work);
    }

    private static int stripe(CommitSpace space) {
        return Math.floorMod(space.game().hashCode() * 31 + space.name().hashCode(), STRIPES);
    }

    private <T> T locked(Iterator<Integer> numbers, Supplier<T> work) {
        if (!numbers.hasNext()) {
            return work.get();
        }
        Lock lock = stripes.get(numbers.next());
        lock.lock();
        try {
            return locked(numbers, work);
        } finally {
            lock.unlock();
        }
    }

    /** Whether this instance recently met other writers of a space. */
    boolean isBusy(CommitSpace space) {
        return queue.isBusy(space.queue());
    }

    /**
     * Plans and writes a commit once.
     *
     * @return empty if another writer won the race
     */
    <T> Optional<T> tryOnce(CommitTarget target, Function<CommitSnapshot, Plan<T>> planner) {
        List<CommitTarget> targets = List.of(target);
        Plan<T> plan = planner.apply(read(targets).get(0));
        if (plan.writesNothing() || write(targets, plan) instanceof Written) {
            return Optional.of(plan.result().get());
        }
        return Optional.empty();
    }

    /** Whether commands of this size are combined. */
    boolean accepts(ByteBuffer commands) {
        return queue.accepts(commands);
    }

    /**
     * Submits commands to the queue of a space. The caller holds the lock of the space.
     *
     * @return empty if the time is over; the commands are not applied
     */
    <T> Optional<T> submit(CommitSpace space, ByteBuffer commands, Round<T> round, Function<ByteBuffer, T> read) {
        return queue.submit(space.queue(), commands, round, read);
    }

    /**
     * Plans and writes a commit until no other writer wins the race, in turn if the space is busy. A retry uses the
     * snapshot that the failed write returned, if it returned one. Otherwise it reads again after a pause.
     *
     * @param planner plans the commit on a snapshot; called once per attempt
     * @param busy supplies the result after {@code commit-attempts} lost races
     * @return empty if a condition of the companion writes failed
     */
    <T> Optional<T> commit(CommitTarget target, Function<CommitSnapshot, Plan<T>> planner, Supplier<T> busy) {
        return commit(List.of(target), snapshots -> planner.apply(snapshots.get(0)), busy);
    }

    /**
     * Plans and writes the commits of several spaces in one transaction. A space is named once. The turns of busy spaces
     * are taken in the order of the names of the spaces.
     */
    <T> Optional<T> commit(
            List<CommitTarget> targets, Function<List<CommitSnapshot>, Plan<T>> planner, Supplier<T> busy) {
        return serialized(targets, () -> {
            Plan<T> plan = planner.apply(read(targets));
            if (plan.writesNothing()) {
                return Optional.of(plan.result().get());
            }
            if (targets.stream().noneMatch(target -> isBusy(target.space()))) {
                Outcome outcome = write(targets, plan);
                if (outcome instanceof CompanionRejected) {
                    return Optional.empty();
                }
                if (outcome instanceof Written) {
                    return Optional.of(plan.result().get());
                }
            }
            return new Attempts<>(targets, planner, busy).inTurns();
        });
    }

    /** The attempts of a commit in the turns of its busy spaces. */
    private final class Attempts<T> {

        private final List<CommitTarget> targets;
        private final Function<List<CommitSnapshot>, Plan<T>> planner;
        private final Supplier<T> busy;
        private final Deadline longestWait = queue.longestWait();
        private int attempt = 1;
        private int reads;

        Attempts(List<CommitTarget> targets, Function<List<CommitSnapshot>, Plan<T>> planner, Supplier<T> busy) {
            this.targets = targets;
            this.planner = planner;
            this.busy = busy;
        }

        /** Takes the turns of further spaces when they become busy. */
        Optional<T> inTurns() {
            Attempted<T> last = new Continued<>();
            while (last instanceof Continued) {
                SortedMap<String, CommitSpace> turns = new TreeMap<>();
                targets.stream()
                        .map(CommitTarget::space)
                        .filter(CommitCoordinator.this::isBusy)
                        .forEach(space -> turns.put(space.name(), space));
                last = inTurns(turns.values().iterator(), turns.keySet());
            }
            return ((Ended<T>) last).result();
        }

        private Attempted<T> inTurns(Iterator<CommitSpace> left, Set<String> turns) {
            return left.hasNext()
                    ? queue.inTurn(left.next().queue(), longestWait, () -> inTurns(left, turns))
                    : attempts(turns);
        }

        private Attempted<T> attempts(Set<String> turns) {
            Outcome last = new WriteConflict();
            for (; attempt < config.commitAttempts(); attempt++) {
                List<CommitSnapshot> snapshots;
                if (last instanceof SnapshotOutdated outdated) {
                    snapshots = outdated.snapshots();
                } else {
                    backoff.pauseBefore(reads++, FIRST_PAUSE_MILLIS);
                    snapshots = read(targets);
                }
                Plan<T> plan = planner.apply(snapshots);
                if (plan.writesNothing()) {
                    return new Ended<>(Optional.of(plan.result().get()));
                }
                last = write(targets, plan);
                if (last instanceof CompanionRejected) {
                    return new Ended<>(Optional.empty());
                }
                if (last instanceof Written) {
                    return new Ended<>(Optional.of(plan.result().get()));
                }
                if (!turns.containsAll(lost(last))) {
                    attempt++;
                    return new Continued<>();
                }
            }
            return new Ended<>(Optional.of(busy.get()));
        }
    }

    private <T> Outcome write(List<CommitTarget> targets, Plan<T> plan) {
        List<CommitSpace> spaces = targets.stream().map(CommitTarget::space).toList();
        return written(spaces, plan.drafts(), plan.write().get());
    }

    /** Records the outcome of a write of one commit and returns it. */
    Outcome written(CommitSpace space, CommitDraft draft, Outcome outcome) {
        return written(List.of(space), List.of(draft), outcome);
    }

    private Outcome written(List<CommitSpace> spaces, List<CommitDraft> drafts, Outcome outcome) {
        if (outcome instanceof Written) {
            for (int i = 0; i < spaces.size(); i++) {
                committed(spaces.get(i), drafts.get(i));
            }
        } else if (!(outcome instanceof CompanionRejected)) {
            Set<String> lost = lost(outcome);
            spaces.stream()
                    .filter(space -> lost.isEmpty() || lost.contains(space.name()))
                    .forEach(space -> queue.collided(space.queue()));
            counters.add(Counters.COMMIT_RETRIES, 1);
        }
        return outcome;
    }

    private void committed(CommitSpace space, CommitDraft draft) {
        space.written().set(true);
        counters.add(
                Counters.CONFLICTS, draft.after().conflicts() - draft.before().conflicts());
        recent.add(space.game(), space.name(), draft.entry());
    }

    /** The spaces in which other writers won the race; empty if they are not known. */
    private static Set<String> lost(Outcome outcome) {
        if (outcome instanceof SnapshotOutdated outdated) {
            return outdated.spaces();
        }
        return outcome instanceof WriteConflict conflict ? conflict.spaces() : Set.of();
    }

    private List<CommitSnapshot> read(List<CommitTarget> targets) {
        CommitTarget first = targets.get(0);
        return commits.read(
                first.space().game(),
                targets.stream()
                        .map(target -> new SpaceRead(target.space().name(), target.reads()))
                        .toList(),
                first.consumption());
    }
}
