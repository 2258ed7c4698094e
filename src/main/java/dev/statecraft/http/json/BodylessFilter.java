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
 * Holds calls whose operation takes no body to that: what they bring is nothing, an empty object, or the empty array that
 * Luau sends in its place. Anything else is refused, as the caller means something by it that would not happen. The body
 * of a signed call has to be the one that was signed here too.
 */
public class BodylessFilter {

    /** Methods that change something; a body of any other method has no meaning by RFC 9110. */
    private static final Set<String> METHODS = Set.of("POST", "PUT", "PATCH", "DELETE");

    private final RequestBody bodies;
    private final Map<Method, Boolean> bodyless = new ConcurrentHashMap<>();

    @Inject
    public BodylessFilter(RequestBody bodies) {
        this.bodies = bodies;
    }

    /**
     * Reads the body, where there is one that no resource method reads; waits for it.
     *
     * @throws ProblemException 400 naming the first field, if the body holds anything; 401, if it is not the signed one
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

    /** Whether no parameter of the method is the body: JAX-RS annotates all others. */
    private static boolean takesNoBody(Method method) {
        Annotation[][] parameters = method.getParameterAnnotations();
        return parameters.length == method.getParameterCount()
                && Arrays.stream(parameters).allMatch(annotations -> annotations.length > 0);
    }

    private static void checkEmpty(byte[] body) {
        try (JsonParser parser = RequestJson.factory().createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw refused(null);
            }
            if (parser.nextToken() != JsonToken.END_OBJECT) {
                throw refused(parser.currentName());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The body was read before", e);
        }
    }

    private static ProblemException refused(@Nullable String field) {
        return new ProblemException(
                Problem.badRequest(field, "The operation has no request body. Send no body or an empty JSON object."));
    }
}
