package dev.statecraft.lambda;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.amazon.lambda.runtime.AmazonLambdaMapperRecorder;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.literal.NamedLiteral;
import jakarta.interceptor.Interceptor;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Prepares the first event of a function during its start. Lambda runs the start of an instance at full speed, and the
 * first event at the function's share of a core. The handler of the function, and no other, reads an event without
 * effects from JSON, processes it and writes the result as JSON.
 *
 * <p>Runs before the runtime asks for the first event. A failure is logged; the first event then does the work itself.
 */
@ApplicationScoped
public class Priming {

    private static final Logger LOG = Logger.getLogger(Priming.class);

    private final Instance<RequestHandler<?, ?>> handlers;
    private final PrimingConfig config;
    private final String selected;
    private final Optional<String> runtime;

    /**
     * @param selected name of the function's handler
     * @param runtime address of Lambda's Runtime API; empty elsewhere
     */
    Priming(
            @Any Instance<RequestHandler<?, ?>> handlers,
            PrimingConfig config,
            @ConfigProperty(name = "quarkus.lambda.handler") String selected,
            @ConfigProperty(name = "AWS_LAMBDA_RUNTIME_API") Optional<String> runtime) {
        this.handlers = handlers;
        this.config = config;
        this.selected = selected;
        this.runtime = runtime;
    }

    /** Last of the observers, so that the beans are ready. */
    void start(@Observes @Priority(Interceptor.Priority.PLATFORM_AFTER) StartupEvent start) {
        if (config.priming() && runtime.isPresent()) {
            prime(selected);
        }
    }

    /** Prepares the first event of a handler. Cost: that of {@link PrimedHandler#prime}. */
    void prime(String name) {
        Instance<RequestHandler<?, ?>> named = handlers.select(NamedLiteral.of(name));
        if (!named.isResolvable() || !(named.get() instanceof PrimedHandler<?, ?> handler)) {
            return;
        }
        try {
            prime(handler);
        } catch (JsonProcessingException | RuntimeException e) {
            LOG.warnf(e, "The first event could not be prepared: handler=%s", name);
        }
    }

    private static <I> void prime(PrimedHandler<I, ?> handler) throws JsonProcessingException {
        // The mapper of Lambda's events, which caches how the types are read and written.
        ObjectMapper json = AmazonLambdaMapperRecorder.objectMapper;
        I event = json.readValue(handler.primingEvent(), handler.eventType());
        String result = json.writeValueAsString(handler.prime(event));
        LOG.debugf("The first event is prepared: result=%s", result);
    }
}
