package dev.statecraft.http;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Map;

/**
 * What every answer tells browsers, unless it says something of its own: that it is no page and nothing in it is to be run,
 * guessed at, shown in a frame or kept, and that the API is spoken to over TLS only.
 */
@ApplicationScoped
public class SecurityHeaders {

    /** Before everything else, so that nothing is answered without. */
    private static final int FIRST = 200_000;

    /** Tools of a developer's machine, which are pages of somebody else. */
    private static final String TOOLS = "/q/";

    private static final String HEALTH = "/q/health";

    private static final String CACHE_CONTROL = "Cache-Control";

    /** The same for every answer of the API. */
    public static final Map<String, String> ALWAYS = Map.of(
            "X-Content-Type-Options", "nosniff",
            "Referrer-Policy", "no-referrer",
            "Strict-Transport-Security", "max-age=63072000; includeSubDomains",
            "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");

    void filters(@Observes Filters filters) {
        filters.register(SecurityHeaders::begin, FIRST);
    }

    private static void begin(RoutingContext request) {
        String path = request.request().path();
        if (path == null || !path.startsWith(TOOLS) || path.startsWith(HEALTH)) {
            request.addHeadersEndHandler(end -> add(request.response().headers()));
        }
        request.next();
    }

    /** Adds what an answer does not say by itself. */
    static void add(MultiMap headers) {
        ALWAYS.forEach((name, value) -> {
            if (!headers.contains(name)) {
                headers.set(name, value);
            }
        });
        if (!headers.contains(CACHE_CONTROL)) {
            // What has a tag may be kept by who asked, and is asked for each time.
            headers.set(CACHE_CONTROL, headers.contains("ETag") ? "private, no-cache" : "no-store");
        }
    }
}
