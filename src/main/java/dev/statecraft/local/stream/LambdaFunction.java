package dev.statecraft.local.stream;

import org.jspecify.annotations.Nullable;

/** A function as Lambda sees it: an event goes in as JSON, an answer comes out as JSON, or it fails. */
@FunctionalInterface
public interface LambdaFunction {

    /**
     * Calls the function once.
     *
     * @return its answer, or null where it has none
     * @throws Exception whatever the function throws; the call has failed then
     */
    @Nullable String invoke(String eventJson) throws Exception;
}
