package dev.statecraft.replication.entity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.access.idempotency.IdempotentRequest;
import dev.statecraft.http.Ids;
import dev.statecraft.http.OptionalBody;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.replication.command.Command;
import dev.statecraft.replication.entity.EntityView.UpdateAnswer;
import dev.statecraft.replication.entity.SessionService.HeldByOther;
import dev.statecraft.replication.entity.SessionService.NotStarted;
import dev.statecraft.replication.entity.SessionService.SessionRequest;
import dev.statecraft.replication.entity.SessionService.Start;
import dev.statecraft.replication.entity.SessionService.Started;
import dev.statecraft.replication.session.SessionConfig;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.replication.state.EntitySession;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** HTTP routes of sessions: one server at a time writes an entity, and hands it over. */
@Path("/v1/entities")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "State replication")
public class SessionResource {

    private static final long MAX_WAIT_MILLIS = 60_000;

    private final SessionService sessions;
    private final EntityResource entities;
    private final SessionConfig config;
    private final CurrentCaller caller;
    private final IdempotentRequest idempotent;
    private final SchemaAnswers answers;

    SessionResource(
            SessionService sessions,
            EntityResource entities,
            SessionConfig config,
            CurrentCaller caller,
            IdempotentRequest idempotent,
            SchemaAnswers answers) {
        this.answers = answers;
        this.sessions = sessions;
        this.entities = entities;
        this.config = config;
        this.caller = caller;
        this.idempotent = idempotent;
    }

    /** Input of a session. {@code type} and {@code state} create the entity if it does not exist. */
    public record StartSessionRequest(
            @Nullable String holder,
            @Nullable Integer ttlSeconds,
            @Nullable Boolean steal,
            @Nullable Long waitMillis,
            @Nullable String type,
            @Nullable JsonNode state,
            @Nullable String schemaVersion) {}

    /**
     * A granted session and the state of its entity.
     *
     * @param session id of the session
     * @param fence fencing token, which every write of the holder names
     * @param previousHolder the server that the session was taken over from
     */
    public record StartedSession(
            String session,
            long fence,
            String holder,
            @Nullable String previousHolder,
            int ttlSeconds,
            String entityId,
            String space,
            String type,
            long version,
            String schemaVersion,
            JsonNode state) {}

    /** Grants the session of an entity. */
    @POST
    @Path("/{entity}/session")
    @Requires(Scope.STATE_WRITE)
    @APIResponseSchema(StartedSession.class)
    @Operation(operationId = "startSession", summary = "Start the session of an entity, as its only writer")
    public Response start(
            @PathParam("entity") String id,
            @QueryParam("space") @Nullable String inSpace,
            @HeaderParam(IdempotentRequest.HEADER) @Nullable String idempotencyKey,
            StartSessionRequest request) {
        return idempotent.once(idempotencyKey, request, () -> start(id, inSpace, request));
    }

    private Response start(String id, @Nullable String inSpace, StartSessionRequest request) {
        EntityKey entity = entity(id, inSpace);
        SessionRequest wanted = read(request);
        Start start = sessions.start(caller.game(), entity, wanted, UpdateProblems.source(caller.get(), null, ""));
        if (start instanceof Started started) {
            Entity granted = started.entity();
            return Response.status(started.created() ? 201 : 200)
                    .entity(view(answers.of(caller.game(), granted, wanted.schemaVersion())))
                    .header("ETag", VersionTag.of(granted.version()))
                    .build();
        }
        if (start instanceof HeldByOther held) {
            throw new ProblemException(Problem.conflict(
                            "session-held",
                            "Another server holds the session",
                            "The server " + held.holder()
                                    + " holds the session of this entity. It learns that the session"
                                    + " is wanted. Send the request again, or with steal to take the session over.")
                    .with("holder", held.holder())
                    .with("since", Instant.ofEpochMilli(held.sinceMillis()))
                    .with("expiresInSeconds", Math.max(1, (held.expiresInMillis() + 999) / 1000)));
        }
        throw new ProblemException(
                EntityProblems.of(answers.of(caller.game(), ((NotStarted) start).result(), wanted.schemaVersion())));
    }

    private SessionRequest read(StartSessionRequest request) {
        String holder = Ids.check("holder", request.holder());
        long shortest = config.shortestTtl().toSeconds();
        long longest = config.longestTtl().toSeconds();
        long ttlSeconds = request.ttlSeconds() == null ? config.ttl().toSeconds() : request.ttlSeconds();
        if (ttlSeconds < shortest || ttlSeconds > longest) {
            throw invalid("ttlSeconds", "ttlSeconds is an integer from " + shortest + " to " + longest + ".");
        }
        long waitMillis = request.waitMillis() == null ? 0 : request.waitMillis();
        if (waitMillis < 0 || waitMillis > MAX_WAIT_MILLIS) {
            throw invalid("waitMillis", "waitMillis is an integer from 0 to " + MAX_WAIT_MILLIS + ".");
        }
        Command.NewState created = null;
        if (request.type() != null) {
            ObjectNode state = EntityProblems.object("state", request.state());
            created = new Command.NewState(Ids.check("type", request.type()), state);
        } else if (request.state() != null && !request.state().isNull()) {
            throw invalid("type", "A state needs the type of the entity that is created with it.");
        }
        return new SessionRequest(
                holder,
                (int) ttlSeconds,
                Boolean.TRUE.equals(request.steal()),
                created,
                QueryParameters.semanticVersion("schemaVersion", request.schemaVersion()),
                waitMillis);
    }

    /** Ends the session of an entity, after a last update in the same transaction if the body contains one. */
    @DELETE
    @Path("/{entity}/session")
    @Requires(Scope.STATE_WRITE)
    @Operation(operationId = "endSession", summary = "End the session of an entity")
    @APIResponseSchema(UpdateAnswer.class)
    public Response end(
            @PathParam("entity") String id,
            @QueryParam("space") @Nullable String inSpace,
            @QueryParam("fence") @Nullable String fence,
            @OptionalBody @Nullable PatchRequest update) {
        EntityKey entity = entity(id, inSpace);
        long session = QueryParameters.integer("fence", fence, 1, QueryParameters.MAX_INTEGER);
        if (update != null && !update.changesNothing()) {
            return entities.update(id, inSpace, null, null, update.ending(session));
        }
        sessions.end(caller.game(), entity, session, UpdateProblems.source(caller.get(), null, ""))
                .ifPresent(result -> {
                    throw new ProblemException(EntityProblems.of(result));
                });
        return Response.noContent().build();
    }

    /** Returns the session of an entity. */
    @GET
    @Path("/{entity}/session")
    @Requires(Scope.STATE_READ)
    @Operation(operationId = "getSession", summary = "Get the session of an entity")
    public SessionView read(@PathParam("entity") String id, @QueryParam("space") @Nullable String inSpace) {
        EntityKey entity = entity(id, inSpace);
        return sessions.find(caller.game(), entity)
                .map(session -> SessionView.of(entity, session))
                .orElseThrow(() -> new ProblemException(Problem.notFound(
                        "session-not-found", "No session", "No server holds the session of this entity.")));
    }

    private static EntityKey entity(String id, @Nullable String space) {
        return new EntityKey(EntityProblems.space(space), Ids.check("entity", id));
    }

    private static StartedSession view(Entity entity) {
        EntitySession session = entity.session();
        String holder = session.holder();
        return new StartedSession(
                entity.id() + ":" + session.fence(),
                session.fence(),
                holder == null ? "" : holder,
                session.previousHolder(),
                session.ttlSeconds(),
                entity.id(),
                entity.space(),
                entity.type(),
                entity.version(),
                entity.schemaVersion(),
                entity.json());
    }

    private static ProblemException invalid(String field, String detail) {
        return new ProblemException(Problem.badRequest(field, detail));
    }
}
