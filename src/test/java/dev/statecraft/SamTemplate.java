package dev.statecraft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** template.yaml as the template tests read it. */
public final class SamTemplate {

    static final Path FILE = Path.of("template.yaml");

    /** CloudFormation's tags fall away: {@code !GetAtt RanksTable.Arn} reads as the text {@code RanksTable.Arn}. */
    public static final JsonNode ROOT = read(FILE);

    public static final String FUNCTION = "AWS::Serverless::Function";
    public static final String TABLE = "AWS::DynamoDB::Table";
    static final String ROLE = "AWS::IAM::Role";
    static final String LOG_GROUP = "AWS::Logs::LogGroup";

    private SamTemplate() {}

    /** One action that a role allows on one resource. */
    public record Grant(String action, String resource) {

        /** Logical id of what the resource's ARN begins with, or of the API whose connections it names. */
        public String logicalId() {
            if (action.startsWith("execute-api:")) {
                return resource.replaceFirst("^.*:\\$\\{(\\w+)}/.*$", "$1");
            }
            return resource.replaceFirst("^\\$\\{", "").replaceFirst("[.}].*$", "");
        }

        /** The action without its service: {@code GetItem}. */
        public String verb() {
            return action.substring(action.indexOf(':') + 1);
        }
    }

    static JsonNode read(Path file) {
        try {
            boolean yaml = file.getFileName().toString().endsWith(".yaml");
            return (yaml ? new YAMLMapper() : new JsonMapper()).readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(JsonNode node, String pointer) {
        JsonNode found = node.at(pointer);
        assertTrue(found.isValueNode(), () -> pointer + " is missing in " + node);
        return found.asText();
    }

    public static Map<String, JsonNode> resources(String type) {
        Map<String, JsonNode> found = new TreeMap<>();
        ROOT.path("Resources").properties().forEach(resource -> {
            if (type.equals(resource.getValue().path("Type").asText())) {
                found.put(resource.getKey(), resource.getValue());
            }
        });
        assertFalse(found.isEmpty(), "no " + type);
        return found;
    }

    /** Events of a type by function and name, as in {@code LeaderboardsFunction.Boards}. */
    static Map<String, JsonNode> events(String type) {
        Map<String, JsonNode> found = new TreeMap<>();
        resources(FUNCTION).forEach((id, function) -> function.at("/Properties/Events")
                .properties()
                .forEach(event -> {
                    if (type.equals(event.getValue().path("Type").asText())) {
                        found.put(id + "." + event.getKey(), event.getValue());
                    }
                }));
        return found;
    }

    public static String roleOf(JsonNode function) {
        return text(function, "/Properties/Role").replace(".Arn", "");
    }

    public static List<Grant> grants(String role) {
        return stream(ROOT.at("/Resources/" + role + "/Properties/Policies"))
                .flatMap(policy -> stream(policy.at("/PolicyDocument/Statement")))
                .peek(statement -> assertEquals("Allow", text(statement, "/Effect"), role))
                .flatMap(statement -> stream(statement.path("Action"))
                        .flatMap(action -> stream(statement.path("Resource"))
                                .map(resource -> new Grant(action.asText(), resource.asText()))))
                .toList();
    }

    private static Stream<JsonNode> stream(JsonNode oneOrMany) {
        assertFalse(oneOrMany.isMissingNode());
        return oneOrMany.isArray() ? StreamSupport.stream(oneOrMany.spliterator(), false) : Stream.of(oneOrMany);
    }
}
