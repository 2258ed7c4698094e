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

/** An OpenAPI document as tests read it. */
public final class ApiDocument {

    /** The committed document, which {@link ApiDocumentTest} holds against the running one. */
    public static final Path COMMITTED = Path.of("infra", "openapi.yaml");

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** What answers hold beside what is said of them is not there by mistake. */
    private static final Set<String> OPEN = Set.of("Problem", "Checks");

    private final ObjectNode root;
    private final List<Call> calls = new ArrayList<>();
    private final Map<String, JsonSchema> schemas = new ConcurrentHashMap<>();

    /**
     * What can be called.
     *
     * @param path with parameters in braces
     * @param node the operation
     */
    public record Call(String id, String method, String path, JsonNode node) {

        private boolean matches(String asked, String at) {
            return method.equals(asked)
                    && at.matches(Pattern.compile("\\{[^}]*\\}")
                                    .splitAsStream(path)
                                    .map(Pattern::quote)
                                    .reduce((a, b) -> a + "[^/]+" + b)
                                    .orElseThrow()
                            + (path.endsWith("}") ? "[^/]+" : ""));
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
                .forEach(operation -> calls.add(new Call(
                        operation.getValue().path("operationId").asText(),
                        operation.getKey().toUpperCase(java.util.Locale.ROOT),
                        path.getKey(),
                        operation.getValue()))));
        // What is spelled out comes before what has a parameter in its place.
        calls.sort(Comparator.comparingLong(
                (Call call) -> call.path().chars().filter(c -> c == '{').count()));
    }

    /** A document in YAML. */
    public static ApiDocument read(String yaml) {
        return new ApiDocument(MAPPER.valueToTree(yaml().load(yaml)));
    }

    /** The committed document. */
    public static ApiDocument committed() {
        try (Reader reader = Files.newBufferedReader(COMMITTED, StandardCharsets.UTF_8)) {
            return new ApiDocument(MAPPER.valueToTree(yaml().load(reader)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Yaml yaml() {
        LoaderOptions options = new LoaderOptions();
        DumperOptions dumper = new DumperOptions();
        // A time is a text in JSON.
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

    /** The operation of an id. */
    public Call call(String id) {
        return calls.stream().filter(call -> call.id().equals(id)).findFirst().orElseThrow();
    }

    /** What a request calls; nothing if it is not part of the API. */
    public Optional<Call> find(String method, String path) {
        return calls.stream().filter(call -> call.matches(method, path)).findFirst();
    }

    /** What a reference leads to, or the node itself. */
    public JsonNode resolve(JsonNode node) {
        return node.has("$ref") ? root.at(node.get("$ref").asText().substring(1)) : node;
    }

    /** What an operation says of a status; nothing if it does not. */
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

    /** What a value has that the schema does not allow. */
    public Set<ValidationMessage> faults(JsonNode schema, JsonNode value) {
        return schemas.computeIfAbsent(schema.toString(), same -> compiled(schema, false))
                .validate(value);
    }

    /** The same for an answer, which also holds nothing else. */
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
