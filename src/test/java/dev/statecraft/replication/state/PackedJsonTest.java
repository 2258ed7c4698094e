package dev.statecraft.replication.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.statecraft.http.json.Json;
import dev.statecraft.replication.Trees;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PackedJsonTest {

    /** The mapper of responses. */
    private final JsonMapper mapper = new JsonMapper();

    PackedJsonTest() {
        new Json().customize(mapper);
    }

    /** A response with a packed value is that with the value itself, as text and as a tree. */
    private void assertWritten(JsonNode written, int thresholdBytes) throws JsonProcessingException {
        byte[] stored = PackedJson.of(written, thresholdBytes).bytes();
        JsonNode value = PackedJson.stored(stored).value();
        PackedJson packed = PackedJson.stored(stored);
        Map<String, Object> response = Map.of("state", packed);
        String expected = mapper.writeValueAsString(Map.of("state", value));
        assertEquals(expected, mapper.writeValueAsString(response));
        assertEquals(expected, new String(mapper.writeValueAsBytes(response), StandardCharsets.UTF_8));
        assertEquals(mapper.valueToTree(Map.of("state", value)), mapper.<JsonNode>valueToTree(response));
    }

    @Test
    void storedText_isWhatAResponseWrites() throws JsonProcessingException {
        for (int seed = 0; seed < 500; seed++) {
            JsonNode value = Trees.randomState(new Random(seed), 5);
            for (int threshold : List.of(1, PackedJson.NEVER)) {
                assertWritten(value, threshold);
            }
        }
    }

    @Test
    void numbersAndCharactersKeepTheirForm() throws JsonProcessingException {
        JsonNode value = PackedJson.MAPPER
                .createObjectNode()
                .put("large", new BigDecimal("1E+30"))
                .put("small", new BigDecimal("1E-9"))
                .put("zeroes", new BigDecimal("0.10"))
                .put("text", "é😀\u0000\"\\\n")
                .put("long", "a".repeat(5_000))
                .putNull("nothing");
        assertWritten(value, PackedJson.NEVER);
        assertWritten(value, 1);
        assertTrue(PackedJson.of(value, 1).isDeflated());
    }
}
