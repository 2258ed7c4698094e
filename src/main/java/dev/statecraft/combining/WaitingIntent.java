package dev.statecraft.combining;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a waiting writer knows of its queue. A writer combines if it is named as next by the last write, or if it is the
 * oldest one that is left of those it has seen. So exactly one writer combines as long as none dies and clocks agree.
 */
final class WaitingIntent {

    private final Intent own;
    private final long patienceNanos;
    private long generation = -1;
    private long changedAtNanos;
    private @Nullable List<Intent> seen;

    /**
     * A writer that begins to wait.
     *
     * @param patienceNanos the writer takes over if nothing is written for this time
     */
    WaitingIntent(Intent own, long patienceNanos, long nowNanos) {
        this.own = own;
        this.patienceNanos = patienceNanos;
        this.changedAtNanos = nowNanos;
    }

    /** Records the state of the queue at a time. */
    void saw(QueueState state, long nowNanos) {
        if (state.generation() != generation) {
            generation = state.generation();
            changedAtNanos = nowNanos;
        }
    }

    /** Records the intents of the queue that may be waiting. */
    void saw(List<Intent> intents) {
        seen = List.copyOf(intents);
    }

    /** The intent of the writer. */
    Intent own() {
        return own;
    }

    /** Whether the writer has to read the intents to know whether it is first. */
    boolean needsIntents(QueueState state) {
        return seen == null && state.next() == 0;
    }

    /** Whether the writer is the one that combines next. */
    boolean isFirst(QueueState state) {
        if (state.next() != 0) {
            return state.next() == own.writer();
        }
        List<Intent> known = seen;
        return known != null
                && state.waiting(known).stream()
                        .findFirst()
                        .filter(first -> first.writer() == own.writer())
                        .isPresent();
    }

    /** Whether nothing was written for so long that the writer that is first has probably stopped. */
    boolean takesOver(long nowNanos) {
        return nowNanos - changedAtNanos > patienceNanos;
    }

    /** Begins to wait again. */
    void restart(long nowNanos) {
        changedAtNanos = nowNanos;
    }
}
