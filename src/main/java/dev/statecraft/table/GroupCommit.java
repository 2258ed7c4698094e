package dev.statecraft.table;

import dev.statecraft.runtime.Threads;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Group commit. One thread at a time processes the tasks of a key. Tasks that arrive in the meantime form the next
 * group and are processed together, in order of arrival. The thread that submitted the first task of a group processes
 * the group and wakes the other threads with their results, so no additional thread is needed. Tasks of different keys
 * do not wait for each other. A commit must not submit further tasks.
 *
 * @param <K> type of the keys
 * @param <W> type of a task
 * @param <R> type of a result
 */
public final class GroupCommit<K, W, R> {

    /**
     * Limits of the waiting tasks.
     *
     * @param waiting maximum number of tasks that wait for one key
     * @param weight maximum weight of a group; a heavier task is processed alone
     * @param patience maximum time that a task waits for its group to start
     */
    public record Limits(int waiting, int weight, Duration patience) {}

    /**
     * Processes a group.
     *
     * @param <W> type of a task
     * @param <R> type of a result
     */
    @FunctionalInterface
    public interface Commit<W, R> {
        /**
         * Processes tasks in order.
         *
         * @param previous the last result of the previous group, if the key has been busy since; null otherwise
         * @return one result per task
         */
        List<R> commit(List<W> group, @Nullable R previous);
    }

    private final Limits limits;
    private final ToIntFunction<W> weigher;
    private final Commit<W, R> commit;
    private final Threads threads;

    /** The keys that are in process, each with its waiting tasks. */
    private final ConcurrentHashMap<K, ArrayDeque<Pending<W, R>>> busy = new ConcurrentHashMap<>();

    /** A group commit without tasks. */
    public GroupCommit(Limits limits, ToIntFunction<W> weigher, Commit<W, R> commit, Threads threads) {
        this.limits = limits;
        this.weigher = weigher;
        this.commit = commit;
        this.threads = threads;
    }

    /** The signal that wakes a waiting thread. */
    private sealed interface Signal<R> {}

    /** The thread processes the next group, whose first task is its own. */
    private record Lead<R>(@Nullable R previous) implements Signal<R> {}

    /** The task of the thread is processed. */
    private record Done<R>(R result) implements Signal<R> {}

    /** The group of the task failed; whether the task took effect is unknown. */
    private record Failed<R>(RuntimeException cause) implements Signal<R> {}

    /** A waiting task. It equals only itself, because equal tasks may wait at the same time. */
    private static final class Pending<W, R> {

        private final W work;
        private final CompletableFuture<Signal<R>> signal;

        Pending(W work, CompletableFuture<Signal<R>> signal) {
            this.work = work;
            this.signal = signal;
        }

        W work() {
            return work;
        }

        CompletableFuture<Signal<R>> signal() {
            return signal;
        }
    }

    private enum Entered {
        LEADS,
        WAITS,
        REJECTED
    }

    /**
     * Processes a task, alone or in a group.
     *
     * @return empty if too many tasks wait for the key, or if the group did not start in time; the task was not
     *     processed then
     * @throws RuntimeException the failure of the group
     */
    public Optional<R> submit(K key, W work) {
        Pending<W, R> pending = new Pending<>(work, threads.newFuture());
        return switch (enter(key, pending)) {
            case LEADS -> Optional.of(lead(key, pending, null));
            case REJECTED -> Optional.empty();
            case WAITS -> await(key, pending);
        };
    }

    /** Number of tasks that wait for a key, without those in process. */
    int waiting(K key) {
        int[] size = {0};
        busy.computeIfPresent(key, (same, waiting) -> {
            size[0] = waiting.size();
            return waiting;
        });
        return size[0];
    }

    private Entered enter(K key, Pending<W, R> pending) {
        Entered[] entered = {Entered.LEADS};
        busy.compute(key, (same, waiting) -> {
            if (waiting == null) {
                return new ArrayDeque<>();
            }
            if (waiting.size() >= limits.waiting()) {
                entered[0] = Entered.REJECTED;
            } else {
                entered[0] = Entered.WAITS;
                waiting.add(pending);
            }
            return waiting;
        });
        return entered[0];
    }

    private Optional<R> await(K key, Pending<W, R> pending) {
        Signal<R> signal;
        boolean interrupted = false;
        try {
            signal = pending.signal().get(limits.patience().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | InterruptedException e) {
            interrupted = e instanceof InterruptedException;
            if (withdraw(key, pending)) {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                return Optional.empty();
            }
            // The group has started, or this thread leads the next one: the task can no longer be withdrawn.
            signal = pending.signal().join();
        } catch (ExecutionException e) {
            throw new IllegalStateException("A signal never fails", e);
        }
        try {
            return Optional.of(result(key, pending, signal));
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private R result(K key, Pending<W, R> pending, Signal<R> signal) {
        if (signal instanceof Lead<R> lead) {
            return lead(key, pending, lead.previous());
        }
        if (signal instanceof Failed<R> failed) {
            throw failed.cause();
        }
        return ((Done<R>) signal).result();
    }

    private boolean withdraw(K key, Pending<W, R> pending) {
        boolean[] withdrawn = {false};
        busy.computeIfPresent(key, (same, waiting) -> {
            withdrawn[0] = waiting.remove(pending);
            return waiting;
        });
        return withdrawn[0];
    }

    /** Processes the group that starts with a task, then hands the lead to the next waiting thread. */
    private R lead(K key, Pending<W, R> first, @Nullable R previous) {
        List<Pending<W, R>> group = group(key, first);
        @Nullable R last = previous;
        Signal<R> failed = new Failed<>(new IllegalStateException("The group was not processed"));
        List<R> results = List.of();
        try {
            results = commit.commit(group.stream().map(Pending::work).toList(), previous);
            last = results.get(results.size() - 1);
            return results.get(0);
        } catch (RuntimeException e) {
            failed = new Failed<>(e);
            throw e;
        } finally {
            for (int i = 1; i < group.size(); i++) {
                group.get(i).signal().complete(i < results.size() ? new Done<>(results.get(i)) : failed);
            }
            passOn(key, last);
        }
    }

    private List<Pending<W, R>> group(K key, Pending<W, R> first) {
        List<Pending<W, R>> group = new ArrayList<>(List.of(first));
        busy.computeIfPresent(key, (same, waiting) -> {
            int weight = weigher.applyAsInt(first.work());
            Pending<W, R> next = waiting.peek();
            while (next != null && weight + weigher.applyAsInt(next.work()) <= limits.weight()) {
                weight += weigher.applyAsInt(next.work());
                group.add(waiting.remove());
                next = waiting.peek();
            }
            return waiting;
        });
        return group;
    }

    private void passOn(K key, @Nullable R last) {
        List<Pending<W, R>> next = new ArrayList<>();
        busy.computeIfPresent(key, (same, waiting) -> {
            if (waiting.isEmpty()) {
                return null;
            }
            next.add(waiting.remove());
            return waiting;
        });
        next.forEach(pending -> pending.signal().complete(new Lead<>(last)));
    }
}
