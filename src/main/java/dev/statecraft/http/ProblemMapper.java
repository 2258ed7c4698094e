package dev.statecraft.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.InvalidDefinitionException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Maps the exceptions of requests to {@link Problem}s. */
public class ProblemMapper {

    private final FailureProblems failures;

    ProblemMapper(FailureProblems failures) {
        this.failures = failures;
    }

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
        return response(failures.problemOf(e), uri);
    }

    @ServerExceptionMapper
    Response unexpected(Throwable e, UriInfo uri) {
        return response(failures.problemOf(e), uri);
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
}
