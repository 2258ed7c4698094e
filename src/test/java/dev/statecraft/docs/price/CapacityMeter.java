package dev.statecraft.docs.price;

import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * Counts the requests of the running application to DynamoDB. The count is static, because the SDK creates the
 * interceptor.
 */
public final class CapacityMeter implements ExecutionInterceptor {

    private static final AtomicInteger REQUESTS = new AtomicInteger();

    /** Requests since the start of the application, those that were rejected included. */
    static int requests() {
        return REQUESTS.get();
    }

    @Override
    public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
        REQUESTS.incrementAndGet();
    }
}
