package dev.statecraft.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.net.URI;

/**
 * The dashboard. The HTTP server serves its files from {@code META-INF/resources} without a credential; the page reads
 * all data from the API with the credential that its user enters. This class adds the browser security headers, the
 * cache headers, and the settings with the address of the socket.
 */
@ApplicationScoped
public class DashboardPage {

    /** Path of the page. */
    private static final String PAGE = "/";

    private static final String PARTS = "/dashboard/";
    private static final String SETTINGS = PARTS + "settings";

    /** Before the file handler, after bodies are rejected for their length. */
    private static final int ORDER = 90_000;

    /** How long browsers cache the files of the page; the page itself is always revalidated. */
    private static final int PARTS_CACHE_SECONDS = 300;

    private final SocketConfig socket;
    private final ObjectMapper mapper;

    @Inject
    public DashboardPage(SocketConfig socket, ObjectMapper mapper) {
        this.socket = socket;
        this.mapper = mapper;
    }

    void filters(@Observes Filters filters) {
        filters.register(this::addHeaders, ORDER);
    }

    void routes(@Observes Router router) {
        router.route(HttpMethod.GET, SETTINGS).handler(this::sendSettings);
    }

    private void addHeaders(RoutingContext request) {
        String path = request.normalizedPath();
        if (path.equals(PAGE) || path.startsWith(PARTS)) {
            HttpServerResponse response = request.response();
            response.putHeader("Content-Security-Policy", contentSecurityPolicy());
            response.putHeader("X-Content-Type-Options", "nosniff");
            response.putHeader("Referrer-Policy", "no-referrer");
            response.putHeader("Cross-Origin-Opener-Policy", "same-origin");
            boolean cached = path.startsWith(PARTS) && !path.equals(SETTINGS);
            response.putHeader(HttpHeaders.CACHE_CONTROL, cached ? "max-age=" + PARTS_CACHE_SECONDS : "no-cache");
        }
        request.next();
    }

    /**
     * Allows scripts, styles, images and connections of the page's own origin and of the socket only. Forbids trusted
     * types, so no script can turn text into markup.
     */
    private String contentSecurityPolicy() {
        String socketOrigin = socket.url()
                .map(url -> " " + url.getScheme() + "://" + url.getRawAuthority())
                .orElse("");
        return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"
                + socketOrigin
                + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
                + "; require-trusted-types-for 'script'; trusted-types 'none'";
    }

    private void sendSettings(RoutingContext request) {
        String url = socket.url().map(URI::toString).orElse(null);
        request.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end(mapper.createObjectNode().put("socketUrl", url).toString());
    }
}
