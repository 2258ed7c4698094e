package dev.statecraft.local.stream;

import org.jspecify.annotations.Nullable;

/** A Lambda function with JSON input and output. */
@FunctionalInterface
public interface LambdaFunction {

    /**
     * Calls the function.
     *
     * @return the result, or null if there is none
     * @throws Exception any exception of the function; the call has failed
     */
    @Nullable String invoke(String eventJson) throws Exception;
}
