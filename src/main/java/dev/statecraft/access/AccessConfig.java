package dev.statecraft.access;

import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/** Who is let in. */
@ConfigMapping(prefix = "statecraft.access")
public interface AccessConfig {

    /**
     * Whether calls without a key are let in. If it is not said, they are on a developer's machine and in tests, and
     * never in the packaged artifact, whatever profile that runs with.
     */
    Optional<Boolean> anonymous();

    /** A key that is let in on a developer's machine and in tests, and ignored by the packaged artifact. */
    Optional<String> developmentKey();
}
