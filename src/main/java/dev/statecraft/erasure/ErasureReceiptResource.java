package dev.statecraft.erasure;

import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Erasures requested by a body that names the player, and the receipts of all erasures. */
@Path("/v1/erasures")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Erasure")
public class ErasureReceiptResource {

    private final ErasureService erasures;
    private final CurrentCaller caller;

    ErasureReceiptResource(ErasureService erasures, CurrentCaller caller) {
        this.erasures = erasures;
        this.caller = caller;
    }

    /**
     * Request to erase a player.
     *
     * @param playerId the player; may be an id that cannot be part of a path, such as {@code ..}, which earlier
     *     versions accepted
     */
    public record ErasureRequest(@Nullable String playerId) {}

    /** Erases a player like {@code DELETE /v1/players/{player}}; the body names the player. */
    @POST
    @Requires(Scope.SYSTEM_ADMIN)
    @APIResponseSchema(ErasureView.class)
    @Operation(operationId = "createErasure", summary = "Erase the player named in the body from all systems")
    public Response erase(ErasureRequest request) {
        String player = Ids.checkStored("playerId", request.playerId());
        return ErasureResource.response(
                erasures.erase(caller.game(), player, caller.get().name()));
    }

    /** Progress and counts of an erasure. */
    @GET
    @Path("/{erasure}")
    @Requires(Scope.SYSTEM_READ)
    @Operation(operationId = "getErasure", summary = "Get an erasure receipt")
    public ErasureView read(@PathParam("erasure") String id) {
        Ids.check("erasure", id);
        return erasures.find(caller.game(), id)
                .map(ErasureView::of)
                .orElseThrow(
                        () -> new ProblemException(Problem.notFound("erasure-not-found", "Erasure not found", null)));
    }
}
