package dev.statecraft.local.stream;

import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * Makes calls to the store fail that stream functions make while the pump drives them: before they are made, or when they
 * have taken effect already. Switched by static methods, as the SDK's client makes its own instance.
 */
public final class StreamFaults implements ExecutionInterceptor {

    private static final AtomicInteger FAILED = new AtomicInteger();
    private static final Random RANDOM = new Random();
    private static volatile double share;

    /** From now on this share of the calls fails, decided by the seed. */
    public static synchronized void begin(long seed, double ofCalls) {
        RANDOM.setSeed(seed);
        FAILED.set(0);
        share = ofCalls;
    }

    /** Lets everything pass again. */
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
