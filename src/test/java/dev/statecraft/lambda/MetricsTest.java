package dev.statecraft.lambda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.statecraft.table.Counters;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MetricsTest {

    /** The line matches the specification of the format. */
    @Test
    void line_containsNameUnitAndValue() throws IOException {
        String text = String.valueOf(Metrics.line(
                "statecraft", "statecraft-state", Map.of("Requests", 1.0, "LatencyMillis", 12.5), 1_700_000_000_123L));
        assertFalse(text.contains("\n"));
        JsonNode line = new JsonMapper().readTree(text);
        assertEquals(1_700_000_000_123L, line.at("/_aws/Timestamp").longValue());
        JsonNode directive = line.at("/_aws/CloudWatchMetrics/0");
        assertEquals("Statecraft", directive.path("Namespace").asText());
        assertEquals("[[\"Stack\"]]", directive.path("Dimensions").toString());
        assertEquals("statecraft", line.path("Stack").asText());
        assertEquals("statecraft-state", line.path("FunctionName").asText());
        Set<String> units = new HashSet<>();
        for (JsonNode metric : directive.path("Metrics")) {
            String name = metric.path("Name").asText();
            assertTrue(line.path(name).isNumber(), name);
            units.add(name + " " + metric.path("Unit").asText());
        }
        assertEquals(Set.of("Requests Count", "LatencyMillis Milliseconds"), units);
        assertEquals(12.5, line.path("LatencyMillis").doubleValue());
    }

    @Test
    void noValues_writeNoLine() {
        assertNull(Metrics.line("statecraft", "statecraft-schedule", Map.of(), 0));
    }

    @Test
    void counters_areWrittenOnce() {
        Counters counters = new Counters();
        counters.add(Counters.CONFLICTS, 2);
        counters.add(Counters.CONFLICTS, 1);
        counters.add(Counters.RANK_DRIFT, 0);
        assertEquals(Map.of("Conflicts", 3L), counters.take());
        assertEquals(Map.of(), counters.take());
    }
}
