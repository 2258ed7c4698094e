package dev.statecraft.local;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Has something happen once, just before the next call of a kind reaches the database. */
public final class Meanwhile implements ExecutionInterceptor {

    private final Class<? extends SdkRequest> kind;
    private @Nullable Runnable next;

    /** Before the next call of this kind. */
    public Meanwhile(Class<? extends SdkRequest> kind) {
        this.kind = kind;
    }

    /** What is to happen; the calls it makes itself are let through. */
    public void happens(Runnable what) {
        next = what;
    }

    /** Whether it has happened. */
    public boolean hasHappened() {
        return next == null;
    }

    @Override
    public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
        Runnable due = next;
        if (due != null && kind.isInstance(context.request())) {
            next = null;
            due.run();
        }
    }
}
