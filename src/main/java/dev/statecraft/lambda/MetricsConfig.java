package dev.statecraft.lambda;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Metrics for CloudWatch. */
@ConfigMapping(prefix = "statecraft.metrics")
public interface MetricsConfig {

    /** Whether each call of a function writes its metrics to the log, where CloudWatch finds them. */
    @WithDefault("false")
    boolean enabled();

    /** The function that the metrics are told of. */
    @WithDefault("local")
    String function();
}
