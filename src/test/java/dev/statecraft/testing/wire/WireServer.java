package dev.statecraft.testing.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * Serves a client of DynamoDB over DynamoDB's own protocol (AWS JSON 1.0), so that processes and applications that want
 * an endpoint can use a database that lives in this JVM. Signatures are not checked. Errors are answered as AWS does;
 * an error that is none of DynamoDB is answered with status 500 and its class.
 */
public final class WireServer implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TYPE = "application/x-amz-json-1.0";
    private static final int BAD_REQUEST = 400;
    private static final int SERVER_ERROR = 500;

    private final HttpServer server;
    private final ExecutorService threads;
    private final Map<String, WireOperation> operations;

    /** Content and status of a response. */
    private record Answer(int status, ByteArrayOutputStream body) {}

    /** What an answer contains, written into an open object. */
    @FunctionalInterface
    private interface Content {
        void write(JsonGenerator out) throws IOException;
    }

    private WireServer(HttpServer server, Map<String, WireOperation> operations) {
        this.server = server;
        this.operations = operations;
        this.threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "wire");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Starts a server on a free port of this machine. Closing it does not close the clients. */
    public static WireServer start(DynamoDbClient database, DynamoDbStreamsClient streams) {
        // Without it, the JDK's server sends headers and body apart, and the client waits 40 ms to acknowledge.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        try {
            WireServer wire = new WireServer(
                    HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0),
                    WireOperation.of(database, streams));
            wire.server.setExecutor(wire.threads);
            wire.server.createContext("/", wire::serve);
            wire.server.start();
            return wire;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The endpoint for clients. */
    public URI endpoint() {
        return URI.create("http://localhost:" + server.getAddress().getPort());
    }

    /** Stops the server; open requests are cut off. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            Answer answer = answer(exchange.getRequestHeaders().getFirst("X-Amz-Target"), body);
            exchange.getResponseHeaders().set("Content-Type", TYPE);
            exchange.getResponseHeaders()
                    .set("x-amzn-RequestId", UUID.randomUUID().toString());
            exchange.sendResponseHeaders(answer.status(), answer.body().size());
            answer.body().writeTo(exchange.getResponseBody());
        }
    }

    private Answer answer(@Nullable String target, byte[] body) throws IOException {
        WireOperation operation = target == null ? null : operations.get(target);
        if (operation == null) {
            return error(BAD_REQUEST, "com.amazon.coral.service#UnknownOperationException", "", out -> {});
        }
        Object request;
        try {
            JsonNode json = JSON.readTree(body);
            request = operation.request(json);
        } catch (Throwable malformed) {
            return error(
                    BAD_REQUEST,
                    "com.amazon.coral.service#SerializationException",
                    String.valueOf(malformed.getMessage()),
                    out -> {});
        }
        try {
            SdkPojo response = operation.call(request);
            return new Answer(200, json(out -> WireJson.writeFields(response, out)));
        } catch (AwsServiceException e) {
            return error(e);
        } catch (Throwable e) {
            return error(SERVER_ERROR, e.getClass().getSimpleName(), String.valueOf(e.getMessage()), out -> {});
        }
    }

    private static Answer error(AwsServiceException e) throws IOException {
        boolean detailed = e.awsErrorDetails() != null && e.awsErrorDetails().errorCode() != null;
        String code = detailed ? e.awsErrorDetails().errorCode() : e.getClass().getSimpleName();
        @Nullable String detail = detailed ? e.awsErrorDetails().errorMessage() : null;
        String namespace =
                "ValidationException".equals(code) ? "com.amazon.coral.validate#" : "com.amazonaws.dynamodb.v20120810#";
        return error(
                e.statusCode() >= BAD_REQUEST ? e.statusCode() : BAD_REQUEST,
                namespace + code,
                String.valueOf(detail == null ? e.getMessage() : detail),
                out -> WireJson.writeFields(e, out));
    }

    private static Answer error(int status, String type, String message, Content more) throws IOException {
        return new Answer(status, json(out -> {
            out.writeStringField("__type", type);
            out.writeStringField("message", message);
            more.write(out);
        }));
    }

    private static ByteArrayOutputStream json(Content content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = JSON.createGenerator(bytes)) {
            out.writeStartObject();
            content.write(out);
            out.writeEndObject();
        }
        return bytes;
    }
}
