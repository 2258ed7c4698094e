package dev.statecraft.http.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import jakarta.inject.Inject;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.HttpHeaders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/**
 * Rejects bodies of operations that accept none. No body, an empty object, and the empty array that Luau sends for it
 * are accepted. Any other body is rejected, because the server would ignore its content. The body of a signed request
 * must match its signature here as well.
 */
public class BodylessFilter {

    /** Methods with a body; a body of any other method has no meaning by RFC 9110. */
    private static final Set<String> METHODS = Set.of("POST", "PUT", "PATCH", "DELETE");

    private final RequestBody bodies;
    private final Map<Method, Boolean> bodyless = new ConcurrentHashMap<>();

    @Inject
    public BodylessFilter(RequestBody bodies) {
        this.bodies = bodies;
    }

    /**
     * Reads the body of a request whose resource method declares none.
     *
     * @throws ProblemException 400 with the first field if the body is not empty; 401 if it is not the signed one
     */
    @ServerRequestFilter(priority = Priorities.USER + 100)
    public void check(ContainerRequestContext request, ResourceInfo resource) {
        if (!METHODS.contains(request.getMethod())
                || !bodyless.computeIfAbsent(resource.getResourceMethod(), BodylessFilter::takesNoBody)) {
            return;
        }
        byte[] body = bodies.read(request.getEntityStream(), request.getHeaderString(HttpHeaders.CONTENT_ENCODING));
        RequestBody.checkSigned(body, request.getProperty(RequestBody.SIGNED_CONTENT));
        if (body.length > 0) {
            checkEmpty(JsonCheck.checked(body));
        }
    }

    /** Whether no parameter of the method is the body: JAX-RS annotates all other parameters. */
    private static boolean takesNoBody(Method method) {
        Annotation[][] parameters = method.getParameterAnnotations();
        return parameters.length == method.getParameterCount()
                && Arrays.stream(parameters)
                        .allMatch(annotations -> annotations.length > 0 && !RequestBody.isOptional(annotations));
    }

    private static void checkEmpty(byte[] body) {
        try (JsonParser parser = RequestJson.factory().createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw rejected(null);
            }
            if (parser.nextToken() != JsonToken.END_OBJECT) {
                throw rejected(parser.currentName());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The body was read before", e);
        }
    }

    private static ProblemException rejected(@Nullable String field) {
        return new ProblemException(
                Problem.badRequest(field, "The operation has no request body. Send no body or an empty JSON object."));
    }
}
