package dev.statecraft.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rejections by the HTTP server are problems, and the connection serves the next request. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class ServerRefusalsTest {

    private static final String POST =
            "POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

    private static Map<String, Integer> requests() {
        Map<String, Integer> requests = new LinkedHashMap<>();
        requests.put(get("/v1/" + "x".repeat(70_000)), 414);
        requests.put(get("/v1/x", "X-Long: " + "x".repeat(70_000)), 431);
        requests.put(get("/v1/x", "X-Many: x\r\n".repeat(10_000) + "X-Last: x"), 431);
        requests.put(get("/v1/x?a=%zz"), 400);
        requests.put(get("/v1/%zz"), 400);
        requests.put(get("//"), 400);
        requests.put(get("/v1/x?a=|"), 400);
        requests.put(get("/v1/x", "Bad Name: x"), 400);
        requests.put(get("/v1/x", "No colon"), 400);
        requests.put(get("/v1/x", "Nul: a\u0000b"), 400);
        requests.put("GET /v1/x HTTP/1.1\r\n\r\n", 400);
        requests.put("GET /v1/x\r\nHost: a\r\n\r\n", 400);
        requests.put("nonsense\r\n\r\n", 400);
        requests.put(POST + "Content-Length: x\r\n\r\n{}", 400);
        requests.put(POST + "Content-Length: -1\r\n\r\n{}", 400);
        requests.put(POST + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}", 400);
        requests.put(POST + "Transfer-Encoding: gzip\r\n\r\n{}", 400);
        requests.put(POST + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400);
        requests.put(POST + "Transfer-Encoding: chunked\r\n\r\nnonsense\r\n\r\n", 400);
        requests.put(POST + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n-5\r\n", 400);
        requests.put(POST + "Transfer-Encoding: chunked\r\n\r\nfffffffff\r\n{}", 400);
        return requests;
    }

    private static String get(String target, String... headers) {
        return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n"
                + (headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n") + "\r\n";
    }

    @Test
    void rejectionByTheServer_isAProblem() {
        List<String> faults = new ArrayList<>();
        requests().forEach((request, status) -> {
            String which = request.substring(0, Math.min(200, request.length()));
            try (RawHttp http = new RawHttp()) {
                RawHttp.Answer answer = http.send(request);
                boolean good = answer.status() == status
                        && answer.isProblem()
                        && answer.body().contains("\"status\":" + status)
                        && "nosniff".equals(answer.headers().get("x-content-type-options"))
                        && "accept-encoding".equals(answer.headers().get("vary"));
                if (!good) {
                    faults.add(which + answer);
                }
            } catch (IOException e) {
                faults.add(which + e);
            }
        });
        assertEquals(List.of(), faults);
    }

    @Test
    void connection_servesTheNextRequest() throws Exception {
        try (RawHttp http = new RawHttp()) {
            for (int i = 0; i < 3; i++) {
                assertEquals(
                        200,
                        http.send(POST + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
                                .status());
                assertEquals(400, http.send("POST", "/v1/x/../y").status());
            }
        }
    }
}
