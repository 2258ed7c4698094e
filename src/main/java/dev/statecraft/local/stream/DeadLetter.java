package dev.statecraft.local.stream;

import org.jspecify.annotations.Nullable;

/**
 * Stream records that were given up, as Lambda reports them to an on-failure destination: where they are, and not what
 * is in them.
 *
 * @param function logical id of the function that could not handle them
 * @param destination logical id of the on-failure destination in the template, or null where it names none
 * @param records how many they are
 */
public record DeadLetter(
        String function,
        @Nullable String destination,
        Condition condition,
        String shardId,
        String firstSequenceNumber,
        String lastSequenceNumber,
        int records) {

    /** Why they were given up. */
    public enum Condition {
        RETRY_ATTEMPTS_EXHAUSTED,
        RECORD_AGE_EXCEEDED
    }
}
