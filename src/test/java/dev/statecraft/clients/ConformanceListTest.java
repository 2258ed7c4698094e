package dev.statecraft.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The list of steps that every client runs, {@code src/test/conformance}: its format, its page, and what it covers. */
class ConformanceListTest {

    private static final Path FOLDER = Path.of("src", "test", "conformance");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Parts of steps that the cases of a category must have, at least. */
    private static final Map<String, Set<String>> COVERED = Map.of(
            "retry", Set.of("drop-request", "drop-answer", "duplicate", "refuse", "expectSent", "expectPause"),
            "cursors", Set.of("follow", "offline", "repeat-commits", "expectFeed", "player"),
            "resync", Set.of("stale-cursor", "expectFeed"),
            "checksum", Set.of("computeChecksum", "expectChecksum", "lose-commits"),
            "conflicts", Set.of("SERVER_WINS", "CLIENT_WINS", "MERGE", "MANUAL", "resolve", "was"),
            "sessions",
                    Set.of(
                            "openSession",
                            "save",
                            "endSession",
                            "steal",
                            "message",
                            "apply",
                            "expectMessages",
                            "heartbeat"));

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".json") && !file.endsWith("schema.json"))
                    .sorted()
                    .toList();
        }
    }

    private static String category(Path file) {
        return file.getFileName().toString().replace(".json", "");
    }

    @Test
    void files_haveTheFormatOfTheSchema() throws IOException {
        JsonSchema schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(Files.readString(FOLDER.resolve("schema.json")));
        List<String> faults = new ArrayList<>();
        for (Path file : files()) {
            schema.validate(JSON.readTree(file.toFile())).forEach(fault -> faults.add(file + " " + fault));
        }
        assertEquals("", String.join("\n", faults));
    }

    @Test
    void eachCategory_hasTheCasesThatItNames() throws IOException {
        Set<String> categories =
                files().stream().map(ConformanceListTest::category).collect(Collectors.toSet());
        assertEquals(COVERED.keySet(), categories);
        Set<String> names = new HashSet<>();
        for (Path file : files()) {
            JsonNode cases = JSON.readTree(file.toFile()).path("cases");
            cases.forEach(one -> assertTrue(names.add(category(file) + one.path("name")), () -> "twice: " + one));
            Set<String> missing = new TreeSet<>(COVERED.get(category(file)));
            missing.removeIf(part -> cases.toString().contains("\"" + part + "\""));
            assertEquals(Set.of(), missing, file.toString());
        }
        assertTrue(names.size() >= 40, names::toString);
    }

    @Test
    void page_describesEachStepAndFault() throws IOException {
        String page = Files.readString(FOLDER.resolve("README.md"));
        Set<String> words = new TreeSet<>();
        for (JsonNode step :
                JSON.readTree(FOLDER.resolve("schema.json").toFile()).at("/$defs/step/oneOf")) {
            words.add(step.at("/properties/step/const").asText());
            if (step.at("/properties/step/const").asText().equals("fault")) {
                step.at("/properties/on/enum").forEach(value -> words.add(value.asText()));
                step.at("/properties/kind/enum").forEach(value -> words.add(value.asText()));
            }
        }
        assertTrue(words.size() > 30, words::toString);
        files().forEach(file -> words.add(file.getFileName().toString()));
        words.removeIf(word -> page.contains("| `" + word + "` |") || page.contains("](" + word + ")"));
        assertEquals(Set.of(), words);
    }
}
