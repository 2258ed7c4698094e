package dev.statecraft.replication.entity;

import com.fasterxml.jackson.databind.JsonNode;
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
import dev.statecraft.replication.command.EntityUpdate;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Source;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.CommitResult.Done;
import dev.statecraft.replication.entity.EntityView.SourceRequest;
import dev.statecraft.replication.entity.EntityView.UpdateAnswer;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.state.ReplicationConfig;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** HTTP routes that create, read, list, update and delete entities. */
@Path("/v1/entities")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "State replication")
public class EntityResource {

    private static final String MERGE_PATCH = "application/merge-patch+json";

    private final EntityReader reader;
    private final EntityService entities;
    private final ReplicationConfig config;
    private final CurrentCaller caller;
    private final IdempotentRequest idempotent;
    private final SchemaAnswers answers;

    EntityResource(
            EntityReader reader,
            EntityService entities,
            ReplicationConfig config,
            CurrentCaller caller,
            IdempotentRequest idempotent,
            SchemaAnswers answers) {
        this.answers = answers;
        this.reader = reader;
        this.entities = entities;
        this.config = config;
        this.caller = caller;
        this.idempotent = idempotent;
    }

    /** Input of a new entity. {@code owner} is the player that owns it. */
    public record NewEntityRequest(
            @Nullable String id,
            @Nullable String type,
            @Nullable JsonNode state,
            @Nullable String space,
            @Nullable String owner,
            @Nullable SourceRequest source,
            @Nullable String mutationId) {}

    /** A page of entities in the order of their ids. */
    public record EntityListAnswer(
            List<EntityView> entities, @Nullable String nextCursor) {}

    /** Implements {@code createEntity} of the original Luau API. */
    @POST
    @Requires(value = Scope.STATE_WRITE, players = Players.WHAT_THE_RESOURCE_ALLOWS)
    @APIResponseSchema(EntityView.class)
    @Operation(operationId = "createEntity", summary = "Create an entity")
    public Response create(@HeaderParam("Idempotency-Key") @Nullable String idempotencyKey, NewEntityRequest request) {
        return idempotent.once(idempotencyKey, request, () -> create(request, idempotencyKey));
    }

    private Response create(NewEntityRequest request, @Nullable String idempotencyKey) {
        String id = Ids.check("id", request.id());
        String type = Ids.check("type", request.type());
        String space = EntityProblems.space(request.space());
        caller.get().requireSpace(space);
        ObjectNode state = EntityProblems.object("state", request.state());
        Source source = source(request.source());
        String owner = request.owner() == null ? source.playerId() : Ids.check("owner", request.owner());
        ObjectNode arguments = PackedJson.MAPPER.createObjectNode();
        arguments.put("type", type).put("owner", owner).set("state", state);
        IdempotencyKey identity = IdempotencyKey.of(
                UpdateProblems.mutationId(request.mutationId(), "create", idempotencyKey), "create", arguments);
        CommitResult result = entities.create(
                caller.game(), space, new EntityService.NewEntity(id, type, state, owner), source, identity);
        return tagged(
                Response.created(URI.create(
                        "/v1/entities/" + id + (space.equals(EntityProblems.DEFAULT_SPACE) ? "" : "?space=" + space))),
                view(id, space, request.mutationId(), result));
    }

    /** Lists the entities of a space. */
    @GET
    @Requires(value = Scope.STATE_READ, players = Players.NAMED_SPACE)
    @Operation(operationId = "listEntities", summary = "List the entities of a space")
    public EntityListAnswer list(
            @QueryParam("space") @Nullable String inSpace,
            @QueryParam("type") @Nullable String type,
            @QueryParam("schemaVersion") @Nullable String schemaVersion,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        String space = EntityProblems.space(inSpace);
        String schema = QueryParameters.semanticVersion("schemaVersion", schemaVersion);
        String ofType = type == null ? null : Ids.check("type", type);
        String list = "entities#" + space + "#" + (ofType == null ? "" : ofType);
        String after = cursor == null ? null : Cursor.read(cursor, list, 1).get(0);
        if (after != null && !Ids.isStored(after)) {
            throw Cursor.foreign();
        }
        EntityReader.EntityList page = reader.list(caller.game(), space, ofType, after, QueryParameters.limit(limit));
        return new EntityListAnswer(
                page.entities().stream()
                        .map(entity -> EntityView.of(shown(entity, schema), false))
                        .toList(),
                page.next() == null ? null : Cursor.of(list, page.next()));
    }

    /** Implements {@code getEntityState} of the original Luau API. */
    @GET
    @Path("/{entity}")
    @Requires(value = Scope.STATE_READ, players = Players.NAMED_SPACE)
    @APIResponseSchema(EntityView.class)
    @Operation(operationId = "getEntityState", summary = "Get the current state of an entity or an earlier version")
    public Response read(
            @PathParam("entity") String id,
            @QueryParam("space") @Nullable String inSpace,
            @QueryParam("version") @Nullable String atVersion,
            @QueryParam("schemaVersion") @Nullable String schemaVersion,
            @HeaderParam("If-None-Match") @Nullable String known) {
        Ids.check("entity", id);
        String space = EntityProblems.space(inSpace);
        String schema = QueryParameters.semanticVersion("schemaVersion", schemaVersion);
        Entity entity;
        if (atVersion == null) {
            entity = reader.read(caller.game(), space, id);
            if (entity.deleted()) {
                throw new ProblemException(EntityProblems.notFound());
            }
        } else {
            long version = QueryParameters.integer("version", atVersion, 1, QueryParameters.MAX_INTEGER);
            entity = reader.readAt(caller.game(), space, id, version)
                    .orElseThrow(() -> new ProblemException(EntityProblems.versionNotFound(version)));
        }
        if (known != null && schema == null && VersionTag.matches(known, entity.version())) {
            return Response.notModified()
                    .header("ETag", VersionTag.of(entity.version()))
                    .build();
        }
        return Response.ok(EntityView.of(shown(entity, schema), false))
                .header("ETag", VersionTag.of(entity.version()))
                .build();
    }

    /** Implements {@code updateEntity} of the original Luau API. */
    @PATCH
    @Path("/{entity}")
    @Requires(value = Scope.STATE_WRITE, players = Players.NAMED_SPACE)
    @APIResponseSchema(UpdateAnswer.class)
    @Operation(operationId = "updateEntity", summary = "Update an entity by operations or a whole state")
    public Response update(
            @PathParam("entity") String id,
            @QueryParam("space") @Nullable String inSpace,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @HeaderParam("Idempotency-Key") @Nullable String idempotencyKey,
            PatchRequest request) {
        Ids.check("entity", id);
        Long required = UpdateProblems.required(ifMatch);
        EntityUpdate update = UpdateProblems.read(request.update(), required, "", config);
        Source source = source(request.source());
        IdempotencyKey identity = UpdateProblems.identity(
                UpdateProblems.mutationId(request.mutationId(), idempotencyKey), request.update(), source, required);
        return response(
                id,
                request.mutationId(),
                answers.of(
                        caller.game(),
                        entities.update(caller.game(), EntityProblems.space(inSpace), id, update, source, identity),
                        update.schemaVersion()));
    }

    /** Updates an entity by a JSON merge patch (RFC 7396). */
    @PATCH
    @Path("/{entity}")
    @Consumes(MERGE_PATCH)
    @Requires(value = Scope.STATE_WRITE, players = Players.NAMED_SPACE)
    @Operation(hidden = true)
    public Response mergePatch(
            @PathParam("entity") String id,
            @QueryParam("space") @Nullable String inSpace,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @HeaderParam("Idempotency-Key") @Nullable String idempotencyKey,
            JsonNode request) {
        Ids.check("entity", id);
        if (!(request instanceof ObjectNode patch)) {
            throw new ProblemException(Problem.badRequest(null, "A merge patch of a state must be an object."));
        }
        Long required = UpdateProblems.required(ifMatch);
        ObjectNode arguments = PackedJson.MAPPER.createObjectNode();
        arguments.put("required", required).set("patch", patch);
        return response(
                id,
                null,
                entities.update(
                        caller.game(),
                        EntityProblems.space(inSpace),
                        id,
                        new EntityUpdate(new EntityUpdate.Patch(patch), null, required, new TreeMap<>(), null),
                        source(null),
                        IdempotencyKey.of(UpdateProblems.mutationId(null, idempotencyKey), "patch", arguments)));
    }

    /** Deletes an entity. Its versions continue if it is created again. */
    @DELETE
    @Path("/{entity}")
    @Requires(value = Scope.STATE_WRITE, players = Players.NAMED_SPACE)
    @Operation(operationId = "deleteEntity", summary = "Delete an entity")
    public EntityView delete(
            @PathParam("entity") String id,
            @QueryParam("space") @Nullable String inSpace,
            @QueryParam("playerId") @Nullable String playerId,
            @QueryParam("fence") @Nullable String withFence,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @HeaderParam("Idempotency-Key") @Nullable String idempotencyKey) {
        Ids.check("entity", id);
        Long required = UpdateProblems.required(ifMatch);
        Source source = source(playerId == null ? null : new SourceRequest(Ids.check("playerId", playerId), null));
        ObjectNode arguments = PackedJson.MAPPER.createObjectNode();
        arguments.put("required", required).put("player", source.playerId());
        Long fence = UpdateProblems.fence(withFence);
        if (fence != null) {
            arguments.put("fence", fence);
        }
        String space = EntityProblems.space(inSpace);
        IdempotencyKey identity =
                IdempotencyKey.of(UpdateProblems.mutationId(null, "delete", idempotencyKey), "delete", arguments);
        return view(
                id,
                space,
                null,
                entities.delete(caller.game(), space, id, new Command.Delete(required, fence, source), identity));
    }

    private Entity shown(Entity entity, @Nullable String schemaVersion) {
        return EntityProblems.shown(reader, caller.game(), entity, schemaVersion);
    }

    private Source source(@Nullable SourceRequest request) {
        return UpdateProblems.source(caller.get(), request, "");
    }

    /** Replaces the field of an id-reused problem by the header if the id was sent in the header. */
    private static Problem byHeader(Problem problem, @Nullable String fromBody) {
        return fromBody == null && "mutationId".equals(problem.field())
                ? problem.withField(IdempotentRequest.HEADER)
                : problem;
    }

    private static Response response(String id, @Nullable String mutationId, EntityService.Updated updated) {
        UpdateProblems.Answer answer = UpdateProblems.answer(id, updated);
        Problem refused = answer.problem();
        Problem problem = refused == null ? null : byHeader(refused, mutationId);
        UpdateAnswer body = answer.body();
        if (problem != null || body == null) {
            throw new ProblemException(problem == null ? Problem.unavailable(1) : problem);
        }
        Response.ResponseBuilder response = Response.status(answer.status()).entity(body);
        if (body.accepted() && body.version() != null) {
            response.header("ETag", VersionTag.of(body.version()));
        }
        return response.build();
    }

    /** Sets the entity as the body and its version as the ETag. */
    static Response tagged(Response.ResponseBuilder response, EntityView view) {
        return response.entity(view)
                .header("ETag", VersionTag.of(view.version()))
                .build();
    }

    /**
     * The API representation of the result of a commit.
     *
     * @throws ProblemException if the commit was rejected
     */
    static EntityView view(String id, String space, @Nullable String mutationId, CommitResult result) {
        if (result instanceof Done done) {
            return EntityView.of(done.entity(), done.replayed());
        }
        if (result instanceof CommitResult.VersionExpired expired) {
            return EntityView.expired(id, space, expired.version());
        }
        throw new ProblemException(byHeader(EntityProblems.of(result), mutationId));
    }
}
