package dev.statecraft.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/** An OpenAPI document for tests. */
public final class ApiDocument {

    /** The committed document, which {@link ApiDocumentTest} compares with the served one. */
    public static final Path COMMITTED = Path.of("infra", "openapi.yaml");

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final Pattern PARAMETER = Pattern.compile("\\{[^}]*\\}");

    /** Additional fields of responses that the schemas permit. */
    private static final Set<String> OPEN = Set.of("Problem", "Checks");

    private final ObjectNode root;
    private final List<Call> calls = new ArrayList<>();
    private final Map<String, JsonSchema> schemas = new ConcurrentHashMap<>();

    /**
     * An operation.
     *
     * @param path with parameters in braces
     * @param paths the paths of requests
     * @param node the operation
     */
    public record Call(String id, String method, String path, Pattern paths, JsonNode node) {

        private static Call of(String method, String path, JsonNode node) {
            String paths = PARAMETER
                            .splitAsStream(path)
                            .map(Pattern::quote)
                            .reduce((a, b) -> a + "[^/]+" + b)
                            .orElseThrow()
                    + (path.endsWith("}") ? "[^/]+" : "");
            return new Call(node.path("operationId").asText(), method, path, Pattern.compile(paths), node);
        }

        private boolean matches(String asked, String at) {
            return method.equals(asked) && paths.matcher(at).matches();
        }

        @Override
        public String toString() {
            return id;
        }
    }

    private ApiDocument(ObjectNode root) {
        this.root = root;
        root.get("paths").properties().forEach(path -> path.getValue()
                .properties()
                .forEach(operation -> calls.add(
                        Call.of(operation.getKey().toUpperCase(Locale.ROOT), path.getKey(), operation.getValue()))));
        // Literal segments are matched before parameters.
        calls.sort(Comparator.comparingLong(
                (Call call) -> call.path().chars().filter(c -> c == '{').count()));
    }

    /** A document in YAML. */
    public static ApiDocument read(String yaml) {
        return new ApiDocument(MAPPER.valueToTree(yaml().load(yaml)));
    }

    /** The committed document, which is read once. Callers must not change its nodes. */
    public static ApiDocument committed() {
        return Committed.DOCUMENT;
    }

    private static final class Committed {
        private static final ApiDocument DOCUMENT = readCommitted();
    }

    private static ApiDocument readCommitted() {
        try (Reader reader = Files.newBufferedReader(COMMITTED, StandardCharsets.UTF_8)) {
            return new ApiDocument(MAPPER.valueToTree(yaml().load(reader)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Yaml yaml() {
        LoaderOptions options = new LoaderOptions();
        DumperOptions dumper = new DumperOptions();
        // A time is a string in JSON.
        Resolver json = new Resolver() {
            @Override
            protected void addImplicitResolvers() {
                addImplicitResolver(Tag.BOOL, BOOL, "yYnNtTfFoO");
                addImplicitResolver(Tag.INT, INT, "-+0123456789");
                addImplicitResolver(Tag.FLOAT, FLOAT, "-+0123456789.");
                addImplicitResolver(Tag.NULL, NULL, "~nN\0");
            }
        };
        return new Yaml(new SafeConstructor(options), new Representer(dumper), dumper, options, json);
    }

    public JsonNode root() {
        return root;
    }

    public List<Call> calls() {
        return calls;
    }

    /** The operation with an id. */
    public Call call(String id) {
        return calls.stream().filter(call -> call.id().equals(id)).findFirst().orElseThrow();
    }

    /** The operation of a request; empty if it is not part of the API. */
    public Optional<Call> find(String method, String path) {
        return calls.stream().filter(call -> call.matches(method, path)).findFirst();
    }

    /** The target of a reference, or the node itself. */
    public JsonNode resolve(JsonNode node) {
        return node.has("$ref") ? root.at(node.get("$ref").asText().substring(1)) : node;
    }

    /** The response of an operation with a status; empty if there is none. */
    public Optional<JsonNode> response(Call call, int status) {
        JsonNode response = call.node().path("responses").path(Integer.toString(status));
        return response.isMissingNode() ? Optional.empty() : Optional.of(resolve(response));
    }

    /** The schema of the JSON body of an operation; missing if it has none. */
    public JsonNode requestSchema(Call call) {
        return call.node()
                .path("requestBody")
                .path("content")
                .path("application/json")
                .path("schema");
    }

    /** The example of a request; missing if there is none. */
    public JsonNode requestExample(Call call) {
        JsonNode example = call.node()
                .path("requestBody")
                .path("content")
                .path("application/json")
                .path("examples")
                .path("request");
        return resolve(example).path("value");
    }

    /** The violations of a schema by a value. */
    public Set<ValidationMessage> faults(JsonNode schema, JsonNode value) {
        return schemas.computeIfAbsent(schema.toString(), same -> compiled(schema, false))
                .validate(value);
    }

    /** The violations of a schema by a response, which must not have other fields. */
    public Set<ValidationMessage> faultsOfAnswer(JsonNode schema, JsonNode value) {
        return schemas.computeIfAbsent("!" + schema, same -> compiled(schema, true))
                .validate(value);
    }

    private JsonSchema compiled(JsonNode schema, boolean closed) {
        ObjectNode whole = MAPPER.createObjectNode();
        ObjectNode components = whole.putObject("components");
        components.set("schemas", root.get("components").get("schemas").deepCopy());
        if (closed) {
            components.get("schemas").properties().forEach(each -> {
                if (each.getValue().has("properties")
                        && !each.getValue().has("additionalProperties")
                        && !OPEN.contains(each.getKey())) {
                    ((ObjectNode) each.getValue()).put("additionalProperties", false);
                }
            });
        }
        whole.setAll((ObjectNode) schema.deepCopy());
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(
                        whole,
                        SchemaValidatorsConfig.builder()
                                .formatAssertionsEnabled(true)
                                .build());
    }
}
