package dev.statecraft.lambda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.statecraft.table.Counters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class MetricsTest {

    /** The line matches the specification of the format. */
    @Test
    void line_containsNameUnitAndValue() throws IOException {
        String text = String.valueOf(
                Metrics.line("statecraft-state", Map.of("Requests", 1.0, "LatencyMillis", 12.5), 1_700_000_000_123L));
        assertFalse(text.contains("\n"));
        JsonNode line = new JsonMapper().readTree(text);
        assertEquals(1_700_000_000_123L, line.at("/_aws/Timestamp").longValue());
        JsonNode directive = line.at("/_aws/CloudWatchMetrics/0");
        assertEquals("Statecraft", directive.path("Namespace").asText());
        assertEquals("[[\"FunctionName\"]]", directive.path("Dimensions").toString());
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
        assertNull(Metrics.line("statecraft-schedule", Map.of(), 0));
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

    /** An alarm on a metric that is never written would never fire. */
    @Test
    void alarmsOfTheTemplate_useExistingMetrics() throws IOException {
        String template = Files.readString(Path.of("template.yaml"));
        Set<String> looked = new HashSet<>();
        Matcher plotted = Pattern.compile("\\[\"Statecraft\", \"(\\w+)\"|\\[\"\\.\", \"(\\w+)\", \"\\.\", \"\\.\"\\]")
                .matcher(template.substring(template.indexOf("Updates in each other's way")));
        while (plotted.find()) {
            looked.add(plotted.group(1) == null ? plotted.group(2) : plotted.group(1));
        }
        Matcher alarmed = Pattern.compile("Namespace: Statecraft\n      MetricName: (\\w+)")
                .matcher(template);
        while (alarmed.find()) {
            looked.add(alarmed.group(1));
        }
        assertTrue(looked.contains("RankDrift"), looked.toString());
        assertTrue(looked.size() > 6, looked.toString());
        assertTrue(Metrics.NAMES.containsAll(looked), looked.toString());
    }
}
