package dev.statecraft.access;

import jakarta.inject.Inject;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.UriInfo;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;
import org.jspecify.annotations.Nullable;

/**
 * Has every administrative change taken down that a caller was let in for: calls other than GET that need a scope to
 * administrate, or to run migrations, unless their resource method says that they are everyday work.
 */
public class AuditFilter {

    private static final Set<Scope> ADMINISTRATION =
            Set.of(Scope.BOARD_ADMIN, Scope.STATE_ADMIN, Scope.MIGRATE_RUN, Scope.SYSTEM_ADMIN);

    /** The records outlive players that are erased. */
    private static final String PLAYER = "player";

    private final CurrentCaller current;
    private final AuditService audit;

    @Inject
    public AuditFilter(CurrentCaller current, AuditService audit) {
        this.current = current;
        this.audit = audit;
    }

    @ServerResponseFilter
    public void note(ContainerRequestContext request, ContainerResponseContext response, ResourceInfo resource) {
        Method method = resource == null ? null : resource.getResourceMethod();
        if (method == null || !isAudited(request.getMethod(), method.getAnnotation(Requires.class))) {
            return;
        }
        Operation operation = method.getAnnotation(Operation.class);
        String action =
                operation == null || operation.operationId().isEmpty() ? method.getName() : operation.operationId();
        current.known()
                .ifPresent(caller -> audit.note(
                        caller, action, request.getMethod(), target(request.getUriInfo()), response.getStatus()));
    }

    /** Whether a call is taken down. */
    static boolean isAudited(String verb, @Nullable Requires requires) {
        return requires != null
                && !verb.equals("GET")
                && requires.audited()
                && ADMINISTRATION.contains(requires.value());
    }

    private static String target(UriInfo uri) {
        String path = uri.getPath();
        for (Map.Entry<String, List<String>> parameter : uri.getPathParameters().entrySet()) {
            if (parameter.getKey().equals(PLAYER)) {
                for (String player : parameter.getValue()) {
                    path = path.replace("/players/" + player, "/players/{player}");
                }
            }
        }
        return path;
    }
}
