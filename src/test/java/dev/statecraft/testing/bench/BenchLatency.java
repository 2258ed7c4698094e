package dev.statecraft.testing.bench;

import dev.statecraft.runtime.Ticker;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.util.Random;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * Delays the DynamoDB calls of the running application on DynamoDB Local, whose own duration is part of the drawn one. The
 * state is static, because the SDK creates the interceptor.
 */
public final class BenchLatency implements ExecutionInterceptor {

    private static final FaultyDynamo DELAYED =
            new FaultyDynamo(Ticker.system(), new Random(1)).latency(Bench.profile());

    @Override
    public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
        DELAYED.beforeExecution(context, attributes);
    }

    @Override
    public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
        DELAYED.afterExecution(context, attributes);
    }

    @Override
    public void onExecutionFailure(Context.FailedExecution context, ExecutionAttributes attributes) {
        DELAYED.onExecutionFailure(context, attributes);
    }
}
