package dev.statecraft.replication.entity;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Requires.Players;
import dev.statecraft.access.Scope;
import dev.statecraft.access.idempotency.IdempotentRequest;
import dev.statecraft.http.Cursor;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.replication.command.Command;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Source;
import dev.statecraft.replication.entity.EntityView.SourceRequest;
import dev.statecraft.replication.entity.EntityView.VersionView;
import dev.statecraft.replication.log.HistoryService;
import dev.statecraft.replication.state.PackedJson;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** HTTP routes of the versions of an entity: list them, and revert to one. */
@Path("/v1/entities")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "State replication")
public class EntityHistoryResource {

    private final EntityReader reader;
    private final EntityService entities;
    private final CurrentCaller caller;
    private final IdempotentRequest idempotent;

    EntityHistoryResource(
            EntityReader reader, EntityService entities, CurrentCaller caller, IdempotentRequest idempotent) {
        this.reader = reader;
        this.entities = entities;
        this.caller = caller;
        this.idempotent = idempotent;
    }

    /** Input of a revert: the version to restore. */
    public record RevertRequest(
            @Nullable Long version,
            @Nullable String mutationId,
            @Nullable SourceRequest source,
            @Nullable Long fence) {}

    /** A page of versions, newest first. */
    @Schema(name = "EntityHistory")
    public record History(
            String id,
            String space,
            List<VersionView> versions,
            @Nullable String nextCursor) {}

    /** Lists the stored versions of an entity. */
    @GET
    @Path("/{entity}/history")
    @Requires(value = Scope.STATE_READ, players = Players.NAMED_SPACE)
    @Operation(operationId = "getEntityHistory", summary = "List the stored versions of an entity")
    public History history(
            @PathParam("entity") String id,
            @QueryParam("space") @Nullable String inSpace,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        Ids.check("entity", id);
        String space = EntityProblems.space(inSpace);
        String list = "history#" + space + "#" + id;
        long below = cursor == null
                ? Long.MAX_VALUE
                : QueryParameters.integer("cursor", Cursor.read(cursor, list, 1).get(0), 1, Long.MAX_VALUE / 2);
        HistoryService.VersionPage page = reader.versions(caller.game(), space, id, below, QueryParameters.limit(limit))
                .orElseThrow(() -> new ProblemException(EntityProblems.notFound()));
        return new History(
                id,
                space,
                page.versions().stream().map(VersionView::of).toList(),
                page.next() == 0 ? null : Cursor.of(list, page.next()));
    }

    /** Writes the state of a stored version as a new version. */
    @POST
    @Path("/{entity}/revert")
    @Requires(value = Scope.STATE_WRITE, players = Players.NAMED_SPACE)
    @APIResponseSchema(EntityView.class)
    @Operation(operationId = "revertEntity", summary = "Revert an entity to a stored version, as a new version")
    public Response revert(
            @PathParam("entity") String id,
            @QueryParam("space") @Nullable String inSpace,
            @HeaderParam("Idempotency-Key") @Nullable String idempotencyKey,
            RevertRequest request) {
        return idempotent.once(idempotencyKey, request, () -> revert(id, inSpace, request, idempotencyKey));
    }

    private Response revert(
            String id, @Nullable String inSpace, RevertRequest request, @Nullable String idempotencyKey) {
        Ids.check("entity", id);
        Long version = request.version();
        if (version == null || version < 1) {
            throw new ProblemException(Problem.badRequest("version", "version must be at least 1."));
        }
        Source source = UpdateProblems.source(caller.get(), request.source(), "");
        ObjectNode arguments = PackedJson.MAPPER.createObjectNode();
        arguments.put("version", version).put("player", source.playerId());
        Long fence = request.fence();
        if (fence != null) {
            arguments.put("fence", fence);
        }
        String space = EntityProblems.space(inSpace);
        IdempotencyKey identity = IdempotencyKey.of(
                UpdateProblems.mutationId(request.mutationId(), "revert", idempotencyKey), "revert", arguments);
        return EntityResource.tagged(
                Response.ok(),
                EntityResource.view(
                        id,
                        space,
                        request.mutationId(),
                        entities.revert(
                                caller.game(), space, id, new Command.Revert(version, fence, source), identity)));
    }
}
