package dev.statecraft.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Handles requests that do not reach a resource, so that their errors are {@link Problem}s as well: ambiguous targets
 * ({@link RequestTarget}), bodies with a too large {@code Content-Length}, paths without a resource, and faults outside
 * of resources.
 */
@ApplicationScoped
public class HttpErrors {

    /** Before all other filters that read the request. */
    private static final int LENGTH_ORDER = 100_000;

    /**
     * After the filters that add headers to every response, including CORS, and before all filters that read the path.
     */
    private static final int TARGET_ORDER = 140_000;

    /** The only path outside the resources that reads a parameter. */
    private static final String DOCUMENT = "/openapi";

    private static final int UNAUTHORIZED = 401;
    private static final String FORMAT = "format";
    private static final Set<String> FORMATS = Set.of("json", "yaml");

    private final ObjectMapper mapper;
    private final long limitBytes;
    private final FailureProblems failures;

    @Inject
    public HttpErrors(
            ObjectMapper mapper,
            @ConfigProperty(name = "statecraft.limits.body-bytes") long limitBytes,
            FailureProblems failures) {
        this.mapper = mapper;
        this.limitBytes = limitBytes;
        this.failures = failures;
    }

    void filters(@Observes Filters filters) {
        filters.register(this::rejectTarget, TARGET_ORDER);
        filters.register(this::rejectLongBody, LENGTH_ORDER);
    }

    void failures(@Observes Router router) {
        router.route().order(-LENGTH_ORDER).failureHandler(this::handleFailure);
        // A path that cannot be decoded matches no route, not even a failure handler.
        router.errorHandler(400, this::handleFailure);
        router.errorHandler(404, this::handleFailure);
    }

    /** Applies to every path: the API, the dashboard, the OpenAPI document, health checks and socket handshakes. */
    private void rejectTarget(RoutingContext request) {
        if (hasUnknownTransferCoding(request)) {
            // The end of the body is unknown, so the connection cannot be used for further requests.
            request.response().putHeader(HttpHeaders.CONNECTION, "close");
            request.addEndHandler(sent -> request.request().connection().close());
            send(request, Problem.badRequest("Transfer-Encoding", "The only supported transfer coding is chunked."));
            return;
        }
        Optional<String> fault = RequestTarget.fault(request.request().uri());
        if (fault.isPresent()) {
            sendAfterBody(request, Problem.badRequest(null, fault.get()));
            return;
        }
        String format =
                DOCUMENT.equals(request.request().path()) ? request.request().getParam(FORMAT) : null;
        if (format != null && !FORMATS.contains(format.toLowerCase(Locale.ROOT))) {
            sendAfterBody(request, Problem.badRequest(FORMAT, "The parameter " + FORMAT + " must be json or yaml."));
            return;
        }
        request.next();
    }

    private static boolean hasUnknownTransferCoding(RoutingContext request) {
        List<String> codings = VaryHeader.names(request.request().headers().getAll(HttpHeaders.TRANSFER_ENCODING));
        return !codings.isEmpty() && !codings.equals(List.of("chunked"));
    }

    /** {@code RequestBody} limits bodies without a {@code Content-Length} and compressed bodies. */
    private void rejectLongBody(RoutingContext request) {
        String length = request.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null || lengthOf(length) <= limitBytes) {
            request.next();
            return;
        }
        sendAfterBody(request, Problem.tooLarge(limitBytes));
    }

    /**
     * Responds after the client has sent its body, which is discarded. A response and close during the upload would
     * reset the connection before the client has read the response. A client that sends {@code Expect} gets the
     * response immediately.
     */
    private void sendAfterBody(RoutingContext request, Problem problem) {
        if (request.request().getHeader(HttpHeaders.EXPECT) != null) {
            request.response().putHeader(HttpHeaders.CONNECTION, "close");
            send(request, problem);
        } else {
            request.request().endHandler(end -> send(request, problem));
            request.request().resume();
        }
    }

    private static long lengthOf(String header) {
        try {
            return Long.parseLong(header);
        } catch (NumberFormatException e) {
            // The number exceeds a long; the server has already rejected everything that is not a number.
            return Long.MAX_VALUE;
        }
    }

    private void handleFailure(RoutingContext request) {
        if (request.response().ended() || request.response().headWritten()) {
            request.next();
            return;
        }
        Throwable failure = request.failure();
        int status = request.statusCode();
        if (failure instanceof ProblemException rejected) {
            send(request, rejected.problem());
        } else if (failure instanceof RejectedExecutionException) {
            // All worker threads are busy.
            send(request, Problem.unavailable(1));
        } else if (status >= 400 && status < 500) {
            send(request, problem(status));
        } else {
            send(request, Problem.internal(failures.logged(failure)));
        }
    }

    private static Problem problem(int status) {
        return switch (status) {
            case 400 -> Problem.badRequest(null, "The request could not be parsed.");
            case 404 -> Problem.routeNotFound();
            case 405 -> Problem.of(405, "method-not-allowed", "The route does not support this method", null);
            default -> Problem.of(status, "refused", "The request was rejected", null);
        };
    }

    private void send(RoutingContext request, Problem problem) {
        Integer retryAfterSeconds = problem.retryAfterSeconds();
        if (retryAfterSeconds != null) {
            request.response().putHeader(HttpHeaders.RETRY_AFTER, retryAfterSeconds.toString());
        }
        // A request without a host is rejected before the filters that add these headers.
        SecurityHeaders.add(request.response().headers());
        if (!request.response().headers().contains(HttpHeaders.VARY)) {
            request.response().putHeader(HttpHeaders.VARY, VaryHeader.ACCEPT_ENCODING);
        }
        if (problem.status() == UNAUTHORIZED) {
            request.response().putHeader("WWW-Authenticate", "Bearer");
        }
        request.response()
                .setStatusCode(problem.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .end(json(problem.withInstance(path(request))));
    }

    private static @Nullable String path(RoutingContext request) {
        return request.request().path();
    }

    private String json(Problem problem) {
        try {
            return mapper.writeValueAsString(problem);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A problem could not be written as JSON", e);
        }
    }
}
