package dev.statecraft.local.stream;

import org.jspecify.annotations.Nullable;

/**
 * Stream records that were discarded, as Lambda reports them to an on-failure destination: their position, not their
 * content.
 *
 * @param function logical id of the function that failed
 * @param destination logical id of the on-failure destination in the template, or null if there is none
 * @param records number of records
 */
public record DeadLetter(
        String function,
        @Nullable String destination,
        Condition condition,
        String shardId,
        String firstSequenceNumber,
        String lastSequenceNumber,
        int records) {

    /** Why the records were discarded. */
    public enum Condition {
        RETRY_ATTEMPTS_EXHAUSTED,
        RECORD_AGE_EXCEEDED
    }
}
