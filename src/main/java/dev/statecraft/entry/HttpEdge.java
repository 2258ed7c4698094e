package dev.statecraft.entry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.concurrent.RejectedExecutionException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * What the HTTP server settles before or beside the resources, so that this too goes out as a {@link Problem}: bodies
 * that announce themselves as too long, paths no resource is asked about, and faults outside of any resource.
 */
@ApplicationScoped
public class HttpEdge {

    /** Before everything else that looks at a request. */
    private static final int FIRST = 100_000;

    private final ObjectMapper mapper;
    private final long limitBytes;

    @Inject
    public HttpEdge(ObjectMapper mapper, @ConfigProperty(name = "statecraft.limits.body-bytes") long limitBytes) {
        this.mapper = mapper;
        this.limitBytes = limitBytes;
    }

    void filters(@Observes Filters filters) {
        filters.register(this::refuseLongBody, FIRST);
    }

    void failures(@Observes Router router) {
        router.route().order(-FIRST).failureHandler(this::failed);
        // A path that cannot be decoded matches no route, not even one that only waits for failures.
        router.errorHandler(400, this::failed);
        router.errorHandler(404, this::failed);
    }

    /** A body without a length, or a compressed one, is counted where it is read ({@link RequestBody}). */
    private void refuseLongBody(RoutingContext request) {
        String length = request.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null || lengthOf(length) <= limitBytes) {
            request.next();
            return;
        }
        boolean waits = request.request().getHeader(HttpHeaders.EXPECT) != null;
        if (waits) {
            request.response().putHeader(HttpHeaders.CONNECTION, "close");
            send(request, Problem.tooLarge(limitBytes));
        } else {
            // Answering a client that is still sending, and closing, would reset its connection before it has read the
            // answer; so what it sends is let go by.
            request.request().endHandler(end -> send(request, Problem.tooLarge(limitBytes)));
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
        if (failure instanceof RejectedExecutionException) {
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
            case 400 -> Problem.badRequest(null, "The request cannot be read.");
            case 404 -> Problem.routeNotFound();
            case 405 -> Problem.of(405, "method-not-allowed", "The route does not know this method", null);
            default -> Problem.of(status, "refused", "The request was refused", null);
        };
    }

    private void send(RoutingContext request, Problem problem) {
        Integer retryAfterSeconds = problem.retryAfterSeconds();
        if (retryAfterSeconds != null) {
            request.response().putHeader(HttpHeaders.RETRY_AFTER, retryAfterSeconds.toString());
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
