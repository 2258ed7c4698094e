package dev.statecraft.http.json;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.http.Problem;
import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class RequestBodyTest {

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TestHTTPResource("/v1/echo")
    URI echo;

    private static ValidatableResponse post(byte[] body) {
        return given().header("Content-Type", "application/json")
                .body(body)
                .when()
                .post("/v1/echo")
                .then();
    }

    private static ValidatableResponse post(String body) {
        return post(body.getBytes(StandardCharsets.UTF_8));
    }

    private static void refused(String body, @Nullable String field) {
        post(body)
                .statusCode(400)
                .contentType(Problem.MEDIA_TYPE)
                .body("type", equalTo("/problems/bad-request"))
                .body("field", field == null ? nullValue() : equalTo(field));
    }

    @Test
    void validBody_isEchoedUnchanged() {
        String body = "{\"text\":\"é😀\",\"count\":5,\"value\":1.50,\"flag\":true,\"color\":\"RED\","
                + "\"metadata\":{\"a\":[1,1.50,null,\"x\"]},\"labels\":{\"k\":\"v\"},"
                + "\"scores\":[{\"playerId\":\"p\",\"value\":-0.10}],\"at\":\"2023-11-14T22:13:20.000Z\"}";
        String answer = post(body).statusCode(200).extract().asString();
        assertEquals(body, answer);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'unknown':1}; unknown",
                "{'scores':[{},{'wrong':1}]}; scores[1].wrong",
                "{'scores':[{},{},{},{'value':'5'}]}; scores[3].value",
                "{'text':5}; text",
                "{'text':true}; text",
                "{'text':1.5}; text",
                "{'text':{}}; text",
                "{'count':'5'}; count",
                "{'count':''}; count",
                "{'count':1.5}; count",
                "{'count':true}; count",
                "{'count':99999999999}; count",
                "{'value':'1'}; value",
                "{'value':''}; value",
                "{'flag':1}; flag",
                "{'flag':'true'}; flag",
                "{'flag':''}; flag",
                "{'color':'BLUE'}; color",
                "{'color':'red'}; color",
                "{'color':''}; color",
                "{'color':0}; color",
                "{'scores':{}}; scores",
                "{'scores':''}; scores",
                "{'scores':[[1]]}; scores[0]",
                "{'scores':[{'playerId':'a b'}]}; playerId",
                "{'labels':''}; labels",
                "{'labels':{'a':1}}; labels.a",
                "{'at':'yesterday'}; at",
                "{'at':5}; at",
                "{'value':NaN}; value",
                "{'value':Infinity}; value",
                "{'value':1e400}; value",
                "{'value':1e999999999}; value",
                "{'value':1e99999999999}; value",
                "{'value':1e-999}; value",
                "{'value':9007199254740992}; value",
                "{'value':-9007199254740992}; value",
                "{'metadata':{'deep':[1,9007199254740993]}}; metadata.deep[1]",
                "{'value':00}; value",
                "{'value':1,'value':2}; value",
                "{'metadata':{'a':1,'a':1}}; metadata.a",
                "{'text':'\\ud800'}; text",
                "{'text':'\\udc00x'}; text",
                "{'metadata':{'\\ud800x':1}}; metadata.\ud800x",
                "{'text':'a; text",
                "{'text'; text",
                "{'scores':[1; scores[0]",
            })
    void invalidField_isNamedInTheProblem(String body, String field) {
        if (field.indexOf('\ud800') >= 0) {
            post(body.replace('\'', '"')).statusCode(400).contentType(Problem.MEDIA_TYPE);
        } else {
            refused(body.replace('\'', '"'), field);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "null",
                "{",
                "}",
                "{} {}",
                "{}x",
                "[1]",
                "[{}]",
                "5",
                "\"text\"",
                "true",
                "{]",
                "{,}",
                "\ufeff{}"
            })
    void bodyThatIsNotAnObject_returns400(String body) {
        post(body).statusCode(400).contentType(Problem.MEDIA_TYPE);
    }

    @Test
    void missingBody_returns400() throws Exception {
        given().header("Content-Type", "application/json")
                .when()
                .post("/v1/echo")
                .then()
                .statusCode(400);
        HttpRequest bare = HttpRequest.newBuilder(echo)
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        assertEquals(
                400, client.send(bare, HttpResponse.BodyHandlers.ofString()).statusCode());
    }

    @Test
    void emptyArray_isReadAsEmptyObject() {
        post("[]").statusCode(200).body(equalTo("{}"));
        post("{\"labels\":[]}").statusCode(200).body(equalTo("{\"labels\":{}}"));
        post("{\"scores\":[[],{\"value\":1}]}").statusCode(200).body(equalTo("{\"scores\":[{},{\"value\":1}]}"));
    }

    @Test
    void wholeNumber_isAnIntegerInEveryForm() {
        for (String five : List.of("5", "5.0", "5e0", "50e-1", "0.5E+1")) {
            post("{\"count\":" + five + ",\"metadata\":" + five + "}")
                    .statusCode(200)
                    .body(equalTo("{\"count\":5,\"metadata\":5}"));
        }
    }

    @Test
    void smallestDouble_isEchoedAndAcceptedAgain() {
        String first = post("{\"value\":4.9406564584124654e-324}")
                .statusCode(200)
                .extract()
                .asString();
        post(first).statusCode(200).body(equalTo(first));
        post("{\"value\":1e-500}").statusCode(400).body("detail", containsString("after the point"));
    }

    @Test
    void invalidUtf8_returns400() {
        post(new byte[] {'{', '"', 't', 'e', 'x', 't', '"', ':', '"', (byte) 0xff, '"', '}'})
                .statusCode(400);
        post(new byte[] {'{', '"', 't', 'e', 'x', 't', '"', ':', '"', (byte) 0xc0, (byte) 0x80, '"', '}'})
                .statusCode(400);
        post("{}".getBytes(StandardCharsets.UTF_16BE)).statusCode(400);
    }

    @Test
    void tooDeepBody_returns400() {
        post("{\"metadata\":" + "[".repeat(31) + "]".repeat(31) + "}").statusCode(200);
        post("{\"metadata\":" + "[".repeat(32) + "]".repeat(32) + "}")
                .statusCode(400)
                .contentType(Problem.MEDIA_TYPE);
        post("[".repeat(10_000) + "]".repeat(10_000)).statusCode(400).contentType(Problem.MEDIA_TYPE);
        post("{\"metadata\":" + "{\"a\":".repeat(10_000)).statusCode(400).contentType(Problem.MEDIA_TYPE);
    }

    @Test
    void tooManyValues_returns400() {
        int most = JsonLimits.MAX_VALUES;
        post(bodyOfValues(most)).statusCode(200);
        post(bodyOfValues(most + 1))
                .statusCode(400)
                .contentType(Problem.MEDIA_TYPE)
                .body("detail", containsString(Integer.toString(most)));
    }

    @Test
    void bulkRequest_mayHaveMoreValues() {
        // Rejected for the limit of 100 scores, not for its values.
        String more = "{'scores': [" + "{'playerId': 'p', 'value': 1},".repeat(JsonLimits.MAX_VALUES)
                + "{'playerId': 'p', 'value': 1}]}";
        batch(more).statusCode(400).body("field", equalTo("scores"));
        String bomb = "{'scores': [" + "{},".repeat(JsonLimits.MAX_BULK_VALUES) + "{}]}";
        batch(bomb).statusCode(400).body("detail", containsString(Integer.toString(JsonLimits.MAX_BULK_VALUES)));
    }

    private static ValidatableResponse batch(String body) {
        return given().contentType("application/json")
                .body(body.replace('\'', '"'))
                .post("/v1/leaderboards/none/scores/batch")
                .then();
    }

    /** An object with exactly {@code values} values, including itself. */
    private static String bodyOfValues(int values) {
        return "{\"metadata\":{\"a\":[" + "1,".repeat(values - 4) + "1]}}";
    }

    @Test
    void numberLongerThan64Characters_returns400() {
        refused("{\"value\":0." + "1".repeat(63) + "}", "value");
        post("{\"value\":0." + "1".repeat(62) + "}").statusCode(200);
        refused("{\"value\":" + "1".repeat(100_000) + "}", "value");
        refused("{\"metadata\":" + "1".repeat(100_000) + "}", "metadata");
    }
}
