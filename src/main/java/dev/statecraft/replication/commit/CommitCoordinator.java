package dev.statecraft.replication.commit;

import dev.statecraft.replication.commit.CommitStore.Contended;
import dev.statecraft.replication.commit.CommitStore.Foregone;
import dev.statecraft.replication.commit.CommitStore.Ground;
import dev.statecraft.replication.commit.CommitStore.Outcome;
import dev.statecraft.replication.commit.CommitStore.Overtaken;
import dev.statecraft.replication.commit.CommitStore.Written;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.table.CapacityUsage;
import dev.statecraft.table.Counters;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who may commit to a space, and when. Within an instance it is one after the other, which gets through faster than all at
 * once; towards other instances a writer holds back as far as they get in its way, and decides again where they were
 * faster.
 */
@ApplicationScoped
public class CommitCoordinator {

    private static final int LANES = 64;

    private final CommitStore commits;
    private final RecentCommits recent;
    private final Counters counters;
    private final ReplicationConfig config;

    /**
     * Spaces share lanes by their hash.
     *
     * @param pace towards other instances
     */
    private record Lane(ReentrantLock lock, ContentionBackoff pace) {}

    private final List<Lane> lanes = Stream.generate(
                    () -> new Lane(new ReentrantLock(true), new ContentionBackoff(() -> ThreadLocalRandom.current()
                            .nextLong())))
            .limit(LANES)
            .toList();

    public CommitCoordinator(CommitStore commits, RecentCommits recent, Counters counters, ReplicationConfig config) {
        this.commits = commits;
        this.recent = recent;
        this.counters = counters;
        this.config = config;
    }

    /**
     * What is to be done on a ground.
     *
     * @param draft null if there is nothing to write
     * @param write writes the draft
     * @param answer what to say when it is written, or when there is nothing to write
     */
    record Plan<T>(@Nullable CommitDraft draft, Supplier<Outcome> write, Supplier<T> answer) {

        /** Nothing is written. */
        static <T> Plan<T> answer(Supplier<T> answer) {
            return new Plan<>(null, Written::new, answer);
        }
    }

    /** Where a commit is made: the entities it is about, and who counts what it takes. */
    record Place(
            String game,
            String space,
            Set<String> ids,
            @Nullable CapacityUsage consumption) {}

    /** Does several commits to one space, with none of this instance in between. */
    <T> T inLane(String game, String space, Supplier<T> work) {
        ReentrantLock lock = lane(game, space).lock();
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Decides on what is there and writes, again and again until nobody was faster. What a refused write tells is decided
     * on at once, which makes up for having come second; it is before it begins that a writer holds back.
     *
     * @param busy what to say if others were faster each of {@code commit-attempts} times
     * @return nothing if what was to go along with the commit could not be written
     */
    <T> Optional<T> decide(Place place, Function<Ground, Plan<T>> plans, Supplier<T> busy) {
        ContentionBackoff pace = lane(place.game(), place.space()).pace();
        return inLane(place.game(), place.space(), () -> decide(place, pace, plans, busy));
    }

    private <T> Optional<T> decide(Place place, ContentionBackoff pace, Function<Ground, Plan<T>> plans, Supplier<T> busy) {
        Outcome last = new Contended();
        for (int attempt = 0; attempt < config.commitAttempts(); attempt++) {
            Ground ground = last instanceof Overtaken overtaken ? overtaken.ground() : read(place, pace);
            long started = System.nanoTime();
            Plan<T> plan = plans.apply(ground);
            CommitDraft draft = plan.draft();
            if (draft == null) {
                return Optional.of(plan.answer().get());
            }
            last = plan.write().get();
            if (last instanceof Foregone) {
                return Optional.empty();
            }
            if (last instanceof Written) {
                pace.succeeded();
                counters.add(
                        Counters.CONFLICTS,
                        draft.after().conflicts() - draft.before().conflicts());
                recent.add(place.game(), place.space(), draft.entry());
                return Optional.of(plan.answer().get());
            }
            pace.collided(System.nanoTime() - started);
            counters.add(Counters.COMMIT_RETRIES, 1);
        }
        return Optional.of(busy.get());
    }

    private Ground read(Place place, ContentionBackoff pace) {
        LockSupport.parkNanos(pace.pauseNanos());
        return commits.read(place.game(), place.space(), place.ids(), place.consumption());
    }

    private Lane lane(String game, String space) {
        return lanes.get(Math.floorMod(game.hashCode() * 31 + space.hashCode(), LANES));
    }
}
