package dev.statecraft.erasure;

import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.entry.Ids;
import dev.statecraft.entry.Problem;
import dev.statecraft.entry.ProblemException;
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

/** Erasures as things of their own: asked for by a body that names the player, and their receipts. */
@Path("/v1/erasures")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Erasure")
public class ReceiptResource {

    private final ErasureService erasures;
    private final CurrentCaller caller;

    ReceiptResource(ErasureService erasures, CurrentCaller caller) {
        this.erasures = erasures;
        this.caller = caller;
    }

    /**
     * Which player is to be erased.
     *
     * @param playerId also an id that no path can carry, such as {@code ..}, which earlier versions took
     */
    public record ErasureRequest(@Nullable String playerId) {}

    /** Erases a player everywhere, as {@code DELETE /v1/players/{player}} does, but named by the body. */
    @POST
    @Requires(Scope.SYSTEM_ADMIN)
    @APIResponseSchema(ErasureView.class)
    @Operation(operationId = "createErasure", summary = "Erase the player named in the body from all systems")
    public Response erase(ErasureRequest request) {
        String player = Ids.checkStored("playerId", request.playerId());
        return ErasureResource.answer(
                erasures.erase(caller.game(), player, caller.get().name()));
    }

    /** How far an erasure is, and what it removed. */
    @GET
    @Path("/{erasure}")
    @Requires(Scope.SYSTEM_READ)
    @Operation(operationId = "getErasure", summary = "Get an erasure receipt")
    public ErasureView read(@PathParam("erasure") String id) {
        Ids.check("erasure", id);
        return erasures.find(caller.game(), id)
                .map(ErasureView::of)
                .orElseThrow(() ->
                        new ProblemException(Problem.notFound("erasure-not-found", "Erasure not found", null)));
    }
}
