package dev.statecraft.local;

import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Runs an action once, immediately before the next call of a kind reaches the database. */
public final class Meanwhile implements ExecutionInterceptor {

    private final List<Class<? extends SdkRequest>> kinds;
    private @Nullable Runnable next;

    /** Runs the action before the next call of one of these kinds. */
    public Meanwhile(List<Class<? extends SdkRequest>> kinds) {
        this.kinds = List.copyOf(kinds);
    }

    /** Sets the action; its own calls are not intercepted. */
    public void happens(Runnable what) {
        next = what;
    }

    /** Whether the action has run. */
    public boolean hasHappened() {
        return next == null;
    }

    @Override
    public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
        Runnable due = next;
        if (due != null && kinds.stream().anyMatch(kind -> kind.isInstance(context.request()))) {
            next = null;
            due.run();
        }
    }
}
