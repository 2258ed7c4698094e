package dev.statecraft.combining;

import dev.statecraft.table.TransactionWrites;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Decides waiting requests in order and writes their results in one transaction. Implemented by the owner of the items.
 *
 * @param <T> the result of a request
 */
@FunctionalInterface
public interface Round<T> {

    /**
     * Decides and writes the first of the intents, as many as one transaction can contain and at least one.
     *
     * @param intents intents with a payload, in order
     * @param queue makes the write of the queue's state, which must be part of the write
     */
    RoundResult<T> combine(List<Intent> intents, QueueWrite queue);

    /** Result of a round. Variants are listed in order of precedence. */
    sealed interface RoundResult<T> {}

    /** Another writer won the race. Nothing was written. */
    record Lost<T>() implements RoundResult<T> {}

    /**
     * The round was written.
     *
     * @param results results of the first intents, in order
     */
    record Combined<T>(List<T> results) implements RoundResult<T> {

        /** Copies the results. */
        public Combined {
            results = List.copyOf(results);
        }
    }

    /**
     * The write of the queue's state.
     *
     * @param inTransaction the write for the transaction, from the outcomes of the first intents
     * @param alone writes the outcomes if there is nothing else to write; false if another writer won the race
     */
    record QueueWrite(Function<List<ByteBuffer>, TransactionWrites> inTransaction, Predicate<List<ByteBuffer>> alone) {}
}
