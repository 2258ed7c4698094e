package dev.statecraft.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.lambda.ApiHandler;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.openapi.ApiDocument;
import io.quarkus.amazon.lambda.runtime.AmazonLambdaMapperRecorder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Hostile segments for every path parameter of every operation of the OpenAPI document, over HTTP and as events of API
 * Gateway. The credential is invalid: a path that is rejected with 400 was rejected before authentication, so before
 * routing and authorization as well.
 */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class HostilePathTest {

    private static final String CREDENTIAL = "Bearer nobody";

    private static final List<String> HOSTILE = List.of(
            "",
            ".",
            "..",
            "...",
            "%2e",
            "%2e%2e",
            "%2E.",
            ".%2E",
            "%252e%252e",
            "..%2f..",
            "..%2F..%2f..%2fdashboard%2fapp.js",
            "%5c",
            "..%5c..",
            "..\\..",
            "a%2fb",
            "a%252Fb",
            "a/../b",
            "a/./b",
            "../../..",
            "a//b",
            ";",
            "a;b=c",
            "..;a=b",
            "..%3ba=b",
            "%2e%2e;a=b",
            "%00",
            "a%0d%0aX:y",
            "%c0%ae%c0%ae",
            "%ff",
            "%zz",
            "%");

    /** Unusual but unambiguous segments: the request reaches authentication. */
    private static final List<String> HARMLESS = List.of("a%2e%2e", "..a", "a%20b", "%C3%A9", "a+b", "%61");

    private static final Duration READINESS_TIMEOUT = Duration.ofSeconds(30);

    private static final Pattern PARAMETER = Pattern.compile("\\{[^}]*\\}");

    private final ObjectMapper lambda = AmazonLambdaMapperRecorder.objectMapper;

    @Inject
    @Named("api")
    ApiHandler handler;

    /** Every operation with a segment in place of one of its parameters, after its path, and before it. */
    private static List<Map.Entry<String, String>> requests(List<String> segments, boolean around) {
        List<Map.Entry<String, String>> requests = new ArrayList<>();
        for (ApiDocument.Call call : ApiDocument.committed().calls()) {
            Matcher parameter = PARAMETER.matcher(call.path());
            while (parameter.find()) {
                for (String segment : segments) {
                    String path = call.path().substring(0, parameter.start())
                            + segment
                            + call.path().substring(parameter.end());
                    requests.add(
                            Map.entry(call.method(), PARAMETER.matcher(path).replaceAll("x")));
                }
            }
            String plain = PARAMETER.matcher(call.path()).replaceAll("x");
            for (String segment : around ? segments : List.<String>of()) {
                if (!plain.equals("/")) {
                    requests.add(Map.entry(call.method(), "/" + segment + plain));
                    boolean tools = plain.startsWith("/q/") && segment.isEmpty();
                    requests.add(Map.entry(call.method(), tools ? "/q//" : plain + "/" + segment));
                }
            }
        }
        return requests;
    }

    @Test
    void ambiguousPath_isRejectedFirstOverHttp() throws Exception {
        List<String> faults = new ArrayList<>();
        try (RawHttp http = new RawHttp()) {
            for (Map.Entry<String, String> request : requests(HOSTILE, true)) {
                RawHttp.Answer answer = http.send(request.getKey(), request.getValue(), "Authorization: " + CREDENTIAL);
                if (answer.status() != 400 || !answer.isProblem()) {
                    faults.add(request + " " + answer);
                }
            }
        }
        assertEquals(List.of(), faults);
    }

    @Test
    void ambiguousPath_isRejectedFirstInEvents() throws Exception {
        List<String> faults = new ArrayList<>();
        for (Map.Entry<String, String> request : requests(HOSTILE, true)) {
            for (String stage : List.of("$default", "prod")) {
                APIGatewayV2HTTPResponse answer = call(request, stage);
                if (answer.getStatusCode() != 400
                        || !Problem.MEDIA_TYPE.equals(answer.getHeaders().get("content-type"))) {
                    faults.add(stage + request + " " + answer.getStatusCode() + " " + answer.getBody());
                }
            }
        }
        assertEquals(List.of(), faults);
    }

    @Test
    void unambiguousPath_reachesAuthentication() throws Exception {
        List<String> faults = new ArrayList<>();
        try (RawHttp http = new RawHttp()) {
            for (Map.Entry<String, String> request : requests(HARMLESS, false)) {
                int status = http.send(request.getKey(), request.getValue(), "Authorization: " + CREDENTIAL)
                        .status();
                int event = call(request, "$default").getStatusCode();
                if (status != 401 || event != 401) {
                    faults.add(request + " " + status + " " + event);
                }
            }
        }
        assertEquals(List.of(), faults);
    }

    @Test
    void resource_receivesTheAuthorizedParameter() throws Exception {
        try (RawHttp http = new RawHttp()) {
            for (String segment : List.of("a%2e%2e", "..a", "%61", "a%3Ab", "a:b", "a%40b")) {
                RawHttp.Answer answer = http.send("GET", "/v1/echo/parameters/" + segment);
                assertEquals(200, answer.status(), answer.toString());
                String decoded = URLDecoder.decode(segment, StandardCharsets.UTF_8);
                assertEquals(
                        Map.of("given", decoded, "authorized", decoded),
                        lambda.readValue(answer.body(), Map.class),
                        segment);
            }
        }
    }

    @Test
    void pages_areFoundByTheirExactPathsOnly() throws Exception {
        try (RawHttp http = new RawHttp()) {
            awaitReadiness(http);
            for (String page : List.of("/", "/dashboard/app.js", "/openapi", "/q/health/live", "/q/health")) {
                assertEquals(200, http.send("GET", page).status(), page);
            }
            for (String detour : List.of(
                    "//",
                    "/dashboard//app.js",
                    "/dashboard/../",
                    "/dashboard/%2e%2e/dashboard/app.js",
                    "/x/..%2f",
                    "/./openapi",
                    "/openapi/",
                    "/q/../openapi",
                    "/q/./health",
                    "/v1/../q/health",
                    "/v1/x/../socket",
                    "/v1/socket/",
                    "/v1/webhooks/x/../roblox",
                    "/v1/webhooks/roblox;x",
                    "*")) {
                RawHttp.Answer answer = http.send("GET", detour);
                assertTrue(answer.isProblem(), detour + answer);
                assertEquals(detour.equals("*") ? 404 : 400, answer.status(), detour + answer);
            }
        }
    }

    /** The tables may answer late on a busy machine; the readiness check then reports 503 until its next read. */
    private static void awaitReadiness(RawHttp http) throws Exception {
        long until = System.nanoTime() + READINESS_TIMEOUT.toNanos();
        RawHttp.Answer readiness = http.send("GET", "/q/health/ready");
        while (readiness.status() != 200 && System.nanoTime() < until) {
            LockSupport.parkNanos(100_000_000);
            readiness = http.send("GET", "/q/health/ready");
        }
        assertEquals(200, readiness.status(), readiness.toString());
    }

    private APIGatewayV2HTTPResponse call(Map.Entry<String, String> request, String stage) throws Exception {
        APIGatewayV2HTTPEvent event = lambda.readValue(
                Files.readString(Path.of("infra/events/api-get-health.json")), APIGatewayV2HTTPEvent.class);
        event.setRawPath(stage.equals("$default") ? request.getValue() : "/" + stage + request.getValue());
        event.setRawQueryString("");
        event.getRequestContext().setStage(stage);
        event.getRequestContext().getHttp().setMethod(request.getKey());
        event.setHeaders(new HashMap<>(Map.of("authorization", CREDENTIAL)));
        return handler.handleRequest(event, null);
    }
}
