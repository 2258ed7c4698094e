package dev.statecraft.http;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Map;

/**
 * Adds default security headers to every response: browsers must not run, sniff, frame or cache it, and must use the
 * API over TLS only.
 */
@ApplicationScoped
public class SecurityHeaders {

    /** Before all other filters, so that every response has the headers. */
    private static final int FIRST = 200_000;

    /** Prefix of the dev mode tools, whose pages have headers of their own. */
    private static final String TOOLS = "/q/";

    private static final String HEALTH = "/q/health";

    private static final String CACHE_CONTROL = "Cache-Control";

    /** Headers of every API response. */
    public static final Map<String, String> ALWAYS = Map.of(
            "X-Content-Type-Options", "nosniff",
            "Referrer-Policy", "no-referrer",
            "Strict-Transport-Security", "max-age=63072000; includeSubDomains",
            "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");

    void filters(@Observes Filters filters) {
        filters.register(SecurityHeaders::register, FIRST);
    }

    private static void register(RoutingContext request) {
        String path = request.request().path();
        if (path == null || !path.startsWith(TOOLS) || path.startsWith(HEALTH)) {
            request.addHeadersEndHandler(end -> add(request.response().headers()));
        }
        request.next();
    }

    /** Adds the headers that a response does not set itself. */
    static void add(MultiMap headers) {
        ALWAYS.forEach((name, value) -> {
            if (!headers.contains(name)) {
                headers.set(name, value);
            }
        });
        if (!headers.contains(CACHE_CONTROL)) {
            // The client may cache a response with an entity tag, but must revalidate it every time.
            headers.set(CACHE_CONTROL, headers.contains("ETag") ? "private, no-cache" : "no-store");
        }
    }
}
