package dev.statecraft.http.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.http.FailureProblems;
import dev.statecraft.http.Problem;
import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.ext.Provider;

/**
 * Serializes the JSON of a response to memory before the response is counted, audited and sent. A value that cannot be
 * serialized becomes a 500 with a {@link Problem} like any other failure: it is logged, counted and audited once with
 * that status, and no part of the failed response is sent.
 */
@Provider
@Priority(ResponseBody.BEFORE_ALL_FILTERS)
public class ResponseBody implements ContainerResponseFilter {

    /** Response filters run in descending order of their priorities. */
    static final int BEFORE_ALL_FILTERS = 100_000;

    private static final MediaType PROBLEM = MediaType.valueOf(Problem.MEDIA_TYPE);

    private final ObjectMapper mapper;
    private final FailureProblems failures;

    @Inject
    public ResponseBody(ObjectMapper mapper, FailureProblems failures) {
        this.mapper = mapper;
        this.failures = failures;
    }

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        Object value = response.getEntity();
        MediaType type = response.getMediaType();
        if (value == null
                || value instanceof byte[]
                || value instanceof CharSequence
                || (type != null && !type.getSubtype().endsWith("json"))) {
            return;
        }
        try {
            byte[] body = mapper.writeValueAsBytes(value);
            response.setEntity(
                    body, response.getEntityAnnotations(), type == null ? MediaType.APPLICATION_JSON_TYPE : type);
        } catch (JsonProcessingException | RuntimeException | LinkageError | StackOverflowError e) {
            fail(request, response, e);
        }
    }

    private void fail(ContainerRequestContext request, ContainerResponseContext response, Throwable failure) {
        Problem problem = Problem.internal(failures.logged(failure))
                .withInstance(request.getUriInfo().getRequestUri().getRawPath());
        response.getHeaders().clear();
        response.setStatus(problem.status());
        response.getHeaders().putSingle(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE);
        try {
            response.setEntity(mapper.writeValueAsBytes(problem), response.getEntityAnnotations(), PROBLEM);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A problem could not be written as JSON", e);
        }
    }
}
