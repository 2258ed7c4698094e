package dev.statecraft.lambda;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithParentName;
import java.util.Optional;

/** Configuration of the state machine that drives migration runs. */
@ConfigMapping(prefix = "statecraft.migration-machine")
public interface MigrationStateMachineConfig {

    /**
     * ARN of the state machine that drives migration runs; template.yaml sets it. Without it, as in dev mode, the
     * application itself drives the runs.
     */
    @WithParentName
    Optional<String> arn();
}
