package dev.statecraft.access.key;

import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import org.jboss.logging.Logger;

/** Logs a warning at every start of the packaged artifact if anonymous calls are accepted. */
@ApplicationScoped
public class AnonymousAccessWarning {

    private static final Logger LOG = Logger.getLogger(AnonymousAccessWarning.class);

    private final KeyService keys;

    @Inject
    public AnonymousAccessWarning(KeyService keys) {
        this.keys = keys;
    }

    void warn(@Observes StartupEvent start) {
        if (!KeyService.isDevelopment() && keys.allowsAnonymous()) {
            LOG.warn("Requests need no API key: statecraft.access.anonymous is true");
        }
    }
}
