package dev.statecraft.entry;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithParentName;
import java.util.Optional;

/** The state machine that drives runs of migrations. */
@ConfigMapping(prefix = "statecraft.migration-machine")
public interface MigrationMachineConfig {

    /** Its ARN; where there is none, as on a developer's machine, somebody else drives them. */
    @WithParentName
    Optional<String> arn();
}
