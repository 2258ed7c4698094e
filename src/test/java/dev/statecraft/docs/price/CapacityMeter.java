package dev.statecraft.docs.price;

import dev.statecraft.local.Meter;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Counts the capacity of the running application. The meter is static, because the SDK creates the interceptor. */
public final class CapacityMeter implements ExecutionInterceptor {

    private static final Meter METER = new Meter();

    /** The counts since the last call. */
    static Meter.Reading take() {
        return METER.take();
    }

    @Override
    public SdkRequest modifyRequest(Context.ModifyRequest context, ExecutionAttributes attributes) {
        return METER.modifyRequest(context, attributes);
    }

    @Override
    public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
        METER.afterExecution(context, attributes);
    }

    @Override
    public void onExecutionFailure(Context.FailedExecution context, ExecutionAttributes attributes) {
        METER.onExecutionFailure(context, attributes);
    }
}
