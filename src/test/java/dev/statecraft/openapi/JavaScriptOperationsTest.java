package dev.statecraft.openapi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** The operations of the JavaScript client are those of the committed OpenAPI document. */
class JavaScriptOperationsTest {

    private static final Path FILE = Path.of("src", "main", "js", "operations.js");

    /** The page of the dashboard, and the socket, which a replica opens. */
    private static final Set<String> NOT_CALLS = Set.of("dashboard", "socket");

    /** POST operations that change nothing. */
    private static final Set<String> READS = Set.of(
            "previewMerge", "planEntityType", "planLeaderboard", "planMigration", "auditLeaderboard", "queryEntries");

    private static final ApiDocument DOCUMENT = ApiDocument.committed();

    /** With {@code -Dopenapi.write} the test updates the file instead. */
    @Test
    void operations_areThoseOfTheDocument() throws IOException {
        String operations = DOCUMENT.calls().stream()
                .filter(call -> !NOT_CALLS.contains(call.id()))
                .sorted(Comparator.comparing(ApiDocument.Call::id))
                .map(JavaScriptOperationsTest::line)
                .collect(Collectors.joining());
        String expected = "// Generated from infra/openapi.yaml by JavaScriptOperationsTest with -Dopenapi.write.\n\n"
                + "/** By operationId: `keyed` operations take an Idempotency-Key, and all others can be repeated as they"
                + " are;\n * the body of `schema` operations may have a schemaVersion. */\nexport const OPERATIONS = {\n"
                + operations + "};\n";
        if (System.getProperty("openapi.write") != null) {
            Files.writeString(FILE, expected);
        }
        assertEquals(
                expected,
                Files.readString(FILE),
                FILE + " is behind the document: ./mvnw test -Dtest=JavaScriptOperationsTest -Dopenapi.write");
    }

    private static String line(ApiDocument.Call call) {
        boolean changes = !call.method().equals("GET") && !READS.contains(call.id());
        return "  %s: { method: '%s', path: '%s', query: %s, headers: %s, keyed: %s, changes: %s%s },%n"
                .replace("%n", "\n")
                .formatted(
                        call.id(),
                        call.method(),
                        call.path(),
                        names(call, "query"),
                        names(call, "header"),
                        call.node().path("parameters").toString().contains("Idempotency-Key\""),
                        changes,
                        hasSchemaVersion(call) ? ", schema: true" : "");
    }

    private static boolean hasSchemaVersion(ApiDocument.Call call) {
        JsonNode schema = call.node()
                .path("requestBody")
                .path("content")
                .path("application/json")
                .path("schema");
        return DOCUMENT.resolve(schema).path("properties").has("schemaVersion");
    }

    private static String names(ApiDocument.Call call, String place) {
        List<String> names = StreamSupport.stream(call.node().path("parameters").spliterator(), false)
                .map(DOCUMENT::resolve)
                .filter(parameter -> parameter.path("in").asText().equals(place))
                .map((JsonNode parameter) -> parameter.path("name").asText())
                .filter(name -> !name.equals("Idempotency-Key"))
                .map(name -> "'" + name + "'")
                .toList();
        return names.toString();
    }
}
