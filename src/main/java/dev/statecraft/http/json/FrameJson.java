package dev.statecraft.http.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.http.FailureProblems;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** JSON of socket frames, parsed as strictly as request bodies: see {@link JsonCheck} and {@link RequestJson}. */
@ApplicationScoped
public class FrameJson {

    private static final String ID = "id";

    /** Parses frames that are rejected, for example for numbers out of range or values that are nested too deep. */
    private static final JsonFactory LENIENT = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final ObjectMapper strict;
    private final ObjectMapper mapper;
    private final FailureProblems failures;

    @Inject
    public FrameJson(ObjectMapper mapper, FailureProblems failures) {
        this.strict = RequestJson.strict(mapper);
        this.mapper = mapper;
        this.failures = failures;
    }

    /**
     * Parses a frame. A fault in one item is the problem of that item: see {@link ItemList}.
     *
     * @throws ProblemException 400 if the frame is not a JSON object
     */
    public ObjectNode read(String frame) {
        if (RequestJson.tree(strict, frame.getBytes(StandardCharsets.UTF_8)) instanceof ObjectNode object) {
            return object;
        }
        throw new ProblemException(Problem.badRequest(null, "A frame is a JSON object."));
    }

    /**
     * The field {@code id} of a rejected frame; empty if the frame is malformed before it, or if it is not a valid
     * number or string.
     */
    public Optional<JsonNode> idOf(String frame) {
        try (JsonParser parser = LENIENT.createParser(frame)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean found = parser.currentName().equals(ID);
                JsonToken value = parser.nextToken();
                if (found) {
                    return value != null && value.isScalarValue()
                            ? Optional.of(
                                    read("{\"id\":" + raw(parser, value) + "}").get(ID))
                            : Optional.empty();
                }
                parser.skipChildren();
            }
            return Optional.empty();
        } catch (IOException | ProblemException e) {
            // The frame is already rejected; it has no usable id.
            return Optional.empty();
        }
    }

    /** A scalar as JSON text. */
    private String raw(JsonParser parser, JsonToken value) throws IOException {
        return value == JsonToken.VALUE_STRING ? mapper.writeValueAsString(parser.getText()) : parser.getText();
    }

    /**
     * Binds a frame like a request body.
     *
     * @throws ProblemException 400 with the field that does not match
     */
    public <T> T bind(ObjectNode json, Class<T> type) {
        try {
            return strict.treeToValue(json, type);
        } catch (JsonProcessingException e) {
            throw FailureProblems.rejection(e);
        }
    }

    /** The JSON of a value of the server. */
    public ObjectNode tree(Object value) {
        return mapper.valueToTree(value);
    }

    /** The text of a frame. */
    public String write(JsonNode frame) {
        try {
            return mapper.writeValueAsString(frame);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A JSON tree could not be written", e);
        }
    }

    /** The problem of a failure. Failures that the client did not cause are logged. */
    public Problem problemOf(RuntimeException failure) {
        return failures.problemOf(failure);
    }
}
