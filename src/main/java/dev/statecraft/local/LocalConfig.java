package dev.statecraft.local;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** How a developer's machine plays the deployment; only known in dev mode and tests. */
@ConfigMapping(prefix = "statecraft.local")
public interface LocalConfig {

    /** The port of DynamoDB Local in dev mode. Tests take a free one. */
    @WithDefault("8000")
    int dynamodbPort();

    /** The directory dev mode keeps its data in between runs, relative to the project; in memory only if absent. */
    Optional<String> data();

    /** Whether stream handlers are called. */
    @WithDefault("true")
    boolean pump();

    /** Whether schedules call their handlers by the clock; off in tests, which trigger them by hand. */
    @WithDefault("true")
    boolean scheduler();

    /** Between looks at a stream that had nothing new. */
    @WithDefault("100ms")
    Duration streamPoll();

    /** Another SAM template than the project's, as a system property. */
    Optional<String> template();

    /** Another file with the class path of DynamoDB Local, as a system property. */
    Optional<String> tools();
}
