package dev.statecraft.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Calls the running application with the client of the JDK, for tests that send thousands of requests: REST Assured takes
 * longer for a request than the application, and compiles each path into a response. Every response must match the
 * OpenAPI document, as in {@code RestAssuredSetup}.
 */
public final class QuickCalls {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI root;
    private final ApiDocument document = ApiDocument.committed();
    private final DocumentedAnswers documented = new DocumentedAnswers(document);
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** A response. */
    public record Answer(int status, HttpHeaders headers, String body) {

        /** The body; missing if it is not JSON. */
        public JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException e) {
                return JSON.missingNode();
            }
        }

        /** The first value of a header; null without it. */
        public @Nullable String header(String name) {
            return headers.firstValue(name).orElse(null);
        }
    }

    /** Creates calls of an application. */
    public QuickCalls(URI root) {
        this.root = root;
    }

    /**
     * Sends a request.
     *
     * @param path with the query
     * @param credential an API key or a token; null for none
     * @param body JSON; null for none
     * @param mediaType of the body
     */
    public Answer send(
            String method, String path, @Nullable String credential, @Nullable String body, String mediaType) {
        HttpResponse<byte[]> response = exchange(method, path, credential, body, mediaType);
        document.find(method, root.resolve(path).getRawPath())
                .ifPresent(call -> documented.check(
                        call,
                        response.statusCode(),
                        response.headers().firstValue("Content-Type").orElse(null),
                        response.body()));
        return new Answer(
                response.statusCode(), response.headers(), new String(response.body(), StandardCharsets.UTF_8));
    }

    /** Sends a request whose response is not compared with the document. */
    HttpResponse<byte[]> exchange(
            String method, String path, @Nullable String credential, @Nullable String body, String mediaType) {
        HttpRequest.Builder request = HttpRequest.newBuilder(root.resolve(path));
        if (credential != null) {
            request.header("Authorization", "Bearer " + credential);
        }
        if (body != null) {
            request.header("Content-Type", mediaType);
        }
        request.method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        try {
            return http.send(request.build(), BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + path + " has no response", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
