package dev.statecraft.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidDefinitionException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import dev.statecraft.table.TransientFailure;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** Maps the exceptions of requests to {@link Problem}s. */
public class ProblemMapper {

    private static final Logger log = Logger.getLogger(ProblemMapper.class);

    private static final int RETRY_AFTER_SECONDS = 1;

    @ServerExceptionMapper
    Response problem(ProblemException e, UriInfo uri) {
        return response(e.problem(), uri);
    }

    /** Maps rejections by JAX-RS: unknown routes, unsupported methods and media types. */
    @ServerExceptionMapper
    Response rejected(WebApplicationException e, UriInfo uri) {
        if (e.getCause() instanceof JsonProcessingException json) {
            return unreadable(json, uri);
        }
        int status = e.getResponse().getStatus();
        Response response =
                switch (status) {
                    case 400 -> response(Problem.badRequest(null, "The request could not be parsed."), uri);
                    case 401 ->
                        response(
                                Problem.unauthorized("Send an API key or token: Authorization: Bearer <credential>."),
                                uri);
                    case 403 -> response(Problem.forbidden("The credential does not permit this operation."), uri);
                    case 404 -> response(Problem.routeNotFound(), uri);
                    case 405 ->
                        response(
                                Problem.of(405, "method-not-allowed", "The route does not support this method", null),
                                uri);
                    case 406 ->
                        response(
                                Problem.of(
                                        406,
                                        "not-acceptable",
                                        "The response is not available in this media type",
                                        "Responses are JSON."),
                                uri);
                    case 415 ->
                        response(
                                Problem.of(
                                        415,
                                        "unsupported-media-type",
                                        "The media type of the body is not supported",
                                        "Send application/json."),
                                uri);
                    default ->
                        status >= 500
                                ? unexpected(e, uri)
                                : response(Problem.of(status, "refused", "The request was rejected", null), uri);
                };
        if (e instanceof NotAllowedException) {
            return Response.fromResponse(response)
                    .header(HttpHeaders.ALLOW, String.join(", ", AllowedMethods.ofCurrentRequest()))
                    .build();
        }
        return response;
    }

    /** Replaces the mapper of the Quarkus extension for this type, which does not return a problem. */
    @ServerExceptionMapper
    Response mismatched(MismatchedInputException e, UriInfo uri) {
        return unreadable(e, uri);
    }

    /**
     * Maps types that Jackson cannot handle, for example types that a native executable does not contain. Replaces the
     * mapper of the Quarkus extension for this type, which does not return a problem.
     */
    @ServerExceptionMapper
    Response undefined(InvalidDefinitionException e, UriInfo uri) {
        return unexpected(e, uri);
    }

    @ServerExceptionMapper
    Response unreadable(JsonProcessingException e, UriInfo uri) {
        return response(problemOf(e), uri);
    }

    @ServerExceptionMapper
    Response unexpected(Throwable e, UriInfo uri) {
        return response(problemOf(e), uri);
    }

    /** The problem of a failure, for HTTP and sockets. Failures that the client did not cause are logged. */
    public static Problem problemOf(Throwable e) {
        if (e instanceof ProblemException rejection) {
            return rejection.problem();
        }
        if (e instanceof JsonProcessingException json && !(e instanceof InvalidDefinitionException)) {
            if (e.getCause() instanceof ProblemException rejection) {
                return rejection.problem();
            }
            String field = e instanceof JsonMappingException mapping ? path(mapping) : null;
            return Problem.badRequest(field, detail(json));
        }
        if (TransientFailure.is(e)) {
            // The SDK has already retried, so the client must retry later.
            log.warn("A database request failed", e);
            return Problem.unavailable(RETRY_AFTER_SECONDS);
        }
        return Problem.internal(logged(e));
    }

    /** Logs a fault and returns the id of its log entry. */
    public static String logged(@Nullable Throwable e) {
        String incident = UUID.randomUUID().toString();
        MDC.put("incident", incident);
        try {
            log.error("A request failed", e);
        } finally {
            MDC.remove("incident");
        }
        return incident;
    }

    private static Response response(Problem problem, UriInfo uri) {
        Response.ResponseBuilder response = Response.status(problem.status())
                .type(Problem.MEDIA_TYPE)
                .entity(
                        problem.instance() == null
                                ? problem.withInstance(uri.getRequestUri().getRawPath())
                                : problem);
        Integer retryAfterSeconds = problem.retryAfterSeconds();
        if (retryAfterSeconds != null) {
            response.header(HttpHeaders.RETRY_AFTER, retryAfterSeconds);
        }
        if (problem.status() == Response.Status.UNAUTHORIZED.getStatusCode()) {
            response.header(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        }
        return response.build();
    }

    /** Path of the value that could not be bound, such as {@code scores[3].value}; null for the whole body. */
    private static @Nullable String path(JsonMappingException e) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference step : e.getPath()) {
            if (step.getFieldName() == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return path.isEmpty() ? null : path.toString();
    }

    private static String detail(JsonProcessingException e) {
        if (e instanceof UnrecognizedPropertyException) {
            return "The field is unknown here.";
        }
        if (e instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
            return "The value must be " + expected(mismatch.getTargetType()) + ".";
        }
        return "The value could not be parsed.";
    }

    private static String expected(Class<?> type) {
        if (type.isEnum()) {
            return "one of "
                    + String.join(
                            ", ",
                            Arrays.stream(type.getEnumConstants())
                                    .map(Object::toString)
                                    .toList());
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
            return "an integer";
        }
        if (type == double.class || Number.class.isAssignableFrom(type) || type == BigDecimal.class) {
            return "a number";
        }
        if (CharSequence.class.isAssignableFrom(type)) {
            return "a string";
        }
        if (type == Instant.class) {
            return "a time such as 2026-01-31T12:00:00.000Z";
        }
        if (Iterable.class.isAssignableFrom(type) || type.isArray()) {
            return "an array";
        }
        return type.isRecord() || Map.class.isAssignableFrom(type) ? "an object" : "of a different type";
    }
}
