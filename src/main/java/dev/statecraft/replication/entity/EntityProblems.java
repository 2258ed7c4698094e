package dev.statecraft.replication.entity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.replication.command.Rejection;
import dev.statecraft.replication.commit.CommitResult;
import dev.statecraft.replication.commit.CommitResult.BatchRejected;
import dev.statecraft.replication.commit.CommitResult.Refused;
import dev.statecraft.replication.commit.CommitResult.Reused;
import dev.statecraft.replication.commit.GuardProblems;
import dev.statecraft.replication.merge.Conflict;
import dev.statecraft.replication.merge.ConflictExplanation;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.type.SchemaService;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The problems and common parameters of the entity routes. */
public final class EntityProblems {

    /** The space of requests that specify none. */
    public static final String DEFAULT_SPACE = "global";

    private EntityProblems() {}

    /** The space of a request, or the default space. */
    public static String space(@Nullable String space) {
        return space == null ? DEFAULT_SPACE : Ids.check("space", space);
    }

    /**
     * The JSON object in a field of the request. An empty array, which Luau sends for an empty table, counts as an
     * empty object.
     */
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

    /** The entity in the requested schema version; the latest version if none is requested. */
    public static Entity shown(EntityReader reader, String game, Entity entity, @Nullable String schemaVersion) {
        if (schemaVersion == null) {
            return entity;
        }
        SchemaService.Conversion seen = reader.atSchemaVersion(game, entity, schemaVersion);
        if (seen instanceof SchemaService.InvalidVersion) {
            throw new ProblemException(Problem.badRequest(
                    "schemaVersion", "The parameter schemaVersion must be a version such as 1.2.0."));
        }
        if (seen instanceof SchemaService.Unavailable unavailable) {
            throw new ProblemException(
                    schemaUnavailable(unavailable.newest(), "downgraded", schemaVersion, unavailable.reason()));
        }
        return ((SchemaService.Converted) seen).entity();
    }

    private static Problem schemaUnavailable(Entity newest, String how, @Nullable String schemaVersion, String reason) {
        return Problem.conflict(
                        "schema-unavailable",
                        "No conversion to this schema version",
                        "The entity " + newest.id() + " cannot be " + how + " to " + schemaVersion + ": " + reason
                                + ".")
                .with("current", Map.of("schemaVersion", newest.schemaVersion()))
                .withField("schemaVersion");
    }

    static Problem reused(String field) {
        return Problem.idReused(field);
    }

    static Problem tooLarge(String detail) {
        return Problem.of(413, "state-too-large", "The state is too large", detail);
    }

    /** The problem of a mutation that was not applied. */
    static Problem of(CommitResult result) {
        if (result instanceof Reused) {
            return reused("mutationId");
        }
        if (result instanceof Refused refused) {
            return of(refused.rejection(), refused.current());
        }
        if (result instanceof BatchRejected) {
            return Problem.conflict(
                    "batch-refused",
                    "The atomic batch was rejected because of another update",
                    "No update of the batch was applied.");
        }
        return Problem.unavailable(1);
    }

    private static Problem of(Rejection rejection, Entity current) {
        if (rejection instanceof Rejection.Invalid invalid) {
            return Problem.badRequest(invalid.field(), invalid.detail());
        }
        if (rejection instanceof Rejection.TooLarge large) {
            return tooLarge(large.detail());
        }
        if (rejection instanceof Rejection.Forbidden forbidden) {
            return Problem.of(403, "forbidden", "The player may not write this entity", forbidden.detail());
        }
        if (rejection instanceof Rejection.NotFound) {
            return notFound();
        }
        if (rejection instanceof Rejection.Exists) {
            return Problem.conflict(
                            "entity-exists",
                            "The entity already exists",
                            "The space already has an entity with the id " + current.id() + ".")
                    .with("current", current(current));
        }
        if (rejection instanceof Rejection.Stale) {
            return Problem.preconditionFailed("The entity is at version " + current.version() + ".")
                    .with("current", current(current));
        }
        if (rejection instanceof Rejection.SchemaUnavailable unavailable) {
            return schemaUnavailable(current, "converted", unavailable.schemaVersion(), unavailable.reason());
        }
        if (rejection instanceof Rejection.SessionLost) {
            String holder = current.session().holder();
            Problem lost = Problem.conflict(
                    "session-lost",
                    "The session is lost",
                    "The session of this fencing token has ended, or another server has taken it over. Nothing was"
                            + " changed. Discard the local state, and start a new session to continue.");
            return holder == null ? lost : lost.with("holder", holder);
        }
        if (rejection instanceof Rejection.SessionRequired) {
            return Problem.conflict(
                    "session-required",
                    "Entities of this type are only written in a session",
                    "Start the session of the entity, and send its fencing token as fence.");
        }
        if (rejection instanceof Rejection.MessageNotWaiting message) {
            return Problem.conflict(
                            "message-not-waiting",
                            "The message does not wait",
                            "The message " + message.messageId()
                                    + " was acknowledged earlier, has expired, or was never"
                                    + " sent. Nothing was changed. Do not apply it again.")
                    .with("messageId", message.messageId());
        }
        if (rejection instanceof Rejection.VersionUnknown unknown) {
            return versionNotFound(unknown.version());
        }
        if (rejection instanceof Rejection.Lost lost) {
            return conflict("The stored state won every conflict.", current, lost.conflicts())
                    .with("strategy", lost.strategy());
        }
        if (rejection instanceof Rejection.ManualConflict manual) {
            return conflict(
                    "The strategy is MANUAL. An atomic batch or a transaction cannot park a conflict.",
                    current,
                    manual.conflicts());
        }
        return GuardProblems.of(rejection).orElseGet(() -> Problem.unavailable(1));
    }

    private static Problem conflict(String detail, Entity current, List<Conflict> conflicts) {
        return Problem.conflict("version-conflict", "The update conflicts with the stored state", detail)
                .with("current", current(current))
                .with("conflicts", ConflictExplanation.toJson(conflicts, true));
    }

    /** The current version and state, which the caller needs for a retry. */
    private static Map<String, Object> current(Entity entity) {
        Map<String, Object> current = new LinkedHashMap<>();
        current.put("version", entity.version());
        current.put("state", entity.json());
        return current;
    }
}
