package dev.statecraft.access;

import dev.statecraft.entry.RequestBody;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.inject.Inject;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.UriInfo;
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
    public static final Set<String> OPEN_PATHS = Set.of("/", "/v1/webhooks/roblox");

    /** The property of a request that holds its caller. */
    static final String CALLER = "statecraft.caller";

    private final Door door;
    private final SignatureService signatures;
    private final RateLimitService limits;

    /** Filters are made when a native executable is built; what they ask is made when it is first asked. */
    @Inject
    public CallerFilter(Door door, SignatureService signatures, RateLimitService limits) {
        this.door = door;
        this.signatures = signatures;
        this.limits = limits;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        if (OPEN_PATHS.contains(request.getUriInfo().getPath())) {
            return;
        }
        List<String> sent = request.getHeaders().get(HttpHeaders.AUTHORIZATION);
        List<String> credentials = sent == null ? List.of() : List.copyOf(sent);
        boolean signed = credentials.size() == 1 && RequestSignature.isSignature(credentials.get(0));
        Optional<Caller> caller = signed ? Optional.empty() : door.letInAtOnce(credentials);
        if (caller.filter(limits::isUnlimited).isPresent()) {
            request.setProperty(CALLER, caller.get());
            return;
        }
        // This thread serves many connections and must not wait for a database.
        ResteasyReactiveContainerRequestContext waiting = (ResteasyReactiveContainerRequestContext) request;
        waiting.suspend();
        Infrastructure.getDefaultExecutor().execute(() -> {
            try {
                letIn(request, credentials, signed);
                waiting.resume();
            } catch (RuntimeException | Error e) {
                waiting.resume(e);
            }
        });
    }

    private void letIn(ContainerRequestContext request, List<String> credentials, boolean signed) {
        Caller caller;
        if (signed) {
            UriInfo uri = request.getUriInfo();
            SignatureService.Signed by = signatures.letIn(
                    credentials.get(0),
                    new RequestSignature.RequestLine(
                            request.getMethod(),
                            uri.getRequestUri().getRawPath(),
                            uri.getRequestUri().getRawQuery()));
            request.setProperty(RequestBody.SIGNED_CONTENT, by.content());
            caller = by.caller();
        } else {
            caller = door.letIn(credentials);
        }
        limits.pass(caller);
        request.setProperty(CALLER, caller);
    }
}
