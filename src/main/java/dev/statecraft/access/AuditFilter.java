package dev.statecraft.access;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.Context;
import jakarta.inject.Inject;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.UriInfo;
import java.lang.reflect.Method;
import java.net.URI;
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

    /** The record is kept before the answer goes out; where the answer is made by an event loop, by somebody else. */
    @ServerResponseFilter
    public @Nullable Uni<Void> note(
            ContainerRequestContext request, ContainerResponseContext response, ResourceInfo resource) {
        Method method = resource == null ? null : resource.getResourceMethod();
        Caller caller = current.known().orElse(null);
        // An answer that is replayed tells of a change that was recorded when it was made.
        if (response.getHeaders().containsKey(IdempotentRequest.REPLAYED_HEADER)) {
            return null;
        }
        if (caller == null || method == null || !isAudited(request.getMethod(), method.getAnnotation(Requires.class))) {
            return null;
        }
        Operation operation = method.getAnnotation(Operation.class);
        String action =
                operation == null || operation.operationId().isEmpty() ? method.getName() : operation.operationId();
        // What was made is named by the answer.
        String made = response.getHeaderString(HttpHeaders.LOCATION);
        String target =
                made == null ? target(request.getUriInfo()) : URI.create(made).getPath();
        int status = response.getStatus();
        Uni<Void> noted = Uni.createFrom()
                .voidItem()
                .invoke(() -> audit.note(caller, action, request.getMethod(), target, status));
        return Context.isOnEventLoopThread()
                ? Uni.createFrom()
                        .voidItem()
                        .emitOn(Infrastructure.getDefaultExecutor())
                        .chain(() -> noted)
                : noted;
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
