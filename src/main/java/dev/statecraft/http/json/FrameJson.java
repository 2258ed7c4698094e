package dev.statecraft.http.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.ProblemMapper;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Frames of a socket as JSON, as strict as the bodies of requests: see {@link JsonCheck} and {@link RequestJson}. */
@ApplicationScoped
public class FrameJson {

    private static final String ID = "id";

    /** Reads past what a frame may not hold, such as numbers out of range and values that are nested too deep. */
    private static final JsonFactory LENIENT = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final ObjectMapper strict;
    private final ObjectMapper mapper;

    @Inject
    public FrameJson(ObjectMapper mapper) {
        this.strict = RequestJson.strict(mapper);
        this.mapper = mapper;
    }

    /**
     * The object a frame holds. What is wrong with one item of it is the problem of that item: see {@link ItemList}.
     *
     * @throws ProblemException 400, if it is none
     */
    public ObjectNode read(String frame) {
        if (RequestJson.tree(strict, frame.getBytes(StandardCharsets.UTF_8)) instanceof ObjectNode object) {
            return object;
        }
        throw new ProblemException(Problem.badRequest(null, "A frame is a JSON object."));
    }

    /**
     * The field {@code id} of a frame that cannot be read as a whole; empty if the frame is broken in front of it, or if it
     * is not a number or text that could be written back.
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
            // The frame was refused before for what it holds; it has no id that can be told.
            return Optional.empty();
        }
    }

    /** A scalar as JSON text. */
    private String raw(JsonParser parser, JsonToken value) throws IOException {
        return value == JsonToken.VALUE_STRING ? mapper.writeValueAsString(parser.getText()) : parser.getText();
    }

    /**
     * Binds what a frame holds as the body of a request would be.
     *
     * @throws ProblemException 400 naming the field, if it does not fit
     */
    public <T> T bind(ObjectNode json, Class<T> type) {
        try {
            return strict.treeToValue(json, type);
        } catch (JsonProcessingException e) {
            throw new ProblemException(ProblemMapper.problemOf(e));
        }
    }

    /** A value as it goes out. */
    public ObjectNode tree(Object value) {
        return mapper.valueToTree(value);
    }

    /** The text of a frame. */
    public String write(JsonNode frame) {
        try {
            return mapper.writeValueAsString(frame);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree can be written", e);
        }
    }

    /** What a failure is answered with; logs it if it is not the caller's doing. */
    public Problem problemOf(RuntimeException failure) {
        return ProblemMapper.problemOf(failure);
    }
}
