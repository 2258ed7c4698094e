package dev.statecraft.testing.history;

import org.jspecify.annotations.Nullable;

/**
 * One call of a client in a recorded history. Instants are logical: positions in the order in which the recorder saw
 * the calls begin and end. Two operations are concurrent unless one returned before the other was invoked.
 *
 * @param process the client; it makes one call at a time
 * @param invoked when the call began
 * @param returned when it was answered; {@link #NEVER} if its outcome is unknown
 * @param input the request
 * @param output the answer; null if the outcome is unknown. Such an operation took effect once at any time after
 *     {@code invoked}, or never.
 */
public record Operation<I, O>(
        String process,
        long invoked,
        long returned,
        I input,
        @Nullable O output) {

    /** The instant of an answer that never came. */
    public static final long NEVER = Long.MAX_VALUE;

    /** Checks the order of the instants. */
    public Operation {
        if (invoked >= returned) {
            throw new IllegalArgumentException("answered at " + returned + ", invoked at " + invoked);
        }
    }

    /** An answered operation. */
    public static <I, O> Operation<I, O> answered(String process, long invoked, long returned, I input, O output) {
        return new Operation<>(process, invoked, returned, input, output);
    }

    /** An operation whose outcome is unknown: the client died, timed out, or got an error that leaves it open. */
    public static <I, O> Operation<I, O> unknown(String process, long invoked, I input) {
        return new Operation<>(process, invoked, NEVER, input, null);
    }

    /** Whether this operation was answered before the other one was invoked. */
    public boolean before(Operation<?, ?> other) {
        return returned < other.invoked;
    }
}
