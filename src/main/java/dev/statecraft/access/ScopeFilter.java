package dev.statecraft.access;

import dev.statecraft.access.Requires.Players;
import dev.statecraft.entry.Problem;
import dev.statecraft.entry.ProblemException;
import dev.statecraft.entry.Query;
import jakarta.inject.Inject;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a caller may make a call, by what the resource method declares: {@link Requires} or {@link Open}. A
 * method that declares nothing is for nobody.
 */
public class ScopeFilter {

    private static final String SPACE = "space";

    /** The space of calls that name none. */
    private static final String DEFAULT_SPACE = "global";

    private final CurrentCaller current;

    @Inject
    public ScopeFilter(CurrentCaller current) {
        this.current = current;
    }

    @ServerRequestFilter
    public void check(ContainerRequestContext request, ResourceInfo resource) {
        Requires requires = resource.getResourceMethod().getAnnotation(Requires.class);
        Open open = resource.getResourceMethod().getAnnotation(Open.class);
        Caller caller = (Caller) request.getProperty(CallerFilter.CALLER);
        if (caller == null) {
            if (open == null || open.value() != Open.To.EVERYONE) {
                throw Caller.refused("The route is not public.");
            }
            Query.checkPresent(request.getUriInfo().getQueryParameters());
            return;
        }
        current.letIn(caller);
        checkNames(request.getUriInfo().getQueryParameters());
        if (requires != null) {
            caller.require(requires.value());
            checkReach(caller, requires.players(), request.getUriInfo());
        } else if (open == null) {
            throw Caller.refused("The route accepts no caller.");
        } else if (open.value() == Open.To.EVERY_KEY && caller.byToken()) {
            throw Caller.refused("The request requires an API key, not a token.");
        }
    }

    /**
     * Refuses what could be read in two ways. Resources are handed a parameter whatever the case of its letters, and the
     * first of several; what is decided here must be decided by the same value.
     */
    private static void checkNames(MultivaluedMap<String, String> parameters) {
        Query.checkNames(parameters.keySet());
        Query.checkPresent(parameters);
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
            case NOTHING -> throw Caller.refused("Player tokens cannot call this operation.");
            case NAMED_BOARD -> caller.requireBoard(first(uri.getPathParameters(), "board", ""));
            case NAMED_SPACE -> caller.requireSpace(first(uri.getQueryParameters(), SPACE, DEFAULT_SPACE));
            case OWN -> caller.requirePlayer(first(uri.getPathParameters(), "player", ""));
            case WHAT_THE_RESOURCE_ALLOWS -> {
                // Asked of the caller by the resource, once it has read the body.
            }
        }
    }

    private static String first(MultivaluedMap<String, String> parameters, String name, String missing) {
        @Nullable String value = parameters.getFirst(name);
        return value == null ? missing : value;
    }
}
