package dev.statecraft.openapi;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The committed OpenAPI document equals the served one and is complete. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class ApiDocumentTest {

    private static final Pattern TYPE_OF_PROBLEM = Pattern.compile(
            "Problem\\s*\\.(?:of\\(\\s*\\d+,|notFound\\(|conflict\\(|unprocessable\\()\\s*\"([a-z-]+)\"");

    /** Keywords of JSON Schema and OpenAPI that the document uses; any other key is a mistake in the YAML. */
    private static final Set<String> KEYWORDS = Set.of(
            "$ref",
            "additionalProperties",
            "default",
            "description",
            "discriminator",
            "enum",
            "exclusiveMinimum",
            "format",
            "items",
            "maxItems",
            "maxLength",
            "maxProperties",
            "maximum",
            "minItems",
            "minLength",
            "minProperties",
            "minimum",
            "not",
            "oneOf",
            "pattern",
            "properties",
            "required",
            "title",
            "type");

    /** With {@code -Dopenapi.write} the test updates the committed document instead. */
    @Test
    void committedDocument_equalsTheServedOne() throws IOException {
        String served = given().get("/openapi").then().statusCode(200).extract().asString();
        if (System.getProperty("openapi.write") != null) {
            Files.writeString(ApiDocument.COMMITTED, served);
        }
        assertEquals(
                Files.readString(ApiDocument.COMMITTED).lines().toList(),
                served.lines().toList(),
                ApiDocument.COMMITTED + " is behind the code: ./mvnw test -Dtest=ApiDocumentTest -Dopenapi.write");
    }

    @Test
    void everyOperation_isDescribed() {
        ApiDocument document = ApiDocument.committed();
        Set<String> ids = new HashSet<>();
        assertTrue(document.calls().size() > 70);
        assertAll(document.calls().stream().map(call -> () -> {
            assertTrue(ids.add(call.id()), call + " is there twice");
            assertFalse(call.node().path("summary").asText().isEmpty(), call + " has no summary");
            assertFalse(call.node().path("description").asText().isEmpty(), call + " has no description");
            if (call.path().startsWith("/v1/")) {
                assertTrue(call.node().has("security"), call + " says nothing of credentials");
            }
            for (JsonNode parameter : call.node().path("parameters")) {
                assertTrue(parameter.has("$ref"), call + " has a parameter that is not described: " + parameter);
            }
            JsonNode request = document.requestSchema(call);
            if (!request.isMissingNode()) {
                JsonNode example = document.requestExample(call);
                assertFalse(example.isMissingNode(), call + " has no example of a request");
                assertTrue(
                        document.faults(request, example).isEmpty(),
                        () -> call + "'s example is not a request: " + document.faults(request, example));
            }
        }));
    }

    /** POST operations without an Idempotency-Key, with the reason. */
    private static final Map<String, String> WITHOUT_IDEMPOTENCY_KEY = Map.ofEntries(
            Map.entry("previewMerge", "changes nothing"),
            Map.entry("planEntityType", "changes nothing"),
            Map.entry("planLeaderboard", "changes nothing"),
            Map.entry("planMigration", "changes nothing"),
            Map.entry("auditLeaderboard", "changes nothing"),
            Map.entry("queryEntries", "changes nothing"),
            Map.entry("createErasure", "the player names the request, and a kept answer would keep the player's name"),
            Map.entry("createToken", "stores nothing: another token for the same key is as good"),
            Map.entry("createPlayerToken", "stores nothing: another token for the same player is as good"),
            Map.entry(
                    "leaseMigrationWork",
                    "a lease whose answer was lost ends by itself, and its records are leased again"),
            Map.entry("completeMigrationWork", "the lease in the body names the request"),
            Map.entry("receiveRobloxWebhook", "Roblox sends it; the notification names the request"),
            Map.entry("leaseMigrationScript", "the holder that asks again gets the same lease"),
            Map.entry("storeMigrationScriptBackup", "lease and part in the body name the request"),
            Map.entry("completeMigrationScript", "the lease in the body names the request"));

    @Test
    void everyWritingPost_acceptsAnIdempotencyKey() {
        Set<String> wanting = new TreeSet<>();
        ApiDocument document = ApiDocument.committed();
        for (ApiDocument.Call call : document.calls()) {
            boolean takes = call.node().path("parameters").toString().contains("Idempotency-Key\"");
            if (call.method().equals("POST") && takes == WITHOUT_IDEMPOTENCY_KEY.containsKey(call.id())) {
                wanting.add(call.id());
            }
            if (takes) {
                assertTrue(
                        call.node().path("responses").toString().contains("id-reused")
                                || call.node().toString().contains("." + "Idempotency-Key"),
                        call + " does not say what another body under the same key is answered with");
            }
        }
        assertEquals(Set.of(), wanting, "take the header, or say why it is not needed");
    }

    @Test
    void everyField_isDescribedAndRequestFieldsAreLimited() {
        ApiDocument document = ApiDocument.committed();
        Set<String> wanting = new TreeSet<>();
        document.root().get("components").get("schemas").properties().forEach(schema -> {
            boolean request = schema.getValue().path("additionalProperties").isBoolean();
            schema.getValue().path("properties").properties().forEach(field -> {
                String name = schema.getKey() + "." + field.getKey();
                JsonNode value = field.getValue();
                if (value.path("description").asText().isEmpty()) {
                    wanting.add(name + " is not described");
                }
                if (request && !isLimited(value)) {
                    wanting.add(name + " has no limits");
                }
            });
        });
        assertEquals(Set.of(), wanting);
    }

    /** Schemas that client generators cannot name or parse. */
    @Test
    void everySchema_hasANameAndEveryFieldOneType() {
        List<String> faults = new ArrayList<>();
        JsonNode root = ApiDocument.committed().root();
        root.at("/components/schemas")
                .properties()
                .forEach(schema -> nameless(schema.getValue(), "schema " + schema.getKey(), true, faults));
        root.get("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> operation
                        .getValue()
                        .findValues("schema")
                        .forEach(schema -> nameless(
                                schema, operation.getValue().path("operationId").asText(), false, faults))));
        root.at("/components/parameters")
                .properties()
                .forEach(parameter -> nameless(
                        parameter.getValue().path("schema"), "parameter " + parameter.getKey(), false, faults));
        assertEquals(List.of(), faults);
    }

    private static void nameless(JsonNode schema, String where, boolean named, List<String> faults) {
        schema.fieldNames().forEachRemaining(keyword -> {
            if (!KEYWORDS.contains(keyword)) {
                faults.add(where + " has " + keyword + ", which is no keyword");
            }
        });
        if (schema.path("type").isArray()) {
            faults.add(where + " has several types");
        }
        for (String keyword : List.of("properties", "oneOf", "anyOf", "allOf", "enum")) {
            // A single value is a constant and needs no named type.
            boolean constant = keyword.equals("enum") && schema.path("enum").size() == 1;
            if (!named && schema.has(keyword) && !constant) {
                faults.add(where + " has " + keyword + " and no name");
            }
        }
        schema.path("properties")
                .properties()
                .forEach(field -> nameless(field.getValue(), where + "." + field.getKey(), false, faults));
        for (String keyword : List.of("items", "additionalProperties")) {
            if (schema.path(keyword).isObject()) {
                nameless(schema.get(keyword), where + "." + keyword, false, faults);
            }
        }
        for (String keyword : List.of("oneOf", "anyOf", "allOf")) {
            schema.path(keyword).forEach(one -> nameless(one, where + "." + keyword, false, faults));
        }
    }

    private static boolean isLimited(JsonNode field) {
        return field.has("$ref")
                || switch (field.path("type").asText()) {
                    case "string" -> field.has("maxLength") || field.has("enum") || field.has("format");
                    case "array" -> field.has("maxItems") && isLimited(field.get("items"));
                    case "integer", "number" ->
                        (field.has("minimum") || field.has("exclusiveMinimum")) && field.has("maximum");
                    case "object" -> field.has("maxProperties") || field.has("properties");
                    case "boolean" -> true;
                    default -> false;
                };
    }

    @Test
    void everyProblemType_isDocumented() throws IOException {
        Set<String> made = new TreeSet<>();
        try (Stream<java.nio.file.Path> files = Files.walk(java.nio.file.Path.of("src", "main", "java"))) {
            for (java.nio.file.Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                Matcher matcher = TYPE_OF_PROBLEM.matcher(Files.readString(file, StandardCharsets.UTF_8));
                while (matcher.find()) {
                    made.add(matcher.group(1));
                }
            }
        }
        assertTrue(made.size() > 50, made.toString());
        String document = Files.readString(ApiDocument.COMMITTED);
        made.removeIf(type -> document.contains("/problems/" + type) || document.contains("`" + type + "`"));
        assertEquals(Set.of(), made);
    }
}
