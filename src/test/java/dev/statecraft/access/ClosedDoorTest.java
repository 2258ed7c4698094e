package dev.statecraft.access;

import static io.restassured.RestAssured.given;

import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Access to a deployment that rejects anonymous calls. */
@QuarkusTest
@Tag("application-profile")
@TestProfile(ClosedDoor.class)
@WithTestResource(DynamoDbLocalResource.class)
class ClosedDoorTest {

    @ParameterizedTest
    @ValueSource(strings = {"/v1/who-am-i", "/v1/nothing"})
    void requestWithoutCredential_returns401OnEveryRoute(String path) {
        given().when().get(path).then().statusCode(401).header("WWW-Authenticate", "Bearer");
        given().body("{").when().post(path).then().statusCode(401);
    }

    @Test
    void validKey_isAccepted() {
        given().header("Authorization", "Bearer sk_dev_local")
                .when()
                .get("/v1/who-am-i")
                .then()
                .statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/q/health", "/q/health/live", "/q/health/ready", "/openapi"})
    void healthAndDocument_needNoCredential(String path) {
        given().when().get(path).then().statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/dashboard/app.js", "/dashboard/settings"})
    void dashboard_isServedWithoutCredential(String path) {
        given().when().get(path).then().statusCode(200);
    }
}
