package dev.statecraft.leaderboard.settings;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The metadata of a score between the JSON of a request and the text that is stored. */
@ApplicationScoped
public class MetadataJson {

    private final ObjectMapper json;
    private final LeaderboardConfig config;

    MetadataJson(ObjectMapper json, LeaderboardConfig config) {
        this.json = json;
        this.config = config;
    }

    /**
     * The text to store, null for none. An empty array is taken for an empty object, which is all that Luau can send.
     *
     * @throws ProblemException 400, if it is too long
     */
    public @Nullable String write(String field, @Nullable JsonNode metadata) {
        if (metadata == null || metadata.isNull() || metadata.isMissingNode()) {
            return null;
        }
        JsonNode stored = metadata.isArray() && metadata.isEmpty() ? JsonNodeFactory.instance.objectNode() : metadata;
        try {
            String text = json.writeValueAsString(stored);
            if (text.getBytes(StandardCharsets.UTF_8).length > config.metadataBytes()) {
                throw new ProblemException(Problem.badRequest(
                        field, "Metadata has at most " + config.metadataBytes() + " bytes of JSON."));
            }
            return text;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree can always be written", e);
        }
    }

    /** The JSON of a stored text. */
    public @Nullable JsonNode read(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("stored metadata is JSON", e);
        }
    }
}
