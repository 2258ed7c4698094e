package dev.statecraft.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsStringIgnoringCase;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import dev.statecraft.lambda.ApiHandler;
import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Pages of configured origins may call the API, over HTTP and through API Gateway. */
@QuarkusTest
@Tag("application-profile")
@TestProfile(BrowserPages.class)
@WithTestResource(DynamoDbLocalResource.class)
class CrossOriginTest {

    private static final String GAME = BrowserPages.GAME;

    @Inject
    @Named("api")
    ApiHandler handler;

    @Test
    void configuredOrigin_isAllowed() {
        given().header("Origin", GAME)
                .header("Access-Control-Request-Method", "PATCH")
                .header("Access-Control-Request-Headers", "authorization,content-type")
                .options("/v1/entities/a")
                .then()
                .statusCode(lessThan(300))
                .header("Access-Control-Allow-Origin", equalTo(GAME))
                .header("Access-Control-Allow-Methods", containsStringIgnoringCase("PATCH"))
                .header("Access-Control-Allow-Headers", containsStringIgnoringCase("authorization"));
        given().header("Origin", GAME)
                .get("/v1/leaderboards")
                .then()
                .statusCode(200)
                .header("Access-Control-Allow-Origin", equalTo(GAME))
                .header("X-Content-Type-Options", equalTo("nosniff"));
    }

    @Test
    void otherOrigin_getsNoCorsHeaders() {
        given().header("Origin", "https://game.example.evil")
                .get("/v1/leaderboards")
                .then()
                .statusCode(200)
                .header("Access-Control-Allow-Origin", nullValue())
                .header("Vary", containsStringIgnoringCase("origin"));
    }

    @Test
    void corsHeaders_areTheSameOnLambda() {
        assertEquals(GAME, allowed(GAME));
        assertFalse(headers("https://game.example.evil").containsKey("access-control-allow-origin"));
        for (String origin : List.of(GAME, "https://game.example.evil")) {
            assertEquals(
                    Set.of("origin", "accept-encoding"),
                    Set.of(headers(origin).getOrDefault("vary", "").split(", ", -1)));
        }
    }

    private @Nullable String allowed(String origin) {
        return headers(origin).get("access-control-allow-origin");
    }

    private Map<String, String> headers(String origin) {
        APIGatewayV2HTTPEvent.RequestContext context = new APIGatewayV2HTTPEvent.RequestContext();
        APIGatewayV2HTTPEvent.RequestContext.Http http = new APIGatewayV2HTTPEvent.RequestContext.Http();
        http.setMethod("GET");
        context.setHttp(http);
        APIGatewayV2HTTPEvent event = new APIGatewayV2HTTPEvent();
        event.setRawPath("/v1/leaderboards");
        event.setHeaders(new HashMap<>(Map.of("origin", origin)));
        event.setRequestContext(context);
        APIGatewayV2HTTPResponse answer = handler.handleRequest(event, null);
        assertEquals(200, answer.getStatusCode());
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(answer.getHeaders());
        return headers;
    }
}
