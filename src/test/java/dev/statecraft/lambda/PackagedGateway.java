package dev.statecraft.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

/** Replaces API Gateway's HTTP API: converts HTTP requests to events, and results to HTTP responses. */
final class PackagedGateway implements AutoCloseable {

    private final ObjectMapper mapper = new ObjectMapper();
    private final PackagedFunction api;
    private final HttpServer server;

    PackagedGateway(PackagedFunction api) throws IOException {
        this.api = api;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try {
            RuntimeApi.Answer answer = api.invoke(event(exchange));
            if (answer.failed()) {
                send(exchange, 502, answer.body().getBytes(StandardCharsets.UTF_8));
                return;
            }
            JsonNode response = mapper.readTree(answer.body());
            response.path("headers").properties().forEach(header -> exchange.getResponseHeaders()
                    .set(header.getKey(), header.getValue().asText()));
            String body = response.path("body").asText("");
            send(
                    exchange,
                    response.path("statusCode").asInt(),
                    response.path("isBase64Encoded").asBoolean()
                            ? Base64.getDecoder().decode(body)
                            : body.getBytes(StandardCharsets.UTF_8));
        } catch (Exception e) {
            send(exchange, 502, String.valueOf(e).getBytes(StandardCharsets.UTF_8));
        }
    }

    private String event(HttpExchange exchange) throws IOException {
        ObjectNode event = mapper.createObjectNode().put("version", "2.0").put("routeKey", "$default");
        event.put("rawPath", exchange.getRequestURI().getRawPath());
        String query = exchange.getRequestURI().getRawQuery();
        event.put("rawQueryString", query == null ? "" : query);
        ObjectNode headers = event.putObject("headers");
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), String.join(",", values)));
        ObjectNode context = event.putObject("requestContext").put("stage", "$default");
        context.putObject("http")
                .put("method", exchange.getRequestMethod())
                .put("path", exchange.getRequestURI().getPath())
                .put("protocol", "HTTP/1.1")
                .put("sourceIp", "127.0.0.1");
        byte[] body = exchange.getRequestBody().readAllBytes();
        if (body.length > 0) {
            event.put("body", Base64.getEncoder().encodeToString(body));
        }
        return event.put("isBase64Encoded", body.length > 0).toString();
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
