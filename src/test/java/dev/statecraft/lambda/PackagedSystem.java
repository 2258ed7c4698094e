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
import java.util.TreeMap;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** All functions of the packaged artifact that calls of the API need, wired as template.yaml wires them. */
final class PackagedSystem implements AutoCloseable {

    /** The key that makes the first keys. */
    static final String BOOTSTRAP_KEY = "sk_bootstrap_" + "k".repeat(43);

    private final ObjectMapper mapper = new ObjectMapper();
    private final Map<String, PackagedFunction> functions = new TreeMap<>();
    private final DynamoDbClient dynamoDb = LocalDynamoDb.client();
    private final DynamoDbStreamsClient streams = LocalDynamoDb.streams();
    private final StreamPump pump;
    private final PackagedGateway gateway;

    /**
     * Starts it.
     *
     * @param unpacked the unpacked artifact
     * @param environment what is set for every function
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
        pump = StreamPump.start(dynamoDb, streams, prefix, sources, StreamPace.polling(Duration.ofMillis(100)));
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
            // Several streams lead to one function; the process takes one event at a time.
            RuntimeApi.Answer answer = function.invoke(event);
            if (answer.failed()) {
                throw new IllegalStateException(answer.body());
            }
            return answer.body();
        };
    }

    /** Where the API answers over HTTP. */
    int port() {
        return gateway.port();
    }

    /** Has the streams handled, and what runs of migrations have to do done, as the state machine does it. */
    void rest(String game) {
        pump.drain(Duration.ofSeconds(30));
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
        return mapper.readTree(called(functions.get("migration-step")).invoke(event.toString()));
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
