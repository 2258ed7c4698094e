package dev.statecraft.infra;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A deployed API with two operations: readiness, and the creation of a key with the bootstrap key. */
final class DeployedApi implements AutoCloseable {

    static final String SERVER_KEY = "sk_0123456789ab_f00d";

    private final HttpServer server;
    private final Queue<String> credentials = new ConcurrentLinkedQueue<>();
    private final AtomicInteger unreadyAnswers;
    private final int keyStatus;

    /**
     * @param unreadyAnswers how many requests of the readiness are answered with 503 first
     * @param keyStatus status of POST /v1/keys
     */
    DeployedApi(int unreadyAnswers, int keyStatus) throws IOException {
        this.unreadyAnswers = new AtomicInteger(unreadyAnswers);
        this.keyStatus = keyStatus;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    String url() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    /** Credentials of the requests of keys, in order. */
    Queue<String> credentials() {
        return credentials;
    }

    private void answer(HttpExchange exchange) {
        try (exchange) {
            String call = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            switch (call) {
                case "GET /q/health/ready" -> send(exchange, unreadyAnswers.getAndDecrement() > 0 ? 503 : 200, "{}");
                case "POST /v1/keys" -> {
                    credentials.add(exchange.getRequestHeaders().getFirst("Authorization"));
                    boolean complete = body.contains("\"game servers\"") && body.contains("\"state:write\"");
                    send(
                            exchange,
                            complete ? keyStatus : 400,
                            keyStatus < 300 ? "{\"id\":\"0123456789ab\",\"key\":\"" + SERVER_KEY + "\"}" : "{}");
                }
                default -> send(exchange, 404, "{}");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
