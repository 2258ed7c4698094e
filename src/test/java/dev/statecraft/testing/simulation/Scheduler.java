package dev.statecraft.testing.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks on threads of which exactly one runs at a time. A task gives way at every pause, wait and {@link #point};
 * the seed decides which one goes on. Time is virtual: it advances when every task waits, to the first of their
 * deadlines. The same seed therefore gives the same run, whatever the machine does.
 *
 * <p>A task must not block on anything that this class does not know: the thread would keep its turn. Such a run is
 * ended after {@link #STUCK_SECONDS} with the stack of the task.
 */
public final class Scheduler {

    /** A run without an end is a failure, too. */
    private static final long MAX_STEPS = 3_000_000;

    private static final int STUCK_SECONDS = 20;
    private static final int TRACE_LINES = 4_000;

    /** What code between two points takes: a loop that only reads the time ends. */
    private static final long STEP_NANOS = 1_000;

    private static final ExecutorService POOL = Executors.newCachedThreadPool(body -> {
        Thread thread = new Thread(body, "simulated");
        thread.setDaemon(true);
        return thread;
    });

    private static final ThreadLocal<SimulatedTask> CURRENT = new ThreadLocal<>();

    /** Unwinds a task that never goes on: its process died, or the simulation is over. */
    static final class Ended extends Error {
        private static final long serialVersionUID = 1L;

        Ended() {
            super("the task has ended", null, false, false);
        }
    }

    private final Random random;
    private final boolean tracing;
    private final Deque<String> trace = new ArrayDeque<>();
    private final List<SimulatedTask> live = new ArrayList<>();
    private final List<SimulatedTask> dead = new ArrayList<>();
    private final Semaphore finished = new Semaphore(0);
    private long now;
    private final AtomicLong steps = new AtomicLong();
    private volatile @Nullable SimulatedTask running;
    private @Nullable Throwable failure;

    /** A scheduler without tasks, at time 0. */
    public Scheduler(long seed, boolean tracing) {
        this.random = new Random(seed);
        this.tracing = tracing;
    }

    /** Virtual nanoseconds since the start. */
    public long now() {
        return now;
    }

    /** The chance that decides this run; drawing from it is part of the run. */
    public Random random() {
        return random;
    }

    /** Number of times a task gave way. */
    public long steps() {
        return steps.get();
    }

    /** Adds a task on which {@link #run} waits. */
    void start(String name, Runnable body) {
        start(name, null, true, body);
    }

    /**
     * Adds a task.
     *
     * @param process that dies as a whole, by {@link #kill}; null for one that never does
     * @param foreground whether {@link #run} lasts until the task is over
     */
    void start(String name, @Nullable Object process, boolean foreground, Runnable body) {
        SimulatedTask task = new SimulatedTask(name, process, foreground);
        live.add(task);
        POOL.execute(() -> live(task, body));
    }

    private void live(SimulatedTask task, Runnable body) {
        CURRENT.set(task);
        task.turn.acquireUninterruptibly();
        task.thread = Thread.currentThread();
        try {
            if (!task.ended) {
                body.run();
            }
        } catch (Ended e) {
            // Nothing is left to do for a dead process.
        } catch (Throwable e) {
            if (!task.ended && failure == null) {
                failure = e;
                trace(() -> "FAILED " + e);
            }
        } finally {
            CURRENT.remove();
            task.thread = null;
            if (task.ended) {
                finished.release();
            } else {
                live.remove(task);
                giveTurn(null);
            }
        }
    }

    /**
     * Runs all tasks until those of the foreground are over; may be called again with further tasks.
     *
     * @throws AssertionError if a task failed, or if the run does not end
     */
    void run() {
        giveTurn(null);
        long seen = -1;
        try {
            while (!finished.tryAcquire(STUCK_SECONDS, TimeUnit.SECONDS)) {
                if (seen == steps.get()) {
                    throw stuck();
                }
                seen = steps.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        if (failure != null) {
            throw new AssertionError("A task of the simulation failed: " + failure, failure);
        }
    }

    private AssertionError stuck() {
        @Nullable SimulatedTask task = running;
        AssertionError error =
                new AssertionError("The task " + (task == null ? "?" : task.name) + " blocks outside the simulation");
        if (task != null && task.thread != null) {
            error.setStackTrace(task.thread.getStackTrace());
        }
        return error;
    }

    /** Unwinds all tasks, one after the other. */
    void close() {
        List<SimulatedTask> all = new ArrayList<>(live);
        all.addAll(dead);
        live.clear();
        for (SimulatedTask task : all) {
            task.ended = true;
            task.turn.release();
            try {
                if (!finished.tryAcquire(STUCK_SECONDS, TimeUnit.SECONDS)) {
                    throw stuck();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** The calling task may be overtaken here by any other. */
    void point(Supplier<String> what) {
        SimulatedTask me = me();
        trace(what);
        me.wakeAt = now;
        giveWay(me);
    }

    /** The calling task pauses in virtual time. */
    void sleep(long nanos) {
        SimulatedTask me = me();
        me.wakeAt = now + Math.max(0, nanos);
        giveWay(me);
    }

    /**
     * Waits until a condition holds.
     *
     * @return whether it holds; false if the time is over
     */
    boolean await(BooleanSupplier condition, long nanos) {
        SimulatedTask me = me();
        me.condition = condition;
        me.wakeAt = nanos > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + nanos;
        giveWay(me);
        return condition.getAsBoolean();
    }

    /**
     * All tasks of a process never go on. If one of them is shielded, it dies at the end of that section. If the
     * calling task is one of them, the call does not return.
     */
    void kill(Object process) {
        SimulatedTask me = CURRENT.get();
        for (SimulatedTask task : List.copyOf(live)) {
            if (task.process == process && task != me) {
                if (task.shielded) {
                    task.dying = true;
                } else {
                    die(task);
                }
            }
        }
        if (me != null && me.process == process) {
            die(me);
            giveWay(me);
        }
    }

    private void die(SimulatedTask task) {
        trace(() -> "died: " + task.name);
        live.remove(task);
        dead.add(task);
    }

    /**
     * From here to {@link #unshield} the calling task acts for another machine, which ends what it began: a request that
     * has been sent takes its effect although its sender dies.
     */
    void shield() {
        me().shielded = true;
    }

    void unshield() {
        SimulatedTask me = me();
        me.shielded = false;
        if (me.dying) {
            die(me);
            giveWay(me);
        }
    }

    /** The process of the calling task; null if it belongs to none. */
    @Nullable Object process() {
        return me().process;
    }

    /** The name of the calling task. */
    String name() {
        return me().name;
    }

    /** The task of the calling thread. */
    SimulatedTask me() {
        SimulatedTask task = CURRENT.get();
        if (task == null) {
            throw new IllegalStateException("not a task of a simulation: " + Thread.currentThread());
        }
        if (task.ended) {
            throw new Ended();
        }
        return task;
    }

    void trace(Supplier<String> what) {
        if (tracing) {
            SimulatedTask task = CURRENT.get();
            trace.add("%,15d us  %-24s %s".formatted(now / 1_000, task == null ? "" : task.name, what.get()));
            if (trace.size() > TRACE_LINES) {
                trace.remove();
            }
        }
    }

    /** The last lines of what happened; empty unless tracing. */
    List<String> traced() {
        return List.copyOf(trace);
    }

    private void giveWay(SimulatedTask me) {
        giveTurn(me);
        me.condition = null;
        if (me.ended) {
            throw new Ended();
        }
    }

    /** Lets the next task go on and, if {@code me} is another one, waits for its next turn. */
    private void giveTurn(@Nullable SimulatedTask me) {
        SimulatedTask next = failure == null ? next() : null;
        running = next;
        if (next == me && me != null) {
            return;
        }
        if (next == null) {
            finished.release();
        } else {
            next.turn.release();
        }
        if (me != null) {
            me.turn.acquireUninterruptibly();
        }
    }

    private @Nullable SimulatedTask next() {
        steps.incrementAndGet();
        now += STEP_NANOS;
        if (steps.get() > MAX_STEPS) {
            failure = new AssertionError("no end after " + MAX_STEPS + " steps and " + now / 1_000_000 + " ms");
            return null;
        }
        boolean lasts = false;
        for (SimulatedTask task : live) {
            lasts |= task.foreground;
        }
        if (!lasts) {
            return null;
        }
        while (true) {
            List<SimulatedTask> ready = new ArrayList<>(live.size());
            long first = Long.MAX_VALUE;
            for (SimulatedTask task : live) {
                if (task.wakeAt <= now || (task.condition != null && task.condition.getAsBoolean())) {
                    ready.add(task);
                }
                first = Math.min(first, task.wakeAt);
            }
            if (!ready.isEmpty()) {
                return ready.get(random.nextInt(ready.size()));
            }
            if (first == Long.MAX_VALUE) {
                failure = new AssertionError("all tasks wait for each other: "
                        + live.stream().map(task -> task.name).toList());
                return null;
            }
            now = first;
        }
    }
}
