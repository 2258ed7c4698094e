package dev.statecraft.access.key;

import dev.statecraft.access.AccessConfig;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import org.jboss.logging.Logger;

/**
 * Logs a warning at every start of the packaged artifact if anonymous calls are accepted. Reads only the configuration:
 * most functions need no {@link KeyService} at their start.
 */
@ApplicationScoped
public class AnonymousAccessWarning {

    private static final Logger LOG = Logger.getLogger(AnonymousAccessWarning.class);

    private final AccessConfig config;

    @Inject
    public AnonymousAccessWarning(AccessConfig config) {
        this.config = config;
    }

    void warn(@Observes StartupEvent start) {
        if (!KeyService.isDevelopment() && config.anonymous().orElse(false)) {
            LOG.warn("Requests need no API key: statecraft.access.anonymous is true");
        }
    }
}
