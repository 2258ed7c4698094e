package dev.statecraft.access.authentication;

import dev.statecraft.access.Caller;
import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.NoScopeRequired;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Requires.Players;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.QueryParameters;
import jakarta.inject.Inject;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/**
 * Authorizes requests by the annotation of the resource method: {@link Requires} or {@link NoScopeRequired}. Requests to a method
 * without either annotation are rejected.
 */
public class ScopeFilter {

    private static final String SPACE = "space";

    /** The space of requests without the parameter {@code space}. */
    private static final String DEFAULT_SPACE = "global";

    private final CurrentCaller current;

    @Inject
    public ScopeFilter(CurrentCaller current) {
        this.current = current;
    }

    @ServerRequestFilter
    public void check(ContainerRequestContext request, ResourceInfo resource) {
        Requires requires = resource.getResourceMethod().getAnnotation(Requires.class);
        NoScopeRequired open = resource.getResourceMethod().getAnnotation(NoScopeRequired.class);
        Caller caller = (Caller) request.getProperty(CallerFilter.CALLER);
        if (caller == null) {
            if (open == null || open.value() != NoScopeRequired.To.EVERYONE) {
                throw Caller.forbidden("The route is not public.");
            }
            QueryParameters.checkPresent(request.getUriInfo().getQueryParameters());
            return;
        }
        current.set(caller);
        checkNames(request.getUriInfo().getQueryParameters());
        if (requires != null) {
            caller.require(requires.value());
            checkReach(caller, requires.players(), request.getUriInfo());
        } else if (open == null) {
            throw Caller.forbidden("The route accepts no caller.");
        } else if (open.value() == NoScopeRequired.To.EVERY_KEY && caller.byToken()) {
            throw Caller.forbidden("The request requires an API key, not a token.");
        }
    }

    /**
     * Rejects ambiguous query parameters. JAX-RS passes a parameter to a resource regardless of the case of its name,
     * and the first of several values. Authorization must use the same value as the resource.
     */
    private static void checkNames(MultivaluedMap<String, String> parameters) {
        QueryParameters.checkNames(parameters.keySet());
        QueryParameters.checkPresent(parameters);
        List<String> spaces = parameters.get(SPACE);
        if (spaces != null && spaces.size() > 1) {
            throw new ProblemException(Problem.badRequest(SPACE, "Give one space only."));
        }
    }

    private static void checkReach(Caller caller, Players players, UriInfo uri) {
        if (caller.pass() == null) {
            return;
        }
        switch (players) {
            case NOTHING -> throw Caller.forbidden("Player tokens cannot call this operation.");
            case NAMED_BOARD -> caller.requireBoard(first(uri.getPathParameters(), "board", ""));
            case NAMED_SPACE -> caller.requireSpace(first(uri.getQueryParameters(), SPACE, DEFAULT_SPACE));
            case OWN -> caller.requirePlayer(first(uri.getPathParameters(), "player", ""));
            case WHAT_THE_RESOURCE_ALLOWS -> {
                // The resource checks the caller after it has read the body.
            }
        }
    }

    private static String first(MultivaluedMap<String, String> parameters, String name, String missing) {
        @Nullable String value = parameters.getFirst(name);
        return value == null ? missing : value;
    }
}
