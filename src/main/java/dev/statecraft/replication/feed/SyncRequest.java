package dev.statecraft.replication.feed;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.access.idempotency.IdempotentRequest;
import dev.statecraft.http.Ids;
import dev.statecraft.http.json.BulkRequest;
import dev.statecraft.replication.entity.EntityView.SourceRequest;
import dev.statecraft.replication.entity.UpdateRequest;
import dev.statecraft.replication.state.Strategy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Updates of a client, and the feeds that it requests.
 *
 * @param clientId name of the client in the version history, for updates without a source
 * @param playerId the player of the client; also requests the player feed
 * @param cursors cursor by space for each requested space feed; empty text for a client without a cursor
 * @param playerCursor cursor of the player feed; null or empty for a client without a cursor
 * @param sessions heartbeats of the sessions that the client holds
 * @param atomic true to apply all updates or none
 * @param schemaVersion the schema version that the client uses, for updates and changes; null for the latest one
 * @param waitMillis maximum time to wait for changes if there are none; the wait ends early if the rate limit is
 *     reached
 */
public record SyncRequest(
        @Nullable String clientId,
        @Nullable String playerId,
        @Nullable Map<String, String> cursors,
        @Nullable String playerCursor,
        @Nullable List<@Nullable SyncUpdate> updates,
        @Nullable List<@Nullable HeartbeatRequest> sessions,
        @Nullable Boolean atomic,
        @Nullable String schemaVersion,
        @Nullable Long waitMillis)
        implements BulkRequest {

    /** A heartbeat of the server that holds the session of an entity. */
    public record HeartbeatRequest(
            @Nullable String entityId,
            @Nullable String space,
            @Nullable Long fence) {}

    /** An update of one entity. */
    public record SyncUpdate(
            @Nullable String entityId,
            @Nullable String space,
            @Nullable JsonNode set,
            @Nullable JsonNode unset,
            @Nullable JsonNode increment,
            @Nullable JsonNode append,
            @Nullable JsonNode remove,
            @Nullable JsonNode state,
            @Nullable Long baseVersion,
            @Nullable JsonNode was,
            @Nullable String mutationId,
            @Nullable SourceRequest source,
            @Nullable Strategy strategy,
            @Nullable JsonNode guard,
            @Nullable Long fence,
            @Nullable Boolean endSession,
            @Nullable List<String> acknowledge) {

        UpdateRequest update(@Nullable String schemaVersion) {
            return new UpdateRequest(
                    set,
                    unset,
                    increment,
                    append,
                    remove,
                    state,
                    baseVersion,
                    was,
                    strategy,
                    guard,
                    fence,
                    endSession,
                    acknowledge,
                    schemaVersion);
        }

        private SyncUpdate named(String id) {
            return mutationId != null
                    ? this
                    : new SyncUpdate(
                            entityId,
                            space,
                            set,
                            unset,
                            increment,
                            append,
                            remove,
                            state,
                            baseVersion,
                            was,
                            id,
                            source,
                            strategy,
                            guard,
                            fence,
                            endSession,
                            acknowledge);
        }
    }

    /**
     * Returns the request with the mutation id {@code <key>:<index>} for each update without one.
     *
     * @param idempotencyKey value of the Idempotency-Key header; null if there is none
     * @throws ProblemException 400 if the key is not valid
     */
    SyncRequest named(@Nullable String idempotencyKey) {
        if (idempotencyKey == null) {
            return this;
        }
        String key = Ids.checkPrefix(IdempotentRequest.HEADER, idempotencyKey);
        List<@Nullable SyncUpdate> named = new ArrayList<>();
        if (updates != null) {
            for (SyncUpdate update : updates) {
                named.add(update == null ? null : update.named(key + ":" + named.size()));
            }
        }
        return new SyncRequest(
                clientId, playerId, cursors, playerCursor, named, sessions, atomic, schemaVersion, waitMillis);
    }
}
