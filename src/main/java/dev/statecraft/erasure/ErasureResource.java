package dev.statecraft.erasure;

import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.http.Ids;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Erasure of players over HTTP. {@link ErasureReceiptResource} returns the progress and the receipt. */
@Path("/v1/players")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Erasure")
public class ErasureResource {

    private final ErasureService erasures;
    private final CurrentCaller caller;

    ErasureResource(ErasureService erasures, CurrentCaller caller) {
        this.erasures = erasures;
        this.caller = caller;
    }

    /** Erases a player. Steps that do not finish within the request continue in the background; see the receipt. */
    @DELETE
    @Path("/{player}")
    @Requires(Scope.SYSTEM_ADMIN)
    @APIResponseSchema(ErasureView.class)
    @Operation(operationId = "erasePlayer", summary = "Erase a player from all systems")
    public Response erase(@PathParam("player") String player) {
        Ids.check("player", player);
        return response(erasures.erase(caller.game(), player, caller.get().name()));
    }

    /** The response to a request for an erasure: 200 if it has finished, 202 if it continues in the background. */
    static Response response(Erasure erasure) {
        return Response.status(erasure.isFinished() ? 200 : 202)
                .location(URI.create("/v1/erasures/" + erasure.id()))
                .entity(ErasureView.of(erasure))
                .build();
    }
}
