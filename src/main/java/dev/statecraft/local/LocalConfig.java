package dev.statecraft.local;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Configuration of dev mode and tests. */
@ConfigMapping(prefix = "statecraft.local")
public interface LocalConfig {

    /** Port of DynamoDB Local in dev mode. Tests use a free port. */
    @WithDefault("8000")
    int dynamodbPort();

    /** Directory in which dev mode stores its data, relative to the project; without it, data is kept in memory. */
    Optional<String> data();

    /** Whether stream records are delivered to functions. */
    @WithDefault("true")
    boolean pump();

    /** Whether schedules call their functions on time; false in tests, which trigger them explicitly. */
    @WithDefault("true")
    boolean scheduler();

    /** Interval between reads of a stream without new records. */
    @WithDefault("100ms")
    Duration streamPoll();

    /**
     * The interval doubles up to this bound while a stream has no new records and the application gets no request that
     * may write some.
     */
    @WithDefault("2s")
    Duration longestStreamPoll();

    /**
     * Longest wait before a failed batch of stream records is delivered again. The wait starts at 100 ms and doubles with
     * each consecutive failure.
     */
    @WithDefault("10s")
    Duration longestBackOff();

    /** Path of a SAM template to use instead of the project's; a system property. */
    Optional<String> template();

    /** Path of another file with the class path of DynamoDB Local; a system property. */
    Optional<String> tools();
}
