package dev.statecraft.testing.fault;

import dev.statecraft.runtime.Ticker;
import dev.statecraft.testing.fault.CallTrace.TracedCall;
import java.net.SocketTimeoutException;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * SDK interceptor that lets calls fail, delays them, runs actions between them and records them. A test names the calls
 * that fail (calls and writes are counted from 0), or sets a {@link FaultPlan}, from which the faults are drawn.
 *
 * <p>A failed call throws the exception of the SDK for its {@link FaultKind}. A fault after the effect of a call is
 * dropped if the call itself fails, because then there is no effect whose response could be lost.
 */
public final class FaultyDynamo implements ExecutionInterceptor {

    /** Whether a call fails before it is sent, or after it has taken effect, so that its response is lost. */
    public enum When {
        BEFORE,
        AFTER;

        /** One of the two, drawn. */
        public static When drawn(RandomGenerator random) {
            return random.nextBoolean() ? AFTER : BEFORE;
        }
    }

    /** Stops a caller as the end of its process does. No production code catches it. */
    public static final class Stopped extends Error {
        private static final long serialVersionUID = 1L;

        private Stopped(String when) {
            super(when);
        }
    }

    private static final int NEVER = Integer.MAX_VALUE;
    private static final int TRACED_CALLS = 500;

    /** Unique, because the SDK rejects a second attribute of a name and tests load this class several times. */
    private static final ExecutionAttribute<Map<FaultyDynamo, FaultyCall>> RUNNING =
            new ExecutionAttribute<>("FaultyDynamo-" + UUID.randomUUID());

    private final Ticker ticker;
    private final RandomGenerator random;
    private final Map<FaultKind, Long> fired = new EnumMap<>(FaultKind.class);
    private LatencyProfile latency = LatencyProfile.none();
    private CallTrace trace = new CallTrace(TRACED_CALLS);
    private String instance = "-";
    private FaultPlan plan = FaultPlan.NONE;
    private int calls;
    private int writes;
    private int failFrom = NEVER;
    private int failUntil = NEVER;
    private When failWhen = When.BEFORE;
    private int resent = NEVER;
    private int conflicts;
    private int stopAfterCalls = NEVER;
    private int stopAfterWrites = NEVER;
    private @Nullable Runnable action;
    private int actionWrite = NEVER;
    private Set<AwsOperation> actionOperations = Set.of();

    /** An interceptor without faults; what it draws is the same in every run. */
    public FaultyDynamo() {
        this(Ticker.system(), new Random(1));
    }

    /** An interceptor without faults that pauses by a ticker and draws from a generator. */
    public FaultyDynamo(Ticker ticker, RandomGenerator random) {
        this.ticker = ticker;
        this.random = random;
    }

    /** Draws the faults of all later calls from a plan. */
    public synchronized FaultyDynamo plan(FaultPlan faults) {
        plan = faults;
        return this;
    }

    /**
     * Delays all later calls: half of the drawn duration passes before the call takes effect and the rest after it. The
     * call's own duration is subtracted.
     */
    public synchronized FaultyDynamo latency(LatencyProfile profile) {
        latency = profile;
        return this;
    }

    /** Records all later calls in a trace that interceptors share, with the name of the instance. */
    public synchronized FaultyDynamo traceTo(CallTrace shared, String name) {
        trace = shared;
        instance = name;
        return this;
    }

    /** Lets a write and all later writes fail, the first one before or after it takes effect, the later ones before. */
    public void failFrom(int write, When when) {
        fail(write, NEVER, when);
    }

    /** Lets one write fail. */
    public void failOnce(int write, When when) {
        fail(write, write + 1, when);
    }

    /** Lets the SDK send one write twice, because the response of the first attempt is lost. */
    public synchronized void resendOnce(int write) {
        heal();
        resent = write;
    }

    private synchronized void fail(int from, int until, When when) {
        heal();
        failFrom = from;
        failUntil = until;
        failWhen = when;
    }

    /** Cancels the next transactions with a transaction conflict. */
    public synchronized void conflictNext(int transactions) {
        conflicts = transactions;
    }

    /** Throws {@link Stopped} as soon as a number of writes has taken effect, and at every later call. */
    public synchronized void stopAfterWrites(int count) {
        heal();
        stopAfterWrites = count;
    }

    /** Throws {@link Stopped} as soon as a number of calls has taken effect, and at every later call. */
    public synchronized void stopAfterCalls(int count) {
        heal();
        stopAfterCalls = count;
    }

    /** Runs an action once, immediately before a write; calls of the action run no action. */
    public synchronized void beforeWrite(int write, Runnable task) {
        heal();
        action = task;
        actionWrite = write;
        actionOperations = Set.of();
    }

    /** Runs an action once, immediately before the next call of one of the operations. */
    public synchronized void beforeNext(Set<AwsOperation> operations, Runnable task) {
        action = task;
        actionWrite = NEVER;
        actionOperations = operations.isEmpty() ? Set.of() : EnumSet.copyOf(operations);
    }

    /** Whether no action is pending. */
    public synchronized boolean hasActed() {
        return action == null;
    }

    /** Ends all faults and actions that a test asked for, and the plan; counts calls and writes from 0 again. */
    public synchronized void heal() {
        plan = FaultPlan.NONE;
        failFrom = NEVER;
        resent = NEVER;
        conflicts = 0;
        stopAfterCalls = NEVER;
        stopAfterWrites = NEVER;
        action = null;
        calls = 0;
        writes = 0;
    }

    /** Number of calls since the last method that let something fail or healed it. */
    public synchronized int calls() {
        return calls;
    }

    /** Number of writes since the last method that let something fail or healed it. */
    public synchronized int writes() {
        return writes;
    }

    /** How often each fault occurred, over the whole life of this interceptor. */
    public synchronized Map<FaultKind, Long> fired() {
        Map<FaultKind, Long> all = new EnumMap<>(FaultKind.class);
        for (FaultKind kind : FaultKind.values()) {
            all.put(kind, fired.getOrDefault(kind, 0L));
        }
        return all;
    }

    /** The latest calls. */
    public synchronized CallTrace trace() {
        return trace;
    }

    @Override
    public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
        SdkRequest request = context.request();
        FaultyCall.Decision decision = decide(request);
        if (decision.action() != null) {
            decision.action().run();
        }
        long startNanos = ticker.nanos();
        TracedCall traced = trace().start(instance, startNanos, request);
        long pauseNanos = decision.afterEffect() ? 0 : decision.pauseNanos();
        LatencyProfile.sleepUntil(startNanos + decision.latencyNanos() / 2 + pauseNanos, ticker);
        FaultKind fault = decision.fault();
        if (fault != null && fault.isFailure() && !decision.afterEffect()) {
            traced.end(ticker.nanos(), fault.name());
            throw failure(fault, request);
        }
        Map<FaultyDynamo, FaultyCall> all = attributes.getAttribute(RUNNING);
        if (all == null) {
            all = new HashMap<>();
            attributes.putAttribute(RUNNING, all);
        }
        all.put(this, new FaultyCall(decision, startNanos, traced, false));
    }

    /** Loses the response of a first attempt. The SDK calls this hook for each attempt, and tries again. */
    @Override
    public void afterTransmission(Context.AfterTransmission context, ExecutionAttributes attributes) {
        Map<FaultyDynamo, FaultyCall> all = attributes.getAttribute(RUNNING);
        FaultyCall running = all == null ? null : all.get(this);
        if (running == null || running.decision().fault() != FaultKind.RESENT || running.resent()) {
            return;
        }
        if (!context.httpResponse().isSuccessful() || isLast(running.decision())) {
            return;
        }
        synchronized (this) {
            fired.merge(FaultKind.RESENT, 1L, Long::sum);
        }
        LatencyProfile.sleepUntil(running.endNanos(), ticker);
        all.put(this, running.again(ticker.nanos()));
        throw RetryableException.create("Read timed out", new SocketTimeoutException("Read timed out"));
    }

    @Override
    public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
        FaultyCall running = end(attributes);
        if (running == null) {
            return;
        }
        if (isLast(running.decision())) {
            running.traced().end(ticker.nanos(), "stopped");
            throw new Stopped("after write " + running.decision().write() + ", call "
                    + running.decision().call());
        }
        LatencyProfile.sleepUntil(running.endNanos(), ticker);
        FaultKind fault = running.decision().fault();
        if (fault != null && fault.isFailure()) {
            running.traced().end(ticker.nanos(), fault.name());
            throw failure(fault, context.request());
        }
        running.traced().end(ticker.nanos(), fault == FaultKind.SLOW ? "ok, " + fault : running.outcome("ok"));
    }

    /** The SDK calls this hook also for an exception of {@link #afterExecution}; the call has ended by then. */
    @Override
    public void onExecutionFailure(Context.FailedExecution context, ExecutionAttributes attributes) {
        FaultyCall running = end(attributes);
        if (running != null) {
            LatencyProfile.sleepUntil(running.endNanos(), ticker);
            running.traced().end(ticker.nanos(), running.outcome(CallTrace.name(context.exception())));
        }
    }

    private synchronized FaultyCall.Decision decide(SdkRequest request) {
        if (calls >= stopAfterCalls || writes >= stopAfterWrites) {
            throw new Stopped("before call " + calls);
        }
        AwsOperation operation = AwsOperation.of(request);
        int call = calls++;
        int write = operation.isWrite() ? writes++ : -1;
        FaultKind fault = fault(operation, write);
        boolean afterEffect = fault != null && fault.isAfterEffect(random);
        long pause = fault == FaultKind.SLOW ? random.nextLong(1, plan.slowest().toNanos()) : 0;
        if (fault == FaultKind.SLOW) {
            fired.merge(fault, 1L, Long::sum);
        }
        Runnable due = null;
        if (action != null && (write == actionWrite || actionOperations.contains(operation))) {
            due = action;
            action = null;
        }
        long duration = latency.nanos(operation, AwsOperation.items(request));
        return new FaultyCall.Decision(call, write, fault, afterEffect, pause, duration, due);
    }

    private @Nullable FaultKind fault(AwsOperation operation, int write) {
        if (operation == AwsOperation.TRANSACT_WRITE && conflicts > 0) {
            conflicts--;
            return FaultKind.TRANSACTION_CONFLICT;
        }
        if (write >= failFrom && write < failUntil) {
            return failWhen == When.AFTER && write == failFrom ? FaultKind.ANSWER_LOST : FaultKind.FAIL_BEFORE_SEND;
        }
        return write == resent ? FaultKind.RESENT : plan.draw(operation, random);
    }

    private synchronized boolean isLast(FaultyCall.Decision decision) {
        return decision.call() + 1 >= stopAfterCalls || decision.write() + 1 >= stopAfterWrites;
    }

    private synchronized RuntimeException failure(FaultKind fault, SdkRequest request) {
        fired.merge(fault, 1L, Long::sum);
        return fault.exception(request, random);
    }

    private @Nullable FaultyCall end(ExecutionAttributes attributes) {
        Map<FaultyDynamo, FaultyCall> all = attributes.getAttribute(RUNNING);
        return all == null ? null : all.remove(this);
    }
}
