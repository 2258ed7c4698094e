package dev.statecraft.access;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;

/**
 * Keeps a deployment from being open by oversight. As long as there are no keys to check, the packaged artifact starts
 * only where somebody has written down that everyone may call it.
 */
@ApplicationScoped
public class OpenDoorGuard {

    private final AccessConfig config;

    @Inject
    public OpenDoorGuard(AccessConfig config) {
        this.config = config;
    }

    void check(@Observes @Priority(1) StartupEvent start) {
        check(LaunchMode.current());
    }

    /** Throws, which ends the start, if this is the packaged artifact and nobody has opened it. */
    void check(LaunchMode mode) {
        if (!mode.isDevOrTest() && !config.anonymous().orElse(false)) {
            throw new IllegalStateException("Statecraft does not start: set STATECRAFT_ACCESS_ANONYMOUS=true to run it,"
                    + " which lets everyone who can reach it read and change everything.");
        }
    }
}
