package dev.statecraft.combining;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Configuration of combined writes of items that many instances write. */
@ConfigMapping(prefix = "statecraft.combining")
public interface CombiningConfig {

    /** How long an instance submits intents for the same items after it met other writers. */
    @WithDefault("3s")
    Duration busyFor();

    /** Maximum size of an intent in bytes. Larger requests are not combined: their instance writes them alone. */
    @WithDefault("8192")
    int intentBytes();

    /** Maximum number of intents in a combined write. */
    @WithDefault("96")
    int intentsPerWrite();

    /** Shortest pause between two reads of a waiting instance. */
    @WithDefault("8ms")
    Duration poll();

    /** Longest pause between two reads of a waiting instance. */
    @WithDefault("60ms")
    Duration longestPoll();

    /**
     * A waiting instance combines although it is not first if nothing was written for this time, or up to twice as long.
     */
    @WithDefault("300ms")
    Duration takeoverAfter();

    /**
     * Maximum time that an instance waits for a combined write; then it withdraws its intent. A commit fails with 503 then;
     * scores, matches and events are written by their instance alone.
     */
    @WithDefault("5s")
    Duration longestWait();

    /**
     * How long outcomes and intents are stored. Longer than DynamoDB accepts a delayed request, whose signature is valid
     * for 5 minutes, so a delayed duplicate of an intent has no effect.
     */
    @WithDefault("15m")
    Duration retention();
}
