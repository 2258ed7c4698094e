package dev.statecraft.replication.commit;

import dev.statecraft.replication.commit.CommitStore.CommitSnapshot;
import dev.statecraft.replication.commit.CommitStore.CompanionRejected;
import dev.statecraft.replication.commit.CommitStore.Outcome;
import dev.statecraft.replication.commit.CommitStore.SnapshotOutdated;
import dev.statecraft.replication.commit.CommitStore.WriteConflict;
import dev.statecraft.replication.commit.CommitStore.Written;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.runtime.Threads;
import dev.statecraft.runtime.Ticker;
import dev.statecraft.table.CapacityUsage;
import dev.statecraft.table.Counters;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Serializes the commits to a space within one instance and retries a commit that lost a race. Each space uses one of
 * 64 hashed lock stripes. After a lost race the mutations are evaluated again immediately on the items that DynamoDB
 * returned. Before a read the writer waits a random time that grows with recent collisions.
 */
@ApplicationScoped
public class CommitCoordinator {

    private static final int STRIPES = 64;

    private final CommitStore commits;
    private final RecentCommits recent;
    private final Counters counters;
    private final ReplicationConfig config;
    private final Ticker ticker;

    /**
     * A lock and the backoff of the spaces that share it by their hash.
     *
     * @param backoff wait time after collisions with other instances
     */
    private record LockStripe(Lock lock, ContentionBackoff backoff) {}

    private final List<LockStripe> stripes;

    public CommitCoordinator(
            CommitStore commits,
            RecentCommits recent,
            Counters counters,
            ReplicationConfig config,
            Ticker ticker,
            RandomGenerator random,
            Threads threads) {
        this.commits = commits;
        this.recent = recent;
        this.counters = counters;
        this.config = config;
        this.ticker = ticker;
        this.stripes = Stream.generate(() -> new LockStripe(threads.newLock(), new ContentionBackoff(random)))
                .limit(STRIPES)
                .toList();
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

    /**
     * The space and the entities of a commit.
     *
     * @param ids ids of the entities to read
     * @param consumption adds up the capacity of the reads; null if it is not measured
     */
    record CommitTarget(
            String game,
            String space,
            Set<String> ids,
            @Nullable CapacityUsage consumption) {}

    /** Runs several commits to one space without a commit of another thread of this instance between them. */
    <T> T serialized(String game, String space, Supplier<T> work) {
        Lock lock = stripe(game, space).lock();
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Plans and writes a commit until no other writer wins the race. A retry uses the snapshot that the failed write
     * returned, if it returned one. Otherwise it reads again after a pause.
     *
     * @param planner plans the commit on a snapshot; called once per attempt
     * @param busy supplies the result after {@code commit-attempts} lost races
     * @return empty if a condition of the companion writes failed
     */
    <T> Optional<T> commit(CommitTarget target, Function<CommitSnapshot, Plan<T>> planner, Supplier<T> busy) {
        ContentionBackoff backoff = stripe(target.game(), target.space()).backoff();
        return serialized(target.game(), target.space(), () -> attempt(target, backoff, planner, busy));
    }

    private <T> Optional<T> attempt(
            CommitTarget target,
            ContentionBackoff backoff,
            Function<CommitSnapshot, Plan<T>> planner,
            Supplier<T> busy) {
        Outcome last = new WriteConflict();
        for (int attempt = 0; attempt < config.commitAttempts(); attempt++) {
            CommitSnapshot snapshot =
                    last instanceof SnapshotOutdated outdated ? outdated.snapshot() : read(target, backoff);
            long started = ticker.nanos();
            Plan<T> plan = planner.apply(snapshot);
            CommitDraft draft = plan.draft();
            if (draft == null) {
                return Optional.of(plan.result().get());
            }
            last = plan.write().get();
            if (last instanceof CompanionRejected) {
                return Optional.empty();
            }
            if (last instanceof Written) {
                backoff.succeeded();
                counters.add(
                        Counters.CONFLICTS,
                        draft.after().conflicts() - draft.before().conflicts());
                recent.add(target.game(), target.space(), draft.entry());
                return Optional.of(plan.result().get());
            }
            backoff.collided(ticker.nanos() - started);
            counters.add(Counters.COMMIT_RETRIES, 1);
        }
        return Optional.of(busy.get());
    }

    private CommitSnapshot read(CommitTarget target, ContentionBackoff backoff) {
        ticker.sleep(backoff.pauseNanos());
        return commits.read(target.game(), target.space(), target.ids(), target.consumption());
    }

    private LockStripe stripe(String game, String space) {
        return stripes.get(Math.floorMod(game.hashCode() * 31 + space.hashCode(), STRIPES));
    }
}
