package dev.statecraft.leaderboard.settings;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.table.CanonicalJson;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Converts the metadata of scores between JSON in the API and stored text. */
@ApplicationScoped
public class MetadataJson {

    private final ObjectMapper json;
    private final LeaderboardConfig config;

    MetadataJson(ObjectMapper json, LeaderboardConfig config) {
        this.json = json;
        this.config = config;
    }

    /**
     * Returns the text to store, null for no metadata. An empty array is stored as an empty object, because Luau encodes
     * both as an empty array.
     *
     * @throws ProblemException 400, naming the field, if the text is longer than {@code metadata-bytes}
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

    /** Parses a stored text; null for no metadata. */
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

    /** Returns the canonical form of a stored text, which is equal for equal JSON values; null for no metadata. */
    @Nullable String canonical(@Nullable String text) {
        JsonNode tree = read(text);
        return tree == null ? null : CanonicalJson.of(tree);
    }
}
