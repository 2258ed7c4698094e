package dev.statecraft.testing.fault;

import dev.statecraft.testing.fault.CallTrace.TracedCall;
import org.jspecify.annotations.Nullable;

/**
 * A call between the first and the last hook.
 *
 * @param resent whether this is the second attempt of the SDK
 */
record FaultyCall(Decision decision, long startNanos, TracedCall traced, boolean resent) {

    /** What happens to a call. */
    record Decision(
            int call,
            int write,
            @Nullable FaultKind fault,
            boolean afterEffect,
            long pauseNanos,
            long latencyNanos,
            @Nullable Runnable action) {}

    /** When the attempt ends, by the ticker. */
    long endNanos() {
        return startNanos + decision.latencyNanos() + decision.pauseNanos();
    }

    /** The second attempt of this call, which takes as long as the first one. */
    FaultyCall again(long nowNanos) {
        return new FaultyCall(decision, nowNanos, traced, true);
    }

    /** The outcome of this call in a trace. */
    String outcome(String answer) {
        return resent ? answer + ", " + FaultKind.RESENT : answer;
    }
}
