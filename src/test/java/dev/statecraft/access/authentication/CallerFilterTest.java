package dev.statecraft.access.authentication;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;

import dev.statecraft.http.Problem;
import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Authentication in dev mode and tests, where anonymous calls are accepted. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class CallerFilterTest {

    @Test
    void anonymousCaller_isAuthenticated() {
        given().when()
                .get("/v1/who-am-i")
                .then()
                .statusCode(200)
                .body("game", equalTo("default"))
                .body("name", equalTo("anonymous"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer sk_dev_local", "bearer sk_dev_local"})
    void developmentKey_isAuthenticated(String credentials) {
        given().header("Authorization", credentials)
                .when()
                .get("/v1/who-am-i")
                .then()
                .statusCode(200)
                .body("name", equalTo("development"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer wrong",
                "Bearer",
                "Bearer ",
                "Basic c2tfZGV2X2xvY2Fs",
                "sk_dev_local",
                "Bearer sk_dev_local, Bearer sk_dev_local",
                "Bearer sk_dev_locaé"
            })
    void unknownCredential_returns401(String credentials) {
        given().header("Authorization", credentials)
                .when()
                .get("/v1/who-am-i")
                .then()
                .statusCode(401)
                .contentType(Problem.MEDIA_TYPE)
                .header("WWW-Authenticate", "Bearer")
                .body("type", equalTo("/problems/unauthorized"));
    }
}
