package dev.statecraft.lambda;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Configuration of the start of a function. */
@ConfigMapping(prefix = "statecraft.lambda")
public interface PrimingConfig {

    /**
     * Whether a function prepares its first event at its start: opens a connection to DynamoDB, and takes an event without
     * effects through the selected handler. Only on Lambda, where the start is not throttled and the first event is; dev mode
     * has no use for it.
     */
    @WithDefault("true")
    boolean priming();
}
