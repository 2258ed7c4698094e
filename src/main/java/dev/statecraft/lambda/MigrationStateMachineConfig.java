package dev.statecraft.lambda;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithParentName;
import java.util.Optional;

/** The state machine that drives runs of migrations. */
@ConfigMapping(prefix = "statecraft.migration-machine")
public interface MigrationStateMachineConfig {

    /** Its ARN; where there is none, as on a developer's machine, somebody else drives them. */
    @WithParentName
    Optional<String> arn();
}
