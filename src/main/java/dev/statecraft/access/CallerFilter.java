package dev.statecraft.access;

import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.inject.Inject;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerRequestContext;

/**
 * Decides who a request comes from before anything else is looked at, so that without a key nothing is learned, not
 * even which routes there are. What may be done is decided by {@link ScopeFilter} once the route is known. Health, the
 * OpenAPI document and its page are answered by the HTTP server beside the resources and do not come by here.
 */
@jakarta.ws.rs.ext.Provider
@PreMatching
public class CallerFilter implements ContainerRequestFilter {

    /** Paths that are answered without a credential. */
    public static final Set<String> OPEN_PATHS = Set.of("/");

    /** The property of a request that holds its caller. */
    static final String CALLER = "statecraft.caller";

    private final Door door;

    /** Filters are made when a native executable is built; the door is made when it is first gone through. */
    @Inject
    public CallerFilter(Door door) {
        this.door = door;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        if (OPEN_PATHS.contains(request.getUriInfo().getPath())) {
            return;
        }
        List<String> sent = request.getHeaders().get(HttpHeaders.AUTHORIZATION);
        List<String> credentials = sent == null ? List.of() : List.copyOf(sent);
        Optional<Caller> caller = door.letInAtOnce(credentials);
        if (caller.isPresent()) {
            request.setProperty(CALLER, caller.get());
            return;
        }
        // This thread serves many connections and must not wait for a database.
        ResteasyReactiveContainerRequestContext waiting = (ResteasyReactiveContainerRequestContext) request;
        waiting.suspend();
        Infrastructure.getDefaultExecutor().execute(() -> {
            try {
                request.setProperty(CALLER, door.letIn(credentials));
                waiting.resume();
            } catch (RuntimeException | Error e) {
                waiting.resume(e);
            }
        });
    }
}
