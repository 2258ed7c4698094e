package dev.statecraft;

import static dev.statecraft.SamTemplate.LOG_GROUP;
import static dev.statecraft.SamTemplate.events;
import static dev.statecraft.SamTemplate.resources;
import static dev.statecraft.SamTemplate.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import jakarta.ws.rs.HttpMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The routes of API Gateway are exactly the routes of the JAX-RS resources. */
class TemplateRoutesTest {

    private static final String PROXY = "{proxy+}";

    /** A request, or a route where the method may be ANY and the path may end in {@code {proxy+}}. */
    private record Call(String method, String path) {

        boolean covers(Call call) {
            boolean pathCovered = path.endsWith(PROXY)
                    ? call.path.matches(Pattern.quote(path.substring(0, path.length() - PROXY.length())) + ".+")
                    : call.path.equals(path.replaceAll("\\{[^}]*\\}", "x"));
            return pathCovered && (method.equals("ANY") || method.equals(call.method));
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    @Test
    void everyOperation_hasARoute() {
        Set<Call> answered = resourceMethods();
        for (String path : List.of("/q/health", "/q/health/live", "/q/health/ready", "/openapi")) {
            answered.add(new Call("GET", path));
        }
        for (Call call : answered) {
            assertTrue(routes().stream().anyMatch(route -> route.covers(call)), "no route covers " + call);
        }
    }

    @Test
    void everyRoute_leadsToAResource() {
        Set<Call> answered = resourceMethods();
        for (Call route : routes()) {
            assertTrue(
                    !route.path().startsWith("/v1/") || answered.stream().anyMatch(route::covers),
                    route + " leads nowhere");
        }
    }

    @Test
    void everyRecordedRequest_matchesARoute() throws IOException {
        try (Stream<Path> events = Files.list(Path.of("infra/events"))) {
            for (Path file : events.filter(
                            event -> event.getFileName().toString().startsWith("api-"))
                    .toList()) {
                JsonNode event = SamTemplate.read(file);
                Call call = new Call(text(event, "/requestContext/http/method"), text(event, "/rawPath"));
                String routeKey = text(event, "/routeKey");
                assertEquals("2.0", text(event, "/version"), file.toString());
                // $default is how a request looks that none of the routes took; handlers have to bear it.
                assertTrue(
                        routeKey.equals("$default")
                                || routes().stream()
                                        .anyMatch(route -> route.toString().equals(routeKey) && route.covers(call)),
                        file + ": " + routeKey + " is no route of " + call);
            }
        }
    }

    /** A WebSocket API has three routes; all lead to the one function, and only frames are answered. */
    @Test
    void everySocketRoute_leadsToItsFunction() {
        Map<String, JsonNode> routes = resources("AWS::ApiGatewayV2::Route");
        assertEquals(
                Set.of("$connect", "$disconnect", "$default"),
                routes.values().stream()
                        .map(route -> text(route, "/Properties/RouteKey"))
                        .collect(Collectors.toSet()));
        routes.forEach((id, route) -> {
            assertEquals("SocketApi", text(route, "/Properties/ApiId"), id);
            assertEquals("integrations/${SocketIntegration}", text(route, "/Properties/Target"), id);
            assertEquals(
                    text(route, "/Properties/RouteKey").equals("$default"),
                    route.at("/Properties").has("RouteResponseSelectionExpression"),
                    id);
        });
        JsonNode resources = SamTemplate.ROOT.path("Resources");
        assertTrue(
                text(resources, "/SocketIntegration/Properties/IntegrationUri").contains("${SocketFunction.Arn}"));
        assertEquals("SocketFunction", text(resources, "/SocketInvocation/Properties/FunctionName"));
        assertEquals("SocketFrameRoute", text(resources, "/SocketFrameRouteResponse/Properties/RouteId"));
        assertEquals(
                "socket", text(resources, "/SocketFunction/Properties/Environment/Variables/QUARKUS_LAMBDA_HANDLER"));
    }

    @Test
    void routes_usePayloadFormat2AndTheStageIsThrottledAndLogged() {
        events("HttpApi")
                .forEach((id, event) -> assertEquals("2.0", text(event, "/Properties/PayloadFormatVersion"), id));
        JsonNode api = SamTemplate.ROOT.at("/Resources/HttpApi/Properties");
        for (String limit : List.of("ThrottlingRateLimit", "ThrottlingBurstLimit")) {
            String parameter = text(api, "/DefaultRouteSettings/" + limit);
            assertTrue(
                    SamTemplate.ROOT.at("/Parameters/" + parameter + "/Default").asInt() > 0, limit);
        }
        String log = text(api, "/AccessLogSettings/DestinationArn").replace(".Arn", "");
        assertTrue(resources(LOG_GROUP).containsKey(log), log);
    }

    private static Set<Call> routes() {
        return events("HttpApi").values().stream()
                .map(event -> new Call(text(event, "/Properties/Method"), text(event, "/Properties/Path")))
                .collect(Collectors.toSet());
    }

    /** Every call a JAX-RS resource answers, path parameters as {@code x}: {@code GET /v1/leaderboards/x/top}. */
    private static Set<Call> resourceMethods() {
        Set<Call> calls = new HashSet<>();
        new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.statecraft").stream()
                        .filter(type -> type.isAnnotatedWith(jakarta.ws.rs.Path.class))
                        .forEach(type -> type.getMethods().forEach(method -> httpMethods(method)
                                .forEach(verb -> calls.add(new Call(verb, path(type, method))))));
        return calls;
    }

    private static Stream<String> httpMethods(JavaMethod method) {
        return method.getAnnotations().stream()
                .map(JavaAnnotation::getRawType)
                .filter(annotation -> annotation.isAnnotatedWith(HttpMethod.class))
                .map(annotation ->
                        annotation.getAnnotationOfType(HttpMethod.class).value());
    }

    private static String path(JavaClass type, JavaMethod method) {
        String below = method.tryGetAnnotationOfType(jakarta.ws.rs.Path.class)
                .map(jakarta.ws.rs.Path::value)
                .orElse("");
        return ("/" + type.getAnnotationOfType(jakarta.ws.rs.Path.class).value() + "/" + below)
                .replaceAll("\\{[^}]*\\}", "x")
                .replaceAll("/+", "/")
                .replaceAll("(.)/$", "$1");
    }
}
