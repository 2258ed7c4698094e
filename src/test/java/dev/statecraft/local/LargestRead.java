package dev.statecraft.local;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;

/** Records the largest number of items in one response to a read by keys. */
public final class LargestRead implements ExecutionInterceptor {

    private final AtomicInteger most = new AtomicInteger();

    /** The largest number since the last {@link #forget()}. */
    public int most() {
        return most.get();
    }

    /** Resets the number. */
    public void forget() {
        most.set(0);
    }

    @Override
    public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
        if (context.response() instanceof BatchGetItemResponse batch) {
            batch.responses().values().stream()
                    .mapToInt(List::size)
                    .forEach(size -> most.accumulateAndGet(size, Math::max));
        }
    }
}
