package dev.statecraft.replication.commit;

import dev.statecraft.combining.CombiningQueue;
import dev.statecraft.combining.QueueKey;
import dev.statecraft.combining.Round;
import dev.statecraft.replication.commit.CommitStore.CompanionRejected;
import dev.statecraft.replication.commit.CommitStore.Outcome;
import dev.statecraft.replication.commit.CommitStore.Reads;
import dev.statecraft.replication.commit.CommitStore.SnapshotOutdated;
import dev.statecraft.replication.commit.CommitStore.WriteConflict;
import dev.statecraft.replication.commit.CommitStore.Written;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.runtime.Threads;
import dev.statecraft.table.Backoff;
import dev.statecraft.table.CapacityUsage;
import dev.statecraft.table.Counters;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
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
     * @param draft the commit to write; null if there is nothing to write
     * @param write writes the draft
     * @param result result of the plan after a successful write, or if there is nothing to write
     */
    record Plan<T>(@Nullable CommitDraft draft, Supplier<Outcome> write, Supplier<T> result) {

        /** A plan that writes nothing. */
        static <T> Plan<T> withoutWrite(Supplier<T> result) {
            return new Plan<>(null, Written::new, result);
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

    /** Runs several commits to one space without a commit of another thread of this instance between them. */
    <T> T serialized(CommitSpace space, Supplier<T> work) {
        Lock lock = stripes.get(
                Math.floorMod(space.game().hashCode() * 31 + space.name().hashCode(), STRIPES));
        lock.lock();
        try {
            return work.get();
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
        Plan<T> plan = planner.apply(read(target));
        if (plan.draft() == null || write(target.space(), plan) instanceof Written) {
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
        return serialized(target.space(), () -> {
            Plan<T> plan = planner.apply(read(target));
            if (plan.draft() == null) {
                return Optional.of(plan.result().get());
            }
            if (!isBusy(target.space())) {
                Outcome outcome = write(target.space(), plan);
                if (outcome instanceof CompanionRejected) {
                    return Optional.empty();
                }
                if (outcome instanceof Written) {
                    return Optional.of(plan.result().get());
                }
            }
            return queue.inTurn(target.space().queue(), () -> attempts(target, planner, busy));
        });
    }

    private <T> Optional<T> attempts(CommitTarget target, Function<CommitSnapshot, Plan<T>> planner, Supplier<T> busy) {
        Outcome last = new WriteConflict();
        int reads = 0;
        for (int attempt = 1; attempt < config.commitAttempts(); attempt++) {
            CommitSnapshot snapshot;
            if (last instanceof SnapshotOutdated outdated) {
                snapshot = outdated.snapshot();
            } else {
                backoff.pauseBefore(reads++, FIRST_PAUSE_MILLIS);
                snapshot = read(target);
            }
            Plan<T> plan = planner.apply(snapshot);
            if (plan.draft() == null) {
                return Optional.of(plan.result().get());
            }
            last = write(target.space(), plan);
            if (last instanceof CompanionRejected) {
                return Optional.empty();
            }
            if (last instanceof Written) {
                return Optional.of(plan.result().get());
            }
        }
        return Optional.of(busy.get());
    }

    private <T> Outcome write(CommitSpace space, Plan<T> plan) {
        return written(space, plan.draft(), plan.write().get());
    }

    /** Records the outcome of a write and returns it. */
    Outcome written(CommitSpace space, @Nullable CommitDraft draft, Outcome outcome) {
        if (outcome instanceof Written && draft != null) {
            space.written().set(true);
            counters.add(
                    Counters.CONFLICTS,
                    draft.after().conflicts() - draft.before().conflicts());
            recent.add(space.game(), space.name(), draft.entry());
        } else if (!(outcome instanceof CompanionRejected)) {
            queue.collided(space.queue());
            counters.add(Counters.COMMIT_RETRIES, 1);
        }
        return outcome;
    }

    private CommitSnapshot read(CommitTarget target) {
        CommitSpace space = target.space();
        return commits.read(space.game(), space.name(), target.reads(), target.consumption());
    }
}
