package dev.statecraft.access;

import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import org.jboss.logging.Logger;

/** Says at every start of the packaged artifact if everyone may call it, so that nobody overlooks it for long. */
@ApplicationScoped
public class OpenDoorWarning {

    private static final Logger LOG = Logger.getLogger(OpenDoorWarning.class);

    private final KeyService keys;

    @Inject
    public OpenDoorWarning(KeyService keys) {
        this.keys = keys;
    }

    void warn(@Observes StartupEvent start) {
        if (!KeyService.isDevelopment() && keys.isOpen()) {
            LOG.warn("Requests need no API key: statecraft.access.anonymous is true");
        }
    }
}
