package dev.statecraft.replication.state;

import static dev.statecraft.replication.Trees.object;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.Trees;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StateLimitsTest {

    @Test
    void sizeEqualsTheWrittenJson() throws JsonProcessingException {
        ObjectMapper mapper = new ObjectMapper().configure(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN, true);
        for (long seed = 0; seed < 500; seed++) {
            ObjectNode state = Trees.randomState(new Random(seed), 5);
            String json = mapper.writeValueAsString(state);
            assertEquals(
                    json.getBytes(StandardCharsets.UTF_8).length,
                    StateLimits.sizeBytes(state),
                    "seed " + seed + ": " + json);
        }
    }

    @Test
    void stateAboveTheByteLimitIsRejected() {
        ObjectNode state = JsonNodeFactory.instance.objectNode();
        int around = "{\"text\":\"\"}".length();
        state.put("text", "x".repeat(StateLimits.MAX_BYTES - around));
        assertEquals(Optional.empty(), StateLimits.exceeded(state));
        state.put("text", "x".repeat(StateLimits.MAX_BYTES - around + 1));
        assertTrue(StateLimits.exceeded(state).orElseThrow().contains("bytes"));
    }

    @Test
    void stateAboveTheDepthLimitIsRejected() {
        int inner = StateLimits.MAX_DEPTH - 1;
        assertEquals(
                Optional.empty(),
                StateLimits.exceeded(object("{'a':" + "[".repeat(inner) + "1" + "]".repeat(inner) + "}")));
        inner++;
        assertTrue(StateLimits.exceeded(object("{'a':" + "[".repeat(inner) + "]".repeat(inner) + "}"))
                .orElseThrow()
                .contains("deep"));
    }

    @Test
    void stateAboveTheValueLimitIsRejected() {
        ObjectNode state = JsonNodeFactory.instance.objectNode();
        ArrayNode list = state.putArray("l");
        for (int i = 2; i < StateLimits.MAX_NODES; i++) {
            list.add(1);
        }
        assertEquals(Optional.empty(), StateLimits.exceeded(state));
        list.add(1);
        assertTrue(StateLimits.exceeded(state).orElseThrow().contains("values"));
    }
}
