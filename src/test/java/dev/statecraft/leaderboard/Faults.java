package dev.statecraft.leaderboard;

import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/**
 * SDK interceptor that lets writes fail, either before the request is sent, or after the write took effect, so that its
 * response is lost.
 */
public final class Faults implements ExecutionInterceptor {

    /** The injected failure. */
    public static final class Injected extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Injected(String when) {
            super(when);
        }
    }

    private final AtomicInteger writes = new AtomicInteger();
    private volatile int failAt = Integer.MAX_VALUE;
    private volatile boolean afterwards;

    /** Lets the write with this number, counted from 0 from now on, and all later writes fail. */
    public void failFrom(int write, boolean afterItTookEffect) {
        writes.set(0);
        failAt = write;
        afterwards = afterItTookEffect;
    }

    /** Ends the failures and resets the number of writes. */
    public void heal() {
        failAt = Integer.MAX_VALUE;
        writes.set(0);
    }

    /** Number of writes since the last {@link #heal()} or {@link #failFrom}. */
    public int writes() {
        return writes.get();
    }

    @Override
    public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
        if (isWrite(context.request())) {
            int number = writes.getAndIncrement();
            if (number > failAt || (number == failAt && !afterwards)) {
                throw new Injected("before write " + number);
            }
        }
    }

    @Override
    public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
        if (isWrite(context.request()) && afterwards && writes.get() - 1 >= failAt) {
            throw new Injected("after write " + (writes.get() - 1));
        }
    }

    private static boolean isWrite(Object request) {
        return request instanceof PutItemRequest
                || request instanceof UpdateItemRequest
                || request instanceof DeleteItemRequest
                || request instanceof BatchWriteItemRequest
                || request instanceof TransactWriteItemsRequest;
    }
}
