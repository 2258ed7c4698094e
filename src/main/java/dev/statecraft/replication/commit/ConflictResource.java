package dev.statecraft.replication.commit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.access.idempotency.IdempotentRequest;
import dev.statecraft.http.Cursor;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.commit.ConflictResolution.Choice;
import dev.statecraft.replication.merge.Conflict;
import dev.statecraft.replication.merge.Merge;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.state.StateLimits;
import dev.statecraft.replication.state.Strategy;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** HTTP routes of parked conflicts: list and resolve them, and preview a merge. */
@Path("/v1/conflicts")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "State replication")
public class ConflictResource {

    private final ConflictService conflicts;
    private final CurrentCaller caller;
    private final IdempotentRequest idempotent;

    ConflictResource(ConflictService conflicts, CurrentCaller caller, IdempotentRequest idempotent) {
        this.idempotent = idempotent;
        this.conflicts = conflicts;
        this.caller = caller;
    }

    /** API representation of a parked conflict. {@code update} contains the operations of the update. */
    public record ConflictView(
            String conflictId,
            String space,
            String entityId,
            String type,
            long version,
            String by,
            Instant at,
            Instant deadline,
            List<Conflict> conflicts,
            JsonNode update,
            @Nullable JsonNode guard) {

        static ConflictView of(ParkedConflict conflict) {
            return new ConflictView(
                    conflict.id(),
                    conflict.space(),
                    conflict.entityId(),
                    conflict.type(),
                    conflict.version(),
                    conflict.by(),
                    Instant.ofEpochMilli(conflict.at()),
                    Instant.ofEpochMilli(conflict.deadline()),
                    conflict.conflicts(),
                    conflict.operations().toJson(),
                    conflict.guard().isEmpty() ? null : conflict.guard().toJson());
        }
    }

    /** A page of parked conflicts, nearest deadline first. */
    public record ConflictList(
            List<ConflictView> conflicts, @Nullable String nextCursor) {}

    /** The side that wins, chosen by the caller. */
    @Schema(name = "ConflictSide")
    public enum Side {
        SERVER,
        CLIENT,
        MERGE
    }

    /** A decision on a conflict: a side, or the new state of the entity. */
    @Schema(name = "ConflictDecisionRequest")
    public record DecisionRequest(
            @Nullable Side choose, @Nullable JsonNode state) {}

    /** Result of a decision. The version and the state are those of the entity after the decision. */
    @Schema(name = "ConflictDecisionAnswer")
    public record DecisionAnswer(
            String conflictId,
            String space,
            String entityId,
            Choice resolution,
            boolean changed,
            @Nullable Long version,
            @Nullable JsonNode state,
            @Nullable JsonNode conflicts,
            @Nullable Boolean replayed) {}

    /** Two states to merge, and their common base if it is known. */
    public record PreviewRequest(
            @Nullable String type,
            @Nullable JsonNode base,
            @Nullable JsonNode server,
            @Nullable JsonNode client) {}

    /** Result of an update. */
    @Schema(name = "ConflictOutcome")
    public enum Outcome {
        ACCEPTED,
        REFUSED,
        PARKED
    }

    /** Result of a previewed merge. {@code state} is the resulting state of the entity. */
    public record PreviewAnswer(
            Outcome outcome,
            JsonNode state,
            List<Conflict> conflicts,
            @Nullable Strategy strategy) {}

    /** Lists the parked conflicts, nearest deadline first. */
    @GET
    @Requires(Scope.STATE_ADMIN)
    @Operation(operationId = "listConflicts", summary = "List the parked conflicts")
    public ConflictList list(
            @QueryParam("limit") @Nullable String limit, @QueryParam("cursor") @Nullable String cursor) {
        String list = "conflicts";
        String after = cursor == null ? null : Cursor.read(cursor, list, 1).get(0);
        if (after != null && !ConflictService.isPosition(after)) {
            throw Cursor.foreign();
        }
        ConflictStore.ConflictPage page = conflicts.list(caller.game(), after, QueryParameters.limit(limit));
        return new ConflictList(
                page.conflicts().stream().map(ConflictView::of).toList(),
                page.next() == null ? null : Cursor.of(list, page.next()));
    }

    /** Resolves a conflict. The same decision again returns the same response. */
    @POST
    @Path("/{conflict}/resolve")
    @Requires(Scope.STATE_ADMIN)
    @Operation(operationId = "resolveConflict", summary = "Resolve a parked conflict")
    public DecisionAnswer resolve(
            @PathParam("conflict") String id,
            @HeaderParam(IdempotentRequest.HEADER) @Nullable String idempotencyKey,
            DecisionRequest request) {
        return idempotent.once(idempotencyKey, request, () -> resolve(id, request));
    }

    private DecisionAnswer resolve(String id, DecisionRequest request) {
        Ids.check("conflict", id);
        Side side = request.choose();
        if ((side == null) == (request.state() == null)) {
            throw badRequest("choose", "Send either choose (SERVER, CLIENT or MERGE) or state.");
        }
        ObjectNode state = request.state() == null ? null : state("state", request.state());
        Choice choice = side == null ? Choice.STATE : Choice.valueOf(side.name());
        ConflictService.ResolveResult result =
                conflicts.resolve(caller.game(), id, choice, state, caller.get().name());
        if (result instanceof ConflictService.Done done) {
            return answer(done);
        }
        if (result instanceof ConflictService.Unknown) {
            throw new ProblemException(Problem.notFound(
                    "conflict-not-found",
                    "Conflict not found",
                    "The conflict never existed, or its resolution is no longer stored."));
        }
        if (result instanceof ConflictService.ResolvedDifferently other) {
            throw new ProblemException(Problem.conflict(
                            "conflict-settled",
                            "The conflict was already resolved differently",
                            "A different decision resolved the conflict earlier.")
                    .with("resolution", other.resolution().choice()));
        }
        if (result instanceof ConflictService.Impossible impossible) {
            throw new ProblemException(problem(impossible));
        }
        throw new ProblemException(Problem.unavailable(1));
    }

    /** Previews the merge of {@code client} over {@code server}. Nothing is written. */
    @POST
    @Path("/preview")
    @Requires(Scope.STATE_READ)
    @Operation(operationId = "previewMerge", summary = "Preview the result of a merge")
    public PreviewAnswer preview(PreviewRequest request) {
        String type = Ids.check("type", request.type());
        ObjectNode base = request.base() == null || request.base().isNull() ? null : state("base", request.base());
        ObjectNode server = state("server", request.server());
        ObjectNode client = state("client", request.client());
        Merge.Merged merged = conflicts.preview(caller.game(), type, base, server, client);
        if (merged instanceof Merge.Impossible impossible) {
            throw new ProblemException(
                    impossible(impossible.path().toString(), "The merge failed: " + impossible.reason() + "."));
        }
        if (merged instanceof Merge.Parked parked) {
            return new PreviewAnswer(Outcome.PARKED, server, parked.conflicts(), Strategy.MANUAL);
        }
        if (merged instanceof Merge.Refused refused) {
            return new PreviewAnswer(Outcome.REFUSED, server, refused.conflicts(), refused.strategy());
        }
        Merge.Accepted accepted = (Merge.Accepted) merged;
        StateLimits.exceeded(accepted.state()).ifPresent(limit -> {
            throw new ProblemException(tooLarge(limit));
        });
        conflicts.violation(caller.game(), type, accepted.state()).ifPresent(violated -> {
            throw new ProblemException(GuardProblems.of(violated).orElseThrow());
        });
        return new PreviewAnswer(Outcome.ACCEPTED, accepted.state(), accepted.conflicts(), accepted.strategy());
    }

    private static DecisionAnswer answer(ConflictService.Done done) {
        ConflictResolution resolution = done.resolution();
        Entity entity = done.entity().orElse(null);
        PackedJson conflicts = entity == null || !done.changed() ? null : entity.conflicts();
        return new DecisionAnswer(
                resolution.conflictId(),
                resolution.space(),
                resolution.entityId(),
                resolution.choice(),
                done.changed(),
                entity == null ? null : entity.version(),
                entity == null || entity.deleted() ? null : entity.json(),
                conflicts == null ? null : conflicts.value(),
                done.replayed() ? Boolean.TRUE : null);
    }

    private static Problem problem(ConflictService.Impossible impossible) {
        Entity current = impossible.current();
        if (impossible.rejection() instanceof Rejection.Invalid invalid) {
            return impossible(invalid.field(), invalid.detail())
                    .with("current", Map.of("version", current.version(), "state", current.json()));
        }
        if (impossible.rejection() instanceof Rejection.TooLarge tooLarge) {
            return tooLarge(tooLarge.detail());
        }
        return GuardProblems.of(impossible.rejection())
                .orElseGet(() -> Problem.conflict(
                        "entity-deleted",
                        "The entity was deleted: only SERVER is possible",
                        "The entity was deleted after the conflict was parked. Send choose: SERVER."));
    }

    private static Problem impossible(String path, String detail) {
        return Problem.unprocessable(
                        "operation-impossible", "The operation does not apply to the current state", detail)
                .withField(path);
    }

    private static Problem tooLarge(String limit) {
        return Problem.of(413, "state-too-large", "The state is too large", limit);
    }

    private static ObjectNode state(String field, @Nullable JsonNode json) {
        if (json == null) {
            throw badRequest(field, "The field " + field + " is missing.");
        }
        ObjectNode state = json instanceof ObjectNode object ? object : null;
        if (json.isArray() && json.isEmpty()) {
            state = JsonNodeFactory.instance.objectNode();
        }
        if (state == null) {
            throw badRequest(field, "A state is a JSON object.");
        }
        StateLimits.exceeded(state).ifPresent(limit -> {
            throw new ProblemException(tooLarge(limit).withField(field));
        });
        return state;
    }

    private static ProblemException badRequest(String field, String detail) {
        return new ProblemException(Problem.badRequest(field, detail));
    }
}
