package dev.statecraft.replication.entity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.statecraft.replication.state.JsonValues;
import org.jspecify.annotations.Nullable;

/**
 * What a request is known by when it is repeated.
 *
 * @param id null if it is not going to be repeated
 * @param body all that is asked for, as text that does not depend on how it was written down
 */
public record IdempotencyKey(@Nullable String id, String body) {

    private static final JsonMapper SORTED =
            JsonMapper.builder().enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED).build();

    /** The identity of a request: {@code what} it does, and with which arguments. */
    public static IdempotencyKey of(@Nullable String id, String what, JsonNode arguments) {
        try {
            return new IdempotencyKey(id, what + "\n" + SORTED.writeValueAsString(JsonValues.canonical(arguments)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree can be written", e);
        }
    }
}
