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
 * The updates that a client sends, and the feeds that it asks for.
 *
 * @param clientId the client's name in the history, for updates that name no source
 * @param playerId the player on whose behalf the client syncs; asks for the player's feed
 * @param cursors the cursor in each space that the client follows; empty text to begin
 * @param playerCursor the cursor in the player's feed
 * @param atomic whether all updates are applied or none
 * @param waitMillis how long to wait for changes if there are none; shorter where a player's tokens are used up
 */
public record SyncRequest(
        @Nullable String clientId,
        @Nullable String playerId,
        @Nullable Map<String, String> cursors,
        @Nullable String playerCursor,
        @Nullable List<@Nullable SyncUpdate> updates,
        @Nullable Boolean atomic,
        @Nullable Long waitMillis)
        implements BulkRequest {

    /** An update of a batch. */
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
            @Nullable Strategy strategy) {

        UpdateRequest update() {
            return new UpdateRequest(set, unset, increment, append, remove, state, baseVersion, was, strategy);
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
                            strategy);
        }
    }

    /**
     * The request with the id {@code <key>:<index>} for each update that has none.
     *
     * @param idempotencyKey the request's key from the header; null if there is none
     * @throws ProblemException 400, if the key is not valid
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
        return new SyncRequest(clientId, playerId, cursors, playerCursor, named, atomic, waitMillis);
    }
}
