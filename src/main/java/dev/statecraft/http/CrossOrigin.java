package dev.statecraft.http;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.CorsHandler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * CORS: the origins whose pages may call the API from a browser; none by default. A request of another origin gets a
 * response without CORS headers, so the browser does not pass the response to the page.
 */
@ApplicationScoped
public class CrossOrigin {

    /** After the filters that add headers to every response, before the filters that reject requests. */
    private static final int ORDER = 150_000;

    private static final int PREFLIGHT_CACHE_SECONDS = 600;

    private final Set<String> origins;
    private final CorsHandler cors;

    /**
     * Reads the configuration.
     *
     * @param origins origins of the pages that may call the API from a browser, such as {@code https://game.example};
     *     without it, only pages of the API's own origin may. The parameter {@code CorsOrigins} of the stack sets it
     */
    @Inject
    public CrossOrigin(@ConfigProperty(name = "statecraft.cors.origins") Optional<List<String>> origins) {
        this.origins = Set.copyOf(origins.orElse(List.of()));
        this.cors = CorsHandler.create()
                .addOrigins(List.copyOf(this.origins))
                .allowedMethods(
                        Set.of(HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE))
                .allowedHeaders(Set.of("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match"))
                .exposedHeaders(Set.of("ETag", "Idempotent-Replayed", "Location", "Retry-After"))
                .maxAgeSeconds(PREFLIGHT_CACHE_SECONDS);
    }

    void filters(@Observes Filters filters) {
        if (!origins.isEmpty()) {
            filters.register(this::handle, ORDER);
        }
    }

    private void handle(RoutingContext request) {
        String origin = request.request().getHeader("Origin");
        if (origin != null && origins.contains(origin)) {
            cors.handle(request);
        } else {
            request.next();
        }
    }
}
