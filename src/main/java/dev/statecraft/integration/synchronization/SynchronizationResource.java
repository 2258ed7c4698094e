package dev.statecraft.integration.synchronization;

import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.access.idempotency.IdempotentRequest;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** HTTP API of the system synchronization. Implements {@code forceSystemSynchronization} of the original Luau API. */
@Path("/v1/synchronize")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "System")
public class SynchronizationResource {

    private final SynchronizationService synchronization;
    private final CurrentCaller caller;
    private final IdempotentRequest idempotent;

    SynchronizationResource(
            SynchronizationService synchronization, CurrentCaller caller, IdempotentRequest idempotent) {
        this.idempotent = idempotent;
        this.synchronization = synchronization;
        this.caller = caller;
    }

    /** Checks and repairs all systems of the game. */
    @POST
    @Requires(Scope.SYSTEM_ADMIN)
    @Operation(operationId = "forceSystemSynchronization", summary = "Check and repair all systems")
    public SynchronizationService.Outcome synchronize(
            @HeaderParam(IdempotentRequest.HEADER) @Nullable String idempotencyKey) {
        return idempotent.once(idempotencyKey, null, () -> synchronization.synchronize(caller.game()));
    }
}
