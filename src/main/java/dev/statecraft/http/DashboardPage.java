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
 * The dashboard beside the API. The page is made of the files under {@code META-INF/resources}, which the HTTP server
 * answers itself, to everybody; it knows nothing but what it reads from the API with the key of who looks at it. Added
 * here are what a browser is to keep it from, and where it finds the socket.
 */
@ApplicationScoped
public class DashboardPage {

    /** What the page and its parts are called. */
    private static final String PAGE = "/";

    private static final String PARTS = "/dashboard/";
    private static final String SETTINGS = PARTS + "settings";

    /** Before the files are looked for, after bodies were refused for their length. */
    private static final int EARLY = 90_000;

    /** How long a part of the page is used without asking for it again; the page itself is always asked for. */
    private static final int PARTS_KEPT_SECONDS = 300;

    private final SocketConfig socket;
    private final ObjectMapper mapper;

    @Inject
    public DashboardPage(SocketConfig socket, ObjectMapper mapper) {
        this.socket = socket;
        this.mapper = mapper;
    }

    void filters(@Observes Filters filters) {
        filters.register(this::addHeaders, EARLY);
    }

    void routes(@Observes Router router) {
        router.route(HttpMethod.GET, SETTINGS).handler(this::answerSettings);
    }

    private void addHeaders(RoutingContext request) {
        String path = request.normalizedPath();
        if (path.equals(PAGE) || path.startsWith(PARTS)) {
            HttpServerResponse response = request.response();
            response.putHeader("Content-Security-Policy", contentSecurityPolicy());
            response.putHeader("X-Content-Type-Options", "nosniff");
            response.putHeader("Referrer-Policy", "no-referrer");
            response.putHeader("Cross-Origin-Opener-Policy", "same-origin");
            boolean kept = path.startsWith(PARTS) && !path.equals(SETTINGS);
            response.putHeader(HttpHeaders.CACHE_CONTROL, kept ? "max-age=" + PARTS_KEPT_SECONDS : "no-cache");
        }
        request.next();
    }

    /**
     * Nothing runs, is loaded or is sent to anywhere but what belongs to the page; text can never become markup, as no
     * trusted type may be made.
     */
    private String contentSecurityPolicy() {
        String elsewhere = socket.url()
                .map(url -> " " + url.getScheme() + "://" + url.getRawAuthority())
                .orElse("");
        return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'" + elsewhere
                + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
                + "; require-trusted-types-for 'script'; trusted-types 'none'";
    }

    private void answerSettings(RoutingContext request) {
        String url = socket.url().map(URI::toString).orElse(null);
        request.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .end(mapper.createObjectNode().put("socketUrl", url).toString());
    }
}
