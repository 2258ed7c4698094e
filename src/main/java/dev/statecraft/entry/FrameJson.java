package dev.statecraft.entry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;

/** Frames of a socket as JSON, as strict as the bodies of requests: see {@link JsonCheck} and {@link RequestJson}. */
@ApplicationScoped
public class FrameJson {

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
