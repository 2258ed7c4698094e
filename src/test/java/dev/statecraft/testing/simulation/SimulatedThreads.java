package dev.statecraft.testing.simulation;

import dev.statecraft.runtime.Threads;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/** The locks, futures and pools of one simulated process: a task that waits on them gives way to others. */
final class SimulatedThreads implements Threads {

    private final Scheduler scheduler;
    private final Object process;

    /** Threads whose tasks end when the process dies. */
    SimulatedThreads(Scheduler scheduler, Object process) {
        this.scheduler = scheduler;
        this.process = process;
    }

    @Override
    public Lock newLock() {
        return new SimulatedLock();
    }

    @Override
    public <T> CompletableFuture<T> newFuture() {
        return new SimulatedFuture<>();
    }

    @Override
    public ExecutorService newPool(int size, String name) {
        return new SimulatedPool(size, name);
    }

    private final class SimulatedLock implements Lock {

        private final Queue<Object> waiting = new ArrayDeque<>();
        private @Nullable SimulatedTask owner;
        private int holds;

        @Override
        public void lock() {
            lock(Long.MAX_VALUE);
        }

        private boolean lock(long nanos) {
            SimulatedTask me = scheduler.me();
            if (owner == me) {
                holds++;
                return true;
            }
            waiting.add(me);
            boolean mine = scheduler.await(() -> owner == null && waiting.peek() == me, nanos);
            waiting.remove(me);
            if (mine) {
                owner = me;
                holds = 1;
            }
            return mine;
        }

        @Override
        public void lockInterruptibly() {
            lock();
        }

        @Override
        public boolean tryLock() {
            SimulatedTask me = scheduler.me();
            if (owner == null || owner == me) {
                owner = me;
                holds++;
                return true;
            }
            return false;
        }

        @Override
        public boolean tryLock(long time, TimeUnit unit) {
            return lock(unit.toNanos(time));
        }

        @Override
        public void unlock() {
            if (owner != scheduler.me()) {
                throw new IllegalMonitorStateException("unlocked by another task");
            }
            holds--;
            if (holds == 0) {
                owner = null;
            }
        }

        @Override
        public Condition newCondition() {
            throw new UnsupportedOperationException("no code uses conditions");
        }
    }

    private final class SimulatedFuture<T> extends CompletableFuture<T> {

        @Override
        public T join() {
            scheduler.await(this::isDone, Long.MAX_VALUE);
            return super.join();
        }

        @Override
        public T get() throws InterruptedException, ExecutionException {
            scheduler.await(this::isDone, Long.MAX_VALUE);
            return super.get();
        }

        @Override
        public T get(long time, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
            if (!scheduler.await(this::isDone, unit.toNanos(time))) {
                throw new TimeoutException();
            }
            return super.get();
        }
    }

    private final class SimulatedFutureTask<T> extends FutureTask<T> {

        SimulatedFutureTask(Callable<T> body) {
            super(body);
        }

        @Override
        public T get() throws InterruptedException, ExecutionException {
            scheduler.await(this::isDone, Long.MAX_VALUE);
            return super.get();
        }

        @Override
        public T get(long time, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
            if (!scheduler.await(this::isDone, unit.toNanos(time))) {
                throw new TimeoutException();
            }
            return super.get();
        }
    }

    private final class SimulatedPool extends AbstractExecutorService {

        private final int size;
        private final String name;
        private final Queue<Runnable> queue = new ArrayDeque<>();
        private int busy;
        private boolean closed;

        SimulatedPool(int size, String name) {
            this.size = size;
            this.name = name;
        }

        @Override
        public void execute(Runnable body) {
            if (busy == size) {
                queue.add(body);
                return;
            }
            busy++;
            scheduler.start(scheduler.name() + "/" + name, process, false, () -> work(body));
        }

        private void work(Runnable first) {
            for (@Nullable Runnable body = first; body != null; body = queue.poll()) {
                body.run();
            }
            busy--;
        }

        @Override
        protected <T> RunnableFuture<T> newTaskFor(Callable<T> body) {
            return new SimulatedFutureTask<>(body);
        }

        @Override
        protected <T> RunnableFuture<T> newTaskFor(Runnable body, T value) {
            return new SimulatedFutureTask<>(() -> {
                body.run();
                return value;
            });
        }

        @Override
        public void shutdown() {
            closed = true;
        }

        @Override
        public List<Runnable> shutdownNow() {
            closed = true;
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return closed;
        }

        @Override
        public boolean isTerminated() {
            return closed && busy == 0;
        }

        @Override
        public boolean awaitTermination(long time, TimeUnit unit) {
            return scheduler.await(() -> busy == 0, unit.toNanos(time));
        }
    }
}
