package dev.statecraft.access;

import dev.statecraft.entry.Problem;
import dev.statecraft.entry.ProblemException;
import io.quarkus.runtime.LaunchMode;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/**
 * Decides who a request comes from before anything else is looked at, so that without a key nothing is learned, not
 * even which routes there are. Health, the OpenAPI document and its page are answered by the HTTP server beside the
 * resources and do not come by here; the start page is open.
 */
@jakarta.ws.rs.ext.Provider
@PreMatching
public class CallerFilter implements ContainerRequestFilter {

    private static final String SCHEME = "Bearer ";

    private final Provider<AccessConfig> config;
    private final CurrentCaller current;

    /** Filters are made when a native executable is built, so what is configured is asked for at every request. */
    @Inject
    public CallerFilter(Provider<AccessConfig> config, CurrentCaller current) {
        this.config = config;
        this.current = current;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        if (request.getUriInfo().getPath().equals("/")) {
            return;
        }
        List<String> credentials = request.getHeaders().get(HttpHeaders.AUTHORIZATION);
        if (credentials == null || credentials.isEmpty()) {
            if (!config.get().anonymous().orElse(isDevelopment())) {
                throw new ProblemException(Problem.unauthorized("Send a key: Authorization: Bearer <key>."));
            }
            current.letIn(new Caller(Caller.DEFAULT_GAME, "anonymous"));
        } else if (credentials.size() == 1 && isDevelopmentKey(credentials.get(0))) {
            current.letIn(new Caller(Caller.DEFAULT_GAME, "development"));
        } else {
            throw new ProblemException(Problem.unauthorized("The key is not known."));
        }
    }

    private boolean isDevelopmentKey(String credentials) {
        Optional<String> developmentKey = config.get().developmentKey();
        if (!isDevelopment()
                || developmentKey.isEmpty()
                || !credentials.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return false;
        }
        return MessageDigest.isEqual(
                credentials.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8),
                developmentKey.get().getBytes(StandardCharsets.UTF_8));
    }

    /** Asked of the way the application was started, which no configuration of a packaged artifact can change. */
    private static boolean isDevelopment() {
        return LaunchMode.current().isDevOrTest();
    }
}
