package dev.statecraft.replication.entity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.access.idempotency.IdempotentRequest;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.session.Message;
import dev.statecraft.replication.session.MessageService;
import dev.statecraft.replication.session.SessionConfig;
import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.replication.state.MutationReceipt;
import dev.statecraft.replication.state.PackedJson;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** HTTP route that sends messages to the servers that hold sessions, now or next. */
@Path("/v1/entities")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "State replication")
public class MessageResource {

    private final MessageService messages;
    private final SessionConfig config;
    private final CurrentCaller caller;
    private final Clock clock;

    MessageResource(MessageService messages, SessionConfig config, CurrentCaller caller, Clock clock) {
        this.messages = messages;
        this.config = config;
        this.caller = caller;
        this.clock = clock;
    }

    /**
     * Input of a message.
     *
     * @param id identifies it among the messages of the entity; the Idempotency-Key by default
     */
    public record MessageRequest(
            @Nullable String id,
            @Nullable JsonNode body,
            @Nullable Instant expiresAt) {}

    /** A message that was accepted. */
    public record AcceptedMessage(
            String id,
            String entityId,
            String space,
            @Nullable Boolean replayed) {}

    /** Sends a message to the server that holds the session of an entity, or to the next one. */
    @POST
    @Path("/{entity}/messages")
    @Requires(Scope.STATE_WRITE)
    @APIResponseSchema(value = AcceptedMessage.class, responseCode = "202")
    @Operation(
            operationId = "sendMessage",
            summary = "Send a message to the holder of an entity's session, now or next")
    public Response send(
            @PathParam("entity") String entityId,
            @QueryParam("space") @Nullable String inSpace,
            @HeaderParam(IdempotentRequest.HEADER) @Nullable String idempotencyKey,
            MessageRequest request) {
        EntityKey entity = new EntityKey(EntityProblems.space(inSpace), Ids.check("entity", entityId));
        String id = request.id() == null && idempotencyKey != null
                ? Ids.check(IdempotentRequest.HEADER, idempotencyKey)
                : Ids.check("id", request.id());
        JsonNode body = body(request.body());
        Instant expiresAt = request.expiresAt();
        ObjectNode arguments = PackedJson.MAPPER.createObjectNode();
        arguments
                .put("expiresAt", expiresAt == null ? null : expiresAt.toString())
                .set("body", body);
        int hash = MutationReceipt.bodyHash(
                IdempotencyKey.of(id, "message", arguments).body());
        Message message = new Message(
                id, body, clock.millis(), expiresAt == null ? null : Long.valueOf(expiresAt.toEpochMilli()));
        MessageService.Result result = messages.send(caller.game(), entity, message, hash);
        if (result instanceof MessageService.Accepted accepted) {
            return Response.accepted(new AcceptedMessage(
                            id, entity.id(), entity.space(), accepted.replayed() ? Boolean.TRUE : null))
                    .build();
        }
        throw new ProblemException(problem(result));
    }

    private JsonNode body(@Nullable JsonNode body) {
        if (body == null || body.isNull()) {
            throw new ProblemException(Problem.badRequest("body", "The field body is missing."));
        }
        if (PackedJson.text(body).length > config.messageBytes()) {
            throw new ProblemException(Problem.of(
                            413,
                            "message-too-large",
                            "The message is too large",
                            "The body of a message has at most " + config.messageBytes() + " bytes of JSON.")
                    .withField("body"));
        }
        return body;
    }

    private Problem problem(MessageService.Result result) {
        if (result instanceof MessageService.Reused) {
            return Problem.idReused("id");
        }
        return result instanceof MessageService.Full
                ? Problem.tooManyRequests(
                        60,
                        config.waitingMessages()
                                + " messages wait for the holder of this entity. Send the message again"
                                + " after the holder has acknowledged some of them.")
                : Problem.unavailable(1);
    }
}
