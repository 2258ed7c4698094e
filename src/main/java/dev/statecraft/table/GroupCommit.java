package dev.statecraft.table;

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
 * Group commit: work on one key is done by one thread at a time, and what arrives meanwhile is done together, in the
 * order of arrival, by the next. The thread that brings the first work of a group does the group and wakes the others
 * with their results, so no thread of its own is needed and a group never waits for one that has not started. Work on
 * different keys does not wait for each other; a commit must not submit other work from within it.
 *
 * @param <K> what work is about
 * @param <W> a piece of work
 * @param <R> its result
 */
public final class GroupCommit<K, W, R> {

    /**
     * How much waits.
     *
     * @param waiting most pieces of work that wait for one key
     * @param weight most weight of a group; a piece that weighs more is done alone
     * @param patience how long a piece of work waits to be begun
     */
    public record Limits(int waiting, int weight, Duration patience) {}

    /**
     * Does a group.
     *
     * @param <W> a piece of work
     * @param <R> its result
     */
    @FunctionalInterface
    public interface Commit<W, R> {
        /**
         * Does pieces of work in order.
         *
         * @param previous the last result of the group before, if the key was busy since; null otherwise
         * @return one result for each piece
         */
        List<R> commit(List<W> group, @Nullable R previous);
    }

    private final Limits limits;
    private final ToIntFunction<W> weigher;
    private final Commit<W, R> commit;

    /** The keys that are being worked on, each with what waits for it. */
    private final ConcurrentHashMap<K, ArrayDeque<Pending<W, R>>> busy = new ConcurrentHashMap<>();

    /** Nothing is done yet. */
    public GroupCommit(Limits limits, ToIntFunction<W> weigher, Commit<W, R> commit) {
        this.limits = limits;
        this.weigher = weigher;
        this.commit = commit;
    }

    /** What a waiting thread is woken with. */
    private sealed interface Signal<R> {}

    /** It does the next group, which its work is the first of. */
    private record Lead<R>(@Nullable R previous) implements Signal<R> {}

    /** Its work is done. */
    private record Done<R>(R result) implements Signal<R> {}

    /** Its work failed along with its group; whether it took effect is unknown. */
    private record Failed<R>(RuntimeException cause) implements Signal<R> {}

    /** A piece of work that waits; equal only to itself, for equal work may wait twice. */
    private static final class Pending<W, R> {

        private final W work;
        private final CompletableFuture<Signal<R>> signal = new CompletableFuture<>();

        Pending(W work) {
            this.work = work;
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
        REFUSED
    }

    /**
     * Does a piece of work, alone or in a group.
     *
     * @return nothing if too much waits for the key, or the work was not begun in time: then nothing was done
     * @throws RuntimeException what the group failed with
     */
    public Optional<R> submit(K key, W work) {
        Pending<W, R> pending = new Pending<>(work);
        return switch (enter(key, pending)) {
            case LEADS -> Optional.of(lead(key, pending, null));
            case REFUSED -> Optional.empty();
            case WAITS -> await(key, pending);
        };
    }

    /** How much waits for a key, apart from what is being done. */
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
                entered[0] = Entered.REFUSED;
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
            // The work has been begun, or this thread has to lead: neither can be left any more.
            signal = pending.signal().join();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a signal never fails", e);
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

    /** Does a group that begins with a piece of work, and passes the lead on. */
    private R lead(K key, Pending<W, R> first, @Nullable R previous) {
        List<Pending<W, R>> group = group(key, first);
        @Nullable R last = previous;
        Signal<R> failed = new Failed<>(new IllegalStateException("the group was not done"));
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
