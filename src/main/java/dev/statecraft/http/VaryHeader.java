package dev.statecraft.http;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Adds the header {@code Vary} (RFC 9110, section 12.5.5), which names the request headers that a response depends on,
 * so that caches store its variants separately. Every response of a media type that is compressed on request depends on
 * {@code Accept-Encoding}, including small responses and the corresponding 304. If other origins may call the API,
 * every response depends on {@code Origin}.
 */
@ApplicationScoped
public class VaryHeader {

    public static final String ACCEPT_ENCODING = "accept-encoding";

    private static final String ORIGIN = "origin";
    private static final int NOT_MODIFIED = 304;

    /** Before all handlers that respond. */
    private static final int ORDER = 190_000;

    private final Set<String> compressed;
    private final boolean origins;

    @Inject
    public VaryHeader(
            @ConfigProperty(name = "quarkus.http.compress-media-types") List<String> compressed,
            @ConfigProperty(name = "statecraft.cors.origins") Optional<List<String>> origins) {
        this.compressed = Set.copyOf(compressed);
        this.origins = origins.filter(named -> !named.isEmpty()).isPresent();
    }

    void filters(@Observes Filters filters) {
        filters.register(this::register, ORDER);
    }

    private void register(RoutingContext request) {
        request.addHeadersEndHandler(end -> add(request.response()));
        request.next();
    }

    private void add(HttpServerResponse response) {
        MultiMap headers = response.headers();
        List<String> before = headers.getAll(HttpHeaders.VARY);
        Set<String> names = before.isEmpty() ? new LinkedHashSet<>() : new LinkedHashSet<>(names(before));
        if (response.getStatusCode() == NOT_MODIFIED || isCompressed(headers.get(HttpHeaders.CONTENT_TYPE))) {
            names.add(ACCEPT_ENCODING);
        }
        if (origins) {
            names.add(ORIGIN);
        }
        if (!names.isEmpty()) {
            headers.set(HttpHeaders.VARY, String.join(", ", names));
        }
    }

    private boolean isCompressed(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        int end = contentType.indexOf(';');
        String type = end < 0 ? contentType : contentType.substring(0, end);
        return compressed.contains(type.strip().toLowerCase(Locale.ROOT));
    }

    /** The names in the values of a list header, in lower case. */
    static List<String> names(List<String> values) {
        return values.stream()
                .flatMap(value -> List.of(value.split(",", -1)).stream())
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .filter(name -> !name.isEmpty())
                .toList();
    }
}
