package dev.statecraft.lambda;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Configuration of the CloudWatch metrics. */
@ConfigMapping(prefix = "statecraft.metrics")
public interface MetricsConfig {

    /**
     * Whether each function call writes its metrics to the log, from which CloudWatch extracts them; template.yaml
     * enables it.
     */
    @WithDefault("false")
    boolean enabled();

    /** Name of the stack, the dimension of the metrics. */
    @WithDefault("local")
    String stack();

    /** Name of the function, a field of each log line with metrics. */
    @WithDefault("local")
    String function();
}
