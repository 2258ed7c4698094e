package dev.statecraft.migration;

import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;

/** Counts the calls of the DynamoDB SDK, and stops or delays a worker at one of them. */
public final class Interruptions implements ExecutionInterceptor {

    /** Stops a worker. No production code catches it. */
    public static final class Death extends Error {
        private static final long serialVersionUID = 1L;

        Death(String when) {
            super(when);
        }
    }

    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger writes = new AtomicInteger();
    private volatile int dieAfterWrite = Integer.MAX_VALUE;
    private volatile int dieAfterCall = Integer.MAX_VALUE;
    private volatile int holdBeforeWrite = Integer.MAX_VALUE;
    private volatile Runnable action = () -> {};

    /** Throws {@link Death} after a write, counted from 1, has taken effect, and at every later call. */
    public void dieAfterWrite(int write) {
        reset();
        dieAfterWrite = write;
    }

    /** Throws {@link Death} after a call, counted from 1. */
    public void dieAfterCall(int call) {
        reset();
        dieAfterCall = call;
    }

    /** Runs an action directly before a write, counted from 1. */
    public void holdBeforeWrite(int write, Runnable action) {
        reset();
        this.action = action;
        holdBeforeWrite = write;
    }

    /** Ends the interruption and resets the counts. */
    public void reset() {
        dieAfterWrite = Integer.MAX_VALUE;
        dieAfterCall = Integer.MAX_VALUE;
        holdBeforeWrite = Integer.MAX_VALUE;
        calls.set(0);
        writes.set(0);
    }

    public int writes() {
        return writes.get();
    }

    int calls() {
        return calls.get();
    }

    @Override
    public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
        if (writes.get() >= dieAfterWrite || calls.get() >= dieAfterCall) {
            throw new Death("stopped before");
        }
        calls.incrementAndGet();
        if (isWrite(context.request()) && writes.incrementAndGet() == holdBeforeWrite) {
            action.run();
        }
    }

    @Override
    public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
        if ((isWrite(context.request()) && writes.get() >= dieAfterWrite) || calls.get() >= dieAfterCall) {
            throw new Death("after write " + writes.get() + ", call " + calls.get());
        }
    }

    private static boolean isWrite(Object request) {
        return !(request instanceof GetItemRequest
                || request instanceof BatchGetItemRequest
                || request instanceof QueryRequest
                || request instanceof ScanRequest);
    }
}
