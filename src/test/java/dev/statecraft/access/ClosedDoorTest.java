package dev.statecraft.access;

import static io.restassured.RestAssured.given;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where anonymous calls are not let in. */
@QuarkusTest
@Tag("application")
@TestProfile(ClosedDoorTest.Closed.class)
class ClosedDoorTest {

    /** Without anonymous calls. */
    public static class Closed implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("statecraft.access.anonymous", "false");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/who-am-i", "/v1/nothing", "/v1//who-am-i"})
    void withoutAKeyNothingIsLearned(String path) {
        given().when().get(path).then().statusCode(401).header("WWW-Authenticate", "Bearer");
        given().body("{").when().post(path).then().statusCode(401);
    }

    @Test
    void theKeyOpens() {
        given().header("Authorization", "Bearer sk_dev_local")
                .when()
                .get("/v1/who-am-i")
                .then()
                .statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/q/health", "/q/health/live", "/q/health/ready", "/openapi"})
    void whatOperatorsLookAtIsOpen(String path) {
        given().when().get(path).then().statusCode(200);
    }
}
