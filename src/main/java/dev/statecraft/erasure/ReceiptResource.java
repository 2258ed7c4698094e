package dev.statecraft.erasure;

import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.entry.Ids;
import dev.statecraft.entry.Problem;
import dev.statecraft.entry.ProblemException;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Receipts of erasures. */
@Path("/v1/erasures")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Erasure")
public class ReceiptResource {

    private final ErasureService erasures;
    private final CurrentCaller caller;

    ReceiptResource(ErasureService erasures, CurrentCaller caller) {
        this.erasures = erasures;
        this.caller = caller;
    }

    /** How far an erasure is, and what it removed. */
    @GET
    @Path("/{erasure}")
    @Requires(Scope.SYSTEM_READ)
    @Operation(operationId = "getErasure", summary = "Read the receipt of an erasure")
    public ErasureView read(@PathParam("erasure") String id) {
        Ids.check("erasure", id);
        return erasures.find(caller.game(), id)
                .map(ErasureView::of)
                .orElseThrow(() ->
                        new ProblemException(Problem.notFound("erasure-not-found", "There is no such erasure", null)));
    }
}
