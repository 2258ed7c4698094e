package dev.statecraft.replication.entity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.replication.commit.CommitService.Held;
import dev.statecraft.replication.commit.CommitService.Refused;
import dev.statecraft.replication.commit.CommitService.Result;
import dev.statecraft.replication.commit.CommitService.Reused;
import dev.statecraft.replication.commit.Rejection;
import dev.statecraft.replication.merge.Conflict;
import dev.statecraft.replication.merge.ConflictExplanation;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.type.SchemaService;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The problems that the resources of replication answer with. */
public final class EntityProblems {

    /** The space of entities that name none. */
    public static final String DEFAULT_SPACE = "global";

    private EntityProblems() {}

    /** The space a request names, or the default one. */
    public static String space(@Nullable String space) {
        return space == null ? DEFAULT_SPACE : Ids.check("space", space);
    }

    /** An object that a field of the request has to be; Luau's empty array counts as an empty one. */
    static ObjectNode object(String field, @Nullable JsonNode value) {
        if (value instanceof ObjectNode object) {
            return object;
        }
        if (value != null && value.isArray() && value.isEmpty()) {
            return PackedJson.MAPPER.createObjectNode();
        }
        throw new ProblemException(Problem.badRequest(
                field,
                value == null || value.isNull()
                        ? "The field " + field + " is missing."
                        : "The field " + field + " must be an object."));
    }

    public static Problem notFound() {
        return Problem.notFound(
                "entity-not-found", "Entity not found", "Create the entity first, or check the id and the space.");
    }

    static Problem versionNotFound(long version) {
        return Problem.notFound(
                "version-not-found",
                "Version not found",
                "Version " + version + " never existed, was a deletion, or is no longer stored.");
    }

    /** The entity in the shape that a request asked for; the newest shape if it asked for none. */
    public static Entity shown(EntityReader reader, String game, Entity entity, @Nullable String schemaVersion) {
        if (schemaVersion == null) {
            return entity;
        }
        SchemaService.Conversion seen = reader.atSchemaVersion(game, entity, schemaVersion);
        if (seen instanceof SchemaService.InvalidVersion) {
            throw new ProblemException(
                    Problem.badRequest("schemaVersion", "The parameter schemaVersion must be a version such as 1.2.0."));
        }
        if (seen instanceof SchemaService.Unavailable unavailable) {
            throw new ProblemException(Problem.conflict(
                            "schema-unavailable",
                            "No downgrade to this schema version",
                            "The entity " + entity.id() + " cannot be downgraded to " + schemaVersion + ": "
                                    + unavailable.reason() + ".")
                    .with(
                            "current",
                            Map.of("schemaVersion", unavailable.newest().schemaVersion()))
                    .withField("schemaVersion"));
        }
        return ((SchemaService.Converted) seen).entity();
    }

    static Problem reused(String field) {
        return Problem.idReused(field);
    }

    static Problem tooLarge(String detail) {
        return Problem.of(413, "state-too-large", "The state is too large", detail);
    }

    /** The problem of a mutation that was not done. */
    static Problem of(Result result) {
        if (result instanceof Reused) {
            return reused("mutationId");
        }
        if (result instanceof Refused refused) {
            return of(refused.refusal(), refused.current());
        }
        if (result instanceof Held) {
            return Problem.conflict(
                    "batch-refused",
                    "The atomic batch was rejected because of another update",
                    "No update of the batch was applied.");
        }
        return Problem.unavailable(1);
    }

    private static Problem of(Rejection refusal, Entity current) {
        if (refusal instanceof Rejection.Unfit unfit) {
            return Problem.badRequest(unfit.field(), unfit.detail());
        }
        if (refusal instanceof Rejection.TooLarge large) {
            return tooLarge(large.detail());
        }
        if (refusal instanceof Rejection.Forbidden forbidden) {
            return Problem.of(403, "forbidden", "The player may not write this entity", forbidden.detail());
        }
        if (refusal instanceof Rejection.NotFound) {
            return notFound();
        }
        if (refusal instanceof Rejection.Exists) {
            return Problem.conflict(
                            "entity-exists",
                            "The entity already exists",
                            "The space already has an entity with the id " + current.id() + ".")
                    .with("current", current(current));
        }
        if (refusal instanceof Rejection.Stale) {
            return Problem.preconditionFailed("The entity is at version " + current.version() + ".")
                    .with("current", current(current));
        }
        if (refusal instanceof Rejection.VersionUnknown unknown) {
            return versionNotFound(unknown.version());
        }
        if (refusal instanceof Rejection.Lost lost) {
            return conflict("The stored state won every conflict.", current, lost.conflicts())
                    .with("strategy", lost.strategy());
        }
        if (refusal instanceof Rejection.Undecided undecided) {
            return conflict(
                    "The strategy is MANUAL. An atomic batch cannot park a conflict.",
                    current,
                    undecided.conflicts());
        }
        return Problem.unavailable(1);
    }

    private static Problem conflict(String detail, Entity current, List<Conflict> conflicts) {
        return Problem.conflict("version-conflict", "The update conflicts with the stored state", detail)
                .with("current", current(current))
                .with("conflicts", ConflictExplanation.toJson(conflicts, true));
    }

    /** What the caller has to know to try again. */
    private static Map<String, Object> current(Entity entity) {
        Map<String, Object> current = new LinkedHashMap<>();
        current.put("version", entity.version());
        current.put("state", entity.json());
        return current;
    }
}
