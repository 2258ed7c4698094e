package dev.statecraft.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.local.LocalDynamoDb;
import dev.statecraft.local.stream.LambdaFunction;
import dev.statecraft.local.stream.StreamPace;
import dev.statecraft.local.stream.StreamPump;
import dev.statecraft.local.template.Template;
import dev.statecraft.table.Sha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** All functions of the packaged artifact that the API needs, connected as in template.yaml. */
final class PackagedSystem implements AutoCloseable {

    /** The bootstrap key. */
    static final String BOOTSTRAP_KEY = "sk_bootstrap_" + "k".repeat(43);

    private final ObjectMapper mapper = new ObjectMapper();
    private final Map<String, PackagedFunction> functions = new TreeMap<>();
    private final DynamoDbClient dynamoDb = LocalDynamoDb.client();
    private final DynamoDbStreamsClient streams = LocalDynamoDb.streams();
    private final StreamPump pump;
    private final PackagedGateway gateway;

    /**
     * Starts the functions.
     *
     * @param unpacked the unpacked artifact
     * @param environment environment variables of every function
     */
    PackagedSystem(Path unpacked, Map<String, String> environment) throws Exception {
        String prefix = LocalDynamoDb.lastingTables().prefix();
        Map<String, String> all = new TreeMap<>(environment);
        all.put("STATECRAFT_TABLES_PREFIX", prefix);
        all.put("STATECRAFT_ACCESS_BOOTSTRAP_KEY_HASH", Sha256.hex(BOOTSTRAP_KEY.getBytes(StandardCharsets.UTF_8)));
        List<StreamPump.Source> sources = new ArrayList<>();
        for (Template.StreamMapping mapping : Template.ofProject().streamMappings()) {
            PackagedFunction function = function(unpacked, mapping.handler(), all);
            sources.add(new StreamPump.Source(mapping, called(function)));
        }
        function(unpacked, "migration-step", all);
        gateway = new PackagedGateway(function(unpacked, "api", all));
        pump = StreamPump.start(
                dynamoDb, streams, prefix, sources, StreamPace.polling(Duration.ofMillis(100), Duration.ofMillis(100)));
    }

    private PackagedFunction function(Path unpacked, String handler, Map<String, String> environment) throws Exception {
        PackagedFunction function = functions.get(handler);
        if (function == null) {
            function = new PackagedFunction(
                    unpacked, handler, environment, Path.of("target", "packaged-system-" + handler + ".log"));
            functions.put(handler, function);
        }
        return function;
    }

    private static LambdaFunction called(PackagedFunction function) {
        return event -> {
            // Several streams call one function; the process accepts one event at a time.
            RuntimeApi.Answer answer = function.invoke(event);
            if (answer.failed()) {
                throw new IllegalStateException(answer.body());
            }
            return answer.body();
        };
    }

    /** The HTTP endpoint of the API. */
    int port() {
        return gateway.port();
    }

    /** Processes the streams and drives migration runs like the state machine. */
    void rest(String game) {
        pump.drain(Duration.ofMinutes(2));
        try {
            JsonNode advanced = step(mapper.createObjectNode().put("game", game));
            for (JsonNode work : advanced.path("work")) {
                step((ObjectNode) work);
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private JsonNode step(ObjectNode event) throws Exception {
        return mapper.readTree(
                called(Objects.requireNonNull(functions.get("migration-step"))).invoke(event.toString()));
    }

    @Override
    public void close() {
        gateway.close();
        pump.close();
        functions.values().forEach(PackagedFunction::close);
        streams.close();
        dynamoDb.close();
    }
}
