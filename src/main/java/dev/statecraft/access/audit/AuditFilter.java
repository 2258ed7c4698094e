package dev.statecraft.access.audit;

import dev.statecraft.access.Caller;
import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.access.idempotency.IdempotentRequest;
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
 * Records every authenticated administrative request in the audit trail: requests other than GET that require an
 * administrative scope ({@link Scope#isAdministrative}), unless {@link Requires#audited} is false.
 */
public class AuditFilter {

    private static final Set<Scope> ADMINISTRATION =
            Set.of(Scope.BOARD_ADMIN, Scope.STATE_ADMIN, Scope.MIGRATE_RUN, Scope.SYSTEM_ADMIN);

    /** Path parameter that audit records omit, because they outlive the erasure of a player. */
    private static final String PLAYER = "player";

    private final CurrentCaller current;
    private final AuditService audit;

    @Inject
    public AuditFilter(CurrentCaller current, AuditService audit) {
        this.current = current;
        this.audit = audit;
    }

    /** Writes the record before the response is sent. On an event loop thread, a worker thread writes it. */
    @ServerResponseFilter
    public @Nullable Uni<Void> record(
            ContainerRequestContext request, ContainerResponseContext response, ResourceInfo resource) {
        Method method = resource == null ? null : resource.getResourceMethod();
        Caller caller = current.known().orElse(null);
        // The change of a replayed response was recorded by the original request.
        if (response.getHeaders().containsKey(IdempotentRequest.REPLAYED_HEADER)) {
            return null;
        }
        if (caller == null || method == null || !isAudited(request.getMethod(), method.getAnnotation(Requires.class))) {
            return null;
        }
        Operation operation = method.getAnnotation(Operation.class);
        String action =
                operation == null || operation.operationId().isEmpty() ? method.getName() : operation.operationId();
        // The response names a created resource.
        String created = response.getHeaderString(HttpHeaders.LOCATION);
        String target = created == null
                ? target(request.getUriInfo())
                : URI.create(created).getPath();
        int status = response.getStatus();
        Uni<Void> written = Uni.createFrom()
                .voidItem()
                .invoke(() -> audit.record(caller, action, request.getMethod(), target, status));
        return Context.isOnEventLoopThread()
                ? Uni.createFrom()
                        .voidItem()
                        .emitOn(Infrastructure.getDefaultExecutor())
                        .chain(() -> written)
                : written;
    }

    /** Whether a request is recorded. */
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
