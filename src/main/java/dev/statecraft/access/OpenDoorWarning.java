package dev.statecraft.access;

import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import org.jboss.logging.Logger;

/** Logs a warning at every start of the packaged artifact if anonymous calls are accepted. */
@ApplicationScoped
public class OpenDoorWarning {

    private static final Logger LOG = Logger.getLogger(OpenDoorWarning.class);

    private final KeyService keys;

    @Inject
    public OpenDoorWarning(KeyService keys) {
        this.keys = keys;
    }

    void warn(@Observes StartupEvent start) {
        if (!KeyService.isDevelopment() && keys.allowsAnonymous()) {
            LOG.warn("Requests need no API key: statecraft.access.anonymous is true");
        }
    }
}
