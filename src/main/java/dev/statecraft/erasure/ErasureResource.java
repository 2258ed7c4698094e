package dev.statecraft.erasure;

import dev.statecraft.access.CurrentCaller;
import dev.statecraft.entry.Ids;
import dev.statecraft.entry.Problem;
import dev.statecraft.entry.ProblemException;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The right to erasure over HTTP: erase a player, and the receipt for it. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Erasure")
public class ErasureResource {

    private final ErasureService erasures;
    private final CurrentCaller caller;

    ErasureResource(ErasureService erasures, CurrentCaller caller) {
        this.erasures = erasures;
        this.caller = caller;
    }

    /** Erases a player everywhere. What is not done at once goes on by itself; the receipt says when all is. */
    @DELETE
    @Path("/players/{player}")
    @Operation(operationId = "erasePlayer", summary = "Erase a player everywhere")
    public Response erase(@PathParam("player") String player) {
        Ids.check("player", player);
        Erasure erasure =
                erasures.erase(caller.game(), player, caller.get().name());
        return Response.status(erasure.isFinished() ? 200 : 202)
                .location(URI.create("/v1/erasures/" + erasure.id()))
                .entity(ErasureView.of(erasure))
                .build();
    }

    /** The receipt of an erasure. */
    @GET
    @Path("/erasures/{id}")
    @Operation(operationId = "getErasure", summary = "Read the receipt of an erasure")
    public ErasureView read(@PathParam("id") String id) {
        Ids.check("id", id);
        return erasures.find(caller.game(), id)
                .map(ErasureView::of)
                .orElseThrow(() -> new ProblemException(Problem.notFound(
                        "erasure-not-found", "There is no such erasure", "Receipts are kept for three years.")));
    }
}
