package dev.statecraft.lambda;

/**
 * A handler that can do before its first event what an event makes it do, so that no caller waits for it: load classes,
 * create beans and caches, connect to DynamoDB.
 *
 * @param <I> type of its events
 * @param <O> type of its results
 */
interface PrimedHandler<I, O> {

    /** The type as which an event is read. */
    Class<I> eventType();

    /** An event of the same form as those of AWS, as JSON. */
    String primingEvent();

    /**
     * Takes the path of an event as far as it has no effect: it stores nothing, and counts in no metric and no limit.
     * Cost: at most 2 read units or 1 write unit.
     *
     * @param event the event of {@link #primingEvent()}
     * @return a result, which is only written as JSON
     */
    O prime(I event);
}
