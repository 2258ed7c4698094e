package dev.statecraft.replication.entity;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;

import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Malformed requests for sessions, of their holders, and of messages. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class SessionInputTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "holder | {}",
                "holder | {'holder': 'a b'}",
                "ttlSeconds | {'holder': 'a', 'ttlSeconds': 9}",
                "ttlSeconds | {'holder': 'a', 'ttlSeconds': 601}",
                "waitMillis | {'holder': 'a', 'waitMillis': -1}",
                "type | {'holder': 'a', 'state': {}}",
                "state | {'holder': 'a', 'type': 'PROFILE'}",
                "steel | {'holder': 'a', 'steel': true}"
            })
    void malformedStartIsRejected(String field, String body) {
        start("bad", body).statusCode(400).body("field", equalTo(field));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "fence | {'set': {'a': 1}, 'fence': 0}",
                "fence | {'set': {'a': 1}, 'endSession': true}",
                "fence | {'set': {'a': 1}, 'acknowledge': ['m']}",
                "acknowledge | {'set': {'a': 1}, 'fence': 1, 'acknowledge': ['m', 'm']}",
                "acknowledge | {'set': {'a': 1}, 'fence': 1, 'acknowledge': ['a b']}",
                "set | {'fence': 1}"
            })
    void malformedUpdateIsRejected(String field, String body) {
        patch("bad", body).statusCode(400).body("field", equalTo(field));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sessions[0] | {'sessions': [null]}",
                "sessions[0].fence | {'sessions': [{'entityId': 'a'}]}",
                "sessions[0].entityId | {'sessions': [{'fence': 1}]}",
                "sessions[0].space | {'sessions': [{'entityId': 'a', 'fence': 1, 'space': 'a b'}]}"
            })
    void malformedHeartbeatIsRejected(String field, String body) {
        sync(body).statusCode(400).body("field", equalTo(field));
    }

    @Test
    void malformedMessageIsRejected() {
        message("bad", "{'body': 1}").statusCode(400).body("field", equalTo("id"));
        message("bad", "{'id': 'a'}").statusCode(400).body("field", equalTo("body"));
        message("bad", "{'id': 'a', 'body': '" + "x".repeat(8_200) + "'}")
                .statusCode(413)
                .body("type", equalTo("/problems/message-too-large"));
        given().delete("/v1/entities/bad/session").then().statusCode(400).body("field", equalTo("fence"));
    }

    private static ValidatableResponse start(String entity, String body) {
        return json(body).post("/v1/entities/" + entity + "/session").then();
    }

    private static ValidatableResponse patch(String entity, String body) {
        return json(body).patch("/v1/entities/" + entity).then();
    }

    private static ValidatableResponse message(String entity, String body) {
        return json(body).post("/v1/entities/" + entity + "/messages").then();
    }

    private static ValidatableResponse sync(String body) {
        return json(body).post("/v1/sync").then();
    }

    private static RequestSpecification json(String body) {
        return given().contentType("application/json").body(body.replace('\'', '"'));
    }
}
