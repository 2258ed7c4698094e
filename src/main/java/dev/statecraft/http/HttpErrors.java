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
 * What the HTTP server settles before or beside the resources, so that this too goes out as a {@link Problem}: targets that
 * can be read in more than one way ({@link RequestTarget}), bodies that announce themselves as too long, paths no
 * resource is asked about, and faults outside of any resource.
 */
@ApplicationScoped
public class HttpErrors {

    /** Before everything else that looks at a request. */
    private static final int FIRST = 100_000;

    /** After the headers of every answer, those of other origins included, and before anything reads the path. */
    private static final int TARGET = 140_000;

    /** The one path beside the resources that reads a parameter. */
    private static final String DOCUMENT = "/openapi";

    private static final int UNAUTHORIZED = 401;
    private static final String FORMAT = "format";
    private static final Set<String> FORMATS = Set.of("json", "yaml");

    private final ObjectMapper mapper;
    private final long limitBytes;

    @Inject
    public HttpErrors(ObjectMapper mapper, @ConfigProperty(name = "statecraft.limits.body-bytes") long limitBytes) {
        this.mapper = mapper;
        this.limitBytes = limitBytes;
    }

    void filters(@Observes Filters filters) {
        filters.register(this::refuseTarget, TARGET);
        filters.register(this::refuseLongBody, FIRST);
    }

    void failures(@Observes Router router) {
        router.route().order(-FIRST).failureHandler(this::failed);
        // A path that cannot be decoded matches no route, not even one that only waits for failures.
        router.errorHandler(400, this::failed);
        router.errorHandler(404, this::failed);
    }

    /** Applies to every path: the API, the dashboard's files, the OpenAPI document, health, and sockets to be opened. */
    private void refuseTarget(RoutingContext request) {
        if (hasUnknownTransferCoding(request)) {
            // Where its body ends is not known, so nothing behind it can be read.
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

    /** A body without a length, or a compressed one, is counted where it is read ({@code RequestBody}). */
    private void refuseLongBody(RoutingContext request) {
        String length = request.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null || lengthOf(length) <= limitBytes) {
            request.next();
            return;
        }
        sendAfterBody(request, Problem.tooLarge(limitBytes));
    }

    /**
     * Answers once the client has sent its body, which is discarded. Answering a client that is still sending, and
     * closing, would reset its connection before it has read the answer. A client that asks first is answered at once.
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
            // More digits than a long has; the server has refused everything else.
            return Long.MAX_VALUE;
        }
    }

    private void failed(RoutingContext request) {
        if (request.response().ended() || request.response().headWritten()) {
            request.next();
            return;
        }
        Throwable failure = request.failure();
        int status = request.statusCode();
        if (failure instanceof ProblemException refused) {
            send(request, refused.problem());
        } else if (failure instanceof RejectedExecutionException) {
            // Every worker thread is taken.
            send(request, Problem.unavailable(1));
        } else if (status >= 400 && status < 500) {
            send(request, problem(status));
        } else {
            send(request, Problem.internal(ProblemMapper.logged(failure)));
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
        // A request without a host is refused in front of the filters that add these.
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
            throw new IllegalStateException("A problem is made of values that can be written", e);
        }
    }
}
