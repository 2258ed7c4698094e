package dev.statecraft.local.stream;

import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * Fails database calls of stream functions, before or after they take effect. Static methods control it, because the
 * SDK's client creates its own instance.
 */
public final class StreamFaults implements ExecutionInterceptor {

    private static final AtomicInteger FAILED = new AtomicInteger();
    private static final Random RANDOM = new Random();
    private static volatile double share;

    /** Fails the given share of the following calls, chosen by the seed. */
    public static synchronized void begin(long seed, double ofCalls) {
        RANDOM.setSeed(seed);
        FAILED.set(0);
        share = ofCalls;
    }

    /** Stops failing calls. */
    public static int end() {
        share = 0;
        return FAILED.get();
    }

    @Override
    public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
        fail("before it was made");
    }

    @Override
    public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
        fail("after it took effect");
    }

    private static synchronized void fail(String when) {
        if (share > 0 && Thread.currentThread().getName().startsWith("stream-") && RANDOM.nextDouble() < share / 2) {
            FAILED.incrementAndGet();
            throw SdkClientException.create("The call fails for a test, " + when + ".");
        }
    }
}
