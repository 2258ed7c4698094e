package dev.statecraft.replication.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.statecraft.replication.state.JsonValues;
import org.jspecify.annotations.Nullable;

/**
 * Identity of a request, which detects repeated requests.
 *
 * @param id mutation id; null if the request is not repeated
 * @param body the operation and its arguments as text, independent of the order and format of the JSON
 */
public record IdempotencyKey(@Nullable String id, String body) {

    private static final JsonMapper SORTED =
            JsonMapper.builder().enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED).build();

    /** The identity of a request for the operation {@code what} with its arguments. */
    public static IdempotencyKey of(@Nullable String id, String what, JsonNode arguments) {
        try {
            return new IdempotencyKey(id, what + "\n" + SORTED.writeValueAsString(JsonValues.canonical(arguments)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree can be written", e);
        }
    }
}
