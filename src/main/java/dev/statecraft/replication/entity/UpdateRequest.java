package dev.statecraft.replication.entity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.http.Ids;
import dev.statecraft.replication.command.EntityUpdate;
import dev.statecraft.replication.command.SessionUse;
import dev.statecraft.replication.guard.GuardReader;
import dev.statecraft.replication.merge.MergeBase;
import dev.statecraft.replication.state.Operations;
import dev.statecraft.replication.state.OperationsReader;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.state.ReplicationConfig;
import dev.statecraft.replication.state.Strategy;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Input of an update of one entity, also as a part of a sync request.
 *
 * @param state a whole state; excludes operations
 * @param baseVersion the version that the update is based on
 * @param was the values that the sender saw, by path
 * @param guard conditions on the state before the update and on its result, by path
 * @param fence fencing token of the session that the sender holds
 * @param endSession whether the session ends with the update
 * @param acknowledge ids of the messages that the update applies
 * @param schemaVersion the schema version that the sender uses; null for the latest one of the type
 */
public record UpdateRequest(
        @Nullable JsonNode set,
        @Nullable JsonNode unset,
        @Nullable JsonNode increment,
        @Nullable JsonNode append,
        @Nullable JsonNode remove,
        @Nullable JsonNode state,
        @Nullable Long baseVersion,
        @Nullable JsonNode was,
        @Nullable Strategy strategy,
        @Nullable JsonNode guard,
        @Nullable Long fence,
        @Nullable Boolean endSession,
        @Nullable List<String> acknowledge,
        @Nullable String schemaVersion) {

    /** Result of reading a request. Variants are listed in order of precedence. */
    sealed interface Reading {}

    /** The request is malformed. {@code field} is the field at fault. */
    record Malformed(String field, String detail) implements Reading {}

    /** The request is a valid update. */
    record Read(EntityUpdate update) implements Reading {}

    /**
     * Reads the update.
     *
     * @param required the version that the entity must have; null for any
     * @param config limits of an update
     */
    Reading read(@Nullable Long required, ReplicationConfig config) {
        if (baseVersion != null && baseVersion < 1) {
            return new Malformed("baseVersion", "A version is at least 1.");
        }
        Operations.Reading reading = OperationsReader.parse(set, unset, increment, append, remove);
        if (reading instanceof Operations.Malformed malformed) {
            return new Malformed(malformed.field(), malformed.reason());
        }
        Operations operations = ((Operations.Read) reading).operations();
        ObjectNode whole = null;
        if (state != null && !state.isNull()) {
            whole = state instanceof ObjectNode object
                    ? object
                    : state instanceof ArrayNode list && list.isEmpty() ? PackedJson.MAPPER.createObjectNode() : null;
            if (whole == null) {
                return new Malformed("state", "The field state must be an object.");
            }
            if (!operations.isEmpty()) {
                return new Malformed("state", "Send either a whole state or operations.");
            }
        } else if (operations.isEmpty() && !endsSession() && messages().isEmpty()) {
            return new Malformed("set", "The update is empty. Send operations or a whole state.");
        }
        Malformed outside = malformedSession(config);
        if (outside != null) {
            return outside;
        }
        MergeBase.Reading seen = MergeBase.parse(was, whole == null ? operations : null);
        if (seen instanceof MergeBase.Malformed malformed) {
            return new Malformed(malformed.field(), malformed.reason());
        }
        GuardReader.Reading guards = GuardReader.parse("guard", guard, config.guardsPerUpdate());
        if (guards instanceof GuardReader.Malformed malformed) {
            return new Malformed(malformed.field(), malformed.reason());
        }
        return new Read(new EntityUpdate(
                whole == null ? new EntityUpdate.Operate(operations) : new EntityUpdate.Replace(whole),
                baseVersion,
                required,
                new TreeMap<>(((MergeBase.Read) seen).was()),
                strategy,
                ((GuardReader.Read) guards).guard(),
                new SessionUse(fence, endsSession(), messages()),
                schemaVersion));
    }

    private boolean endsSession() {
        return Boolean.TRUE.equals(endSession);
    }

    private List<String> messages() {
        return acknowledge == null ? List.of() : acknowledge;
    }

    private @Nullable Malformed malformedSession(ReplicationConfig config) {
        if (fence != null && fence < 1) {
            return new Malformed("fence", "A fencing token is at least 1.");
        }
        if (fence == null && endsSession()) {
            return new Malformed("fence", "endSession needs the fencing token of the session.");
        }
        if (fence == null && !messages().isEmpty()) {
            return new Malformed(
                    "fence", "Only the holder of the session acknowledges messages. Send its fencing token.");
        }
        if (messages().size() > config.acknowledgementsPerUpdate()) {
            return new Malformed(
                    "acknowledge",
                    "An update acknowledges at most " + config.acknowledgementsPerUpdate() + " messages.");
        }
        boolean named = messages().stream().allMatch(id -> id != null && Ids.isId(id));
        return named && Set.copyOf(messages()).size() == messages().size()
                ? null
                : new Malformed("acknowledge", "acknowledge is a list of different message ids.");
    }

    /** All arguments of the request as JSON. */
    ObjectNode arguments() {
        ObjectNode arguments = PackedJson.MAPPER.createObjectNode();
        arguments.set("set", set);
        arguments.set("unset", unset);
        arguments.set("increment", increment);
        arguments.set("append", append);
        arguments.set("remove", remove);
        arguments.set("state", state);
        arguments.put("baseVersion", baseVersion);
        arguments.set("was", was);
        arguments.put("strategy", strategy == null ? null : strategy.name());
        if (guard != null) {
            // Only with a value, so that a repeated request of an earlier release has the same hash.
            arguments.set("guard", guard);
        }
        if (schemaVersion != null) {
            arguments.put("schemaVersion", schemaVersion);
        }
        if (fence != null) {
            arguments.put("fence", fence).put("endSession", endsSession()).putPOJO("acknowledge", messages());
        }
        return arguments;
    }
}
