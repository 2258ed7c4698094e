package dev.statecraft.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import dev.statecraft.lambda.ApiHandler;
import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.amazon.lambda.runtime.AmazonLambdaMapperRecorder;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The files of the dashboard over HTTP and on Lambda; DashboardBrowserTest covers its function. */
@Tag("application")
@QuarkusTest
@WithTestResource(DynamoDbLocalResource.class)
class DashboardPageTest {

    private static final Path FILES = Path.of("src/main/resources/META-INF/resources");
    private static final Path CLIENT = Path.of("src/main/js");

    @Inject
    @Named("api")
    ApiHandler handler;

    @ParameterizedTest
    @CsvSource({
        "/, text/html, no-cache",
        "/dashboard/app.js, text/javascript, max-age=300",
        "/dashboard/dashboard.css, text/css, max-age=300",
        "/dashboard/icon.svg, image/svg+xml, max-age=300"
    })
    void everyFile_isServedWithAStrictPolicy(String path, String type, String kept) throws IOException {
        Path file = FILES.resolve(path.equals("/") ? "index.html" : path.substring(1));
        given().when()
                .get(path)
                .then()
                .statusCode(200)
                .contentType(startsWith(type))
                .header("Cache-Control", kept)
                .header("X-Content-Type-Options", "nosniff")
                .header(
                        "Content-Security-Policy",
                        startsWith("default-src 'none'; script-src 'self'; style-src 'self';"))
                .header("Content-Security-Policy", containsString("connect-src 'self';"))
                .body(equalTo(Files.readString(file)));
    }

    @Test
    void page_isTheSameOnLambda() throws IOException {
        for (String path : List.of("/", "/dashboard/app.js", "/dashboard/dashboard.css")) {
            APIGatewayV2HTTPEvent event = AmazonLambdaMapperRecorder.objectMapper.readValue(
                    Files.readString(Path.of("infra/events/api-get-health.json")), APIGatewayV2HTTPEvent.class);
            event.setRawPath(path);
            event.setHeaders(Map.of());
            APIGatewayV2HTTPResponse response = handler.handleRequest(event, null);
            assertEquals(200, response.getStatusCode(), path);
            assertFalse(response.getIsBase64Encoded(), path);
            Path file = FILES.resolve(path.equals("/") ? "index.html" : path.substring(1));
            assertEquals(Files.readString(file, StandardCharsets.UTF_8), response.getBody(), path);
            assertTrue(
                    response.getHeaders()
                            .getOrDefault("content-security-policy", "")
                            .startsWith("default-src 'none'"),
                    path);
        }
    }

    @Test
    void settings_containTheSocketAddress() {
        given().when()
                .get("/dashboard/settings")
                .then()
                .statusCode(200)
                .contentType("application/json")
                .header("Cache-Control", "no-cache")
                .body("socketUrl", nullValue());
    }

    @Test
    void unknownFiles_return404() {
        given().when().get("/dashboard/nothing.js").then().statusCode(404).contentType(Problem.MEDIA_TYPE);
    }

    @Test
    void page_preloadsItsModulesAndMatchesThePolicy() throws IOException {
        String page = Files.readString(FILES.resolve("index.html"));
        assertFalse(
                page.matches("(?s).*(<style|<script(?![^>]*src=)|\\son[a-z]+=|\\sstyle=).*"), "inline code or style");
        Set<String> modules = new TreeSet<>(modules("dashboard/", FILES.resolve("dashboard")));
        modules.addAll(modules("dashboard/client/", CLIENT));
        Set<String> loaded = new TreeSet<>();
        Matcher names =
                Pattern.compile("(?:href|src)=\"(dashboard/[a-z/]+\\.js)\"").matcher(page);
        while (names.find()) {
            loaded.add(names.group(1));
        }
        assertEquals(modules, loaded);
        for (String module : modules) {
            String code =
                    given().get("/" + module).then().statusCode(200).extract().asString();
            for (String unsafe : List.of("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(")) {
                assertFalse(code.contains(unsafe), module + " uses " + unsafe);
            }
        }
    }

    private static Set<String> modules(String path, Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> path + file.getFileName())
                    .filter(name -> name.endsWith(".js"))
                    .collect(Collectors.toSet());
        }
    }

    /** The build copies the client, without its types, to the files of the dashboard. */
    @Test
    void client_isThatOfThePackage() throws IOException {
        given().get("/dashboard/client/statecraft.js")
                .then()
                .statusCode(200)
                .contentType(startsWith("text/javascript"))
                .body(equalTo(Files.readString(CLIENT.resolve("statecraft.js"))));
        given().get("/dashboard/client/api.d.ts").then().statusCode(404);
    }
}
