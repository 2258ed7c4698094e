package dev.statecraft.access.authentication;

import dev.statecraft.access.Caller;
import dev.statecraft.access.limit.RateLimitService;
import dev.statecraft.http.json.RequestBody;
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
 * Authenticates every request before its route is determined, so that a response without a valid credential reveals
 * nothing, not even which routes exist. {@link ScopeFilter} authorizes the request once the route is known. The HTTP
 * server itself serves health checks, the OpenAPI document and its page; those requests do not pass this filter.
 */
@jakarta.ws.rs.ext.Provider
@PreMatching
public class CallerFilter implements ContainerRequestFilter {

    /** Paths that are served without a credential. */
    public static final Set<String> OPEN_PATHS = Set.of("/", "/v1/webhooks/roblox");

    /** The request property with the authenticated {@link Caller}. */
    static final String CALLER = "statecraft.caller";

    private final Authenticator authenticator;
    private final SignatureService signatures;
    private final RateLimitService limits;

    /**
     * Filters are instantiated when a native executable is built; the injected beans are created at the first call.
     */
    @Inject
    public CallerFilter(Authenticator authenticator, SignatureService signatures, RateLimitService limits) {
        this.authenticator = authenticator;
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
        Optional<Caller> caller = signed ? Optional.empty() : authenticator.authenticateWithoutRead(credentials);
        if (caller.filter(limits::isUnlimited).isPresent()) {
            request.setProperty(CALLER, caller.get());
            return;
        }
        // An event loop thread must not wait for the database.
        ResteasyReactiveContainerRequestContext suspended = (ResteasyReactiveContainerRequestContext) request;
        suspended.suspend();
        Infrastructure.getDefaultExecutor().execute(() -> {
            try {
                authenticate(request, credentials, signed);
                suspended.resume();
            } catch (RuntimeException | Error e) {
                suspended.resume(e);
            }
        });
    }

    private void authenticate(ContainerRequestContext request, List<String> credentials, boolean signed) {
        Caller caller;
        if (signed) {
            UriInfo uri = request.getUriInfo();
            SignatureService.Signed signature = signatures.authenticate(
                    credentials.get(0),
                    new RequestSignature.RequestLine(
                            request.getMethod(),
                            uri.getRequestUri().getRawPath(),
                            uri.getRequestUri().getRawQuery()));
            request.setProperty(RequestBody.SIGNED_CONTENT, signature.content());
            caller = signature.caller();
        } else {
            caller = authenticator.authenticate(credentials);
        }
        limits.acquire(caller);
        request.setProperty(CALLER, caller);
    }
}
