package dev.statecraft.replication.entity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.access.Caller;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.replication.command.EntityUpdate;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Source;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.CommitResult.Done;
import dev.statecraft.replication.commit.CommitResult.VersionExpired;
import dev.statecraft.replication.commit.ConflictParking;
import dev.statecraft.replication.commit.ConflictParking.AlreadyResolved;
import dev.statecraft.replication.commit.ParkedConflict;
import dev.statecraft.replication.entity.EntityService.Decided;
import dev.statecraft.replication.entity.EntityService.Updated;
import dev.statecraft.replication.entity.EntityView.SourceRequest;
import dev.statecraft.replication.entity.EntityView.UpdateAnswer;
import dev.statecraft.replication.merge.ConflictExplanation;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.replication.state.Strategy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads updates from requests and converts their results to responses, for single updates and for sync requests. */
public final class UpdateProblems {

    private UpdateProblems() {}

    /** A response: the HTTP status, and the result of the update or the problem. */
    public record Answer(
            int status,
            @Nullable UpdateAnswer body,
            @Nullable Problem problem) {}

    /**
     * Reads the update of a request. {@code prefix} is put before the names of fields, for example {@code
     * updates[3].}.
     *
     * @param config limits of an update
     * @throws ProblemException if the update is malformed
     */
    public static EntityUpdate read(
            UpdateRequest request, @Nullable Long required, String prefix, ReplicationConfig config) {
        UpdateRequest.Reading reading = request.read(required, config);
        if (reading instanceof UpdateRequest.Malformed malformed) {
            throw new ProblemException(Problem.badRequest(prefix + malformed.field(), malformed.detail()));
        }
        return ((UpdateRequest.Read) reading).update();
    }

    /** The source of a request: the player of the token, else the named player or server, else the caller. */
    static Source source(Caller caller, @Nullable SourceRequest request, String prefix) {
        return source(caller, caller.name(), request, prefix);
    }

    /** The source of a request whose caller has the name {@code name}. */
    public static Source source(Caller caller, String name, @Nullable SourceRequest request, String prefix) {
        String bound = caller.playerId();
        if (bound != null) {
            return new Source(bound, bound, true);
        }
        String player = request == null || request.playerId() == null
                ? null
                : Ids.check(prefix + "source.playerId", request.playerId());
        String server = request == null || request.serverId() == null
                ? null
                : Ids.check(prefix + "source.serverId", request.serverId());
        return new Source(player != null ? player : server != null ? server : name, player);
    }

    /** The identity of an update. */
    public static IdempotencyKey identity(
            @Nullable String mutationId, UpdateRequest request, Source source, @Nullable Long required) {
        ObjectNode arguments = request.arguments();
        arguments.put("player", source.playerId());
        arguments.put("required", required);
        return IdempotencyKey.of(mutationId, "update", arguments);
    }

    /** The mutation id from the body, or from the header. */
    public static @Nullable String mutationId(@Nullable String fromBody, @Nullable String fromHeader) {
        return fromBody != null
                ? Ids.check("mutationId", fromBody)
                : fromHeader == null ? null : Ids.check("Idempotency-Key", fromHeader);
    }

    /**
     * The mutation id of an operation other than an update. An id from the header gets the operation and a space as a
     * prefix. Ids from a body contain no space, so the two never match.
     */
    static @Nullable String mutationId(@Nullable String fromBody, String operation, @Nullable String fromHeader) {
        String id = mutationId(fromBody, fromHeader);
        return fromBody != null || id == null ? id : operation + " " + id;
    }

    /** The version that {@code If-Match} requires; null for any. */
    static @Nullable Long required(@Nullable String ifMatch) {
        if (ifMatch == null || ifMatch.strip().equals("*")) {
            return null;
        }
        return VersionTag.version(ifMatch)
                .orElseThrow(() -> new ProblemException(
                        Problem.badRequest("If-Match", "Give the expected version in quotes, for example \"3\".")));
    }

    /**
     * The fencing token in the query of a request; null if there is none.
     *
     * @throws ProblemException 400 if it is not a positive integer
     */
    static @Nullable Long fence(@Nullable String fence) {
        return fence == null
                ? null
                : Long.valueOf(QueryParameters.integer("fence", fence, 1, QueryParameters.MAX_INTEGER));
    }

    /** Converts the result of an update to a response. */
    public static Answer answer(String id, Updated updated) {
        if (updated instanceof EntityService.Parked parked) {
            return answer(id, parked.parking());
        }
        CommitResult result = ((Decided) updated).result();
        if (result instanceof VersionExpired expired) {
            return new Answer(
                    200,
                    new UpdateAnswer(id, null, expired.version(), null, true, List.of(), null, null, null, true),
                    null);
        }
        if (result instanceof Done done) {
            return new Answer(200, done(done.entity(), done.replayed(), null), null);
        }
        Problem problem = EntityProblems.of(result);
        return new Answer(problem.status(), null, problem);
    }

    private static Answer answer(String id, ConflictParking.Parking parking) {
        if (parking instanceof ConflictParking.Parked parked) {
            ParkedConflict conflict = parked.conflict();
            return new Answer(
                    202,
                    new UpdateAnswer(
                            id,
                            conflict.space(),
                            conflict.version(),
                            null,
                            false,
                            list(ConflictExplanation.toJson(conflict.conflicts(), true)),
                            Strategy.MANUAL,
                            conflict.id(),
                            Instant.ofEpochMilli(conflict.deadline()),
                            parked.replayed() ? Boolean.TRUE : null),
                    null);
        }
        if (parking instanceof AlreadyResolved resolved) {
            String conflictId = resolved.resolution().conflictId();
            Optional<UpdateAnswer> made = resolved.entity().map(entity -> done(entity, true, conflictId));
            return new Answer(
                    200,
                    made.orElseGet(() -> new UpdateAnswer(
                            id,
                            resolved.resolution().space(),
                            null,
                            null,
                            false,
                            List.of(),
                            resolved.resolution().strategy(),
                            conflictId,
                            null,
                            true)),
                    null);
        }
        Problem problem = parking instanceof ConflictParking.Reused
                ? EntityProblems.reused("mutationId")
                : EntityProblems.tooLarge("The update is too large to be parked as a conflict.");
        return new Answer(problem.status(), null, problem);
    }

    private static UpdateAnswer done(Entity entity, boolean replayed, @Nullable String conflictId) {
        PackedJson conflicts = entity.conflicts();
        return new UpdateAnswer(
                entity.id(),
                entity.space(),
                entity.version(),
                entity.state(),
                true,
                conflicts == null ? List.of() : list(conflicts.value()),
                entity.strategy(),
                conflictId,
                null,
                replayed ? Boolean.TRUE : null);
    }

    private static List<JsonNode> list(JsonNode array) {
        List<JsonNode> list = new ArrayList<>();
        array.forEach(list::add);
        return list;
    }
}
