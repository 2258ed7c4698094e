package dev.statecraft.replication;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.http.Problem;
import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nothing a caller sends causes a 5xx or writes half of anything (invariant A2). */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class StateBadInputTest {

    private static final String ENTITY = "/v1/entities/bad?space=bad";

    /** A forged cursor is rejected and reads nothing. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "['space','bad','',0,1,'LONG',0]                            | cursors.bad",
                "['space','bad','',0,1,'a#b',0]                             | cursors.bad",
                "['space','bad#','',0,1,'',0]                               | cursors.bad",
                "['space','bad','',9223372036854775807,1,'',0]              | cursors.bad",
                "['player','ada',0,0,0,9999999999999,'00000000',[['a#b','',0]]] | playerCursor",
                "['player','ada',0,0,0,9999999999999,'00000000',[['','',0]]]    | playerCursor",
                "['player','ada',0,0,0,9999999999999,'00000000',[MANY]]         | playerCursor"
            })
    void aCursorThatWeDidNotWriteIsRefused(String parts, String field) {
        String many =
                IntStream.range(0, 20_000).mapToObj(i -> "['s" + i + "','',0]").collect(Collectors.joining(","));
        String json =
                parts.replace("MANY", many).replace("LONG", "x".repeat(1_100)).replace('\'', '"');
        String cursor = Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
        Response answer = send(
                "POST",
                "/v1/sync",
                field.equals("playerCursor")
                        ? "{'playerId':'ada','playerCursor':'" + cursor + "'}"
                        : "{'cursors':{'bad':'" + cursor + "'}}");
        assertEquals(400, answer.statusCode(), answer.asString());
        assertEquals(field, answer.path("field"), answer.asString());
    }

    private static void anEntityIsThere() {
        int status = send(
                        "POST", "/v1/entities", "{'id':'bad','space':'bad','type':'UI_STATE','state':{'n':1,'t':'x'}}")
                .statusCode();
        assertTrue(status == 201 || status == 409, "status " + status);
    }

    @ParameterizedTest(name = "{0} -> {1} {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | 400 | set",
                "{'set':1} | 400 | set",
                "{'set':{'/a~2':1}} | 400 | set./a~2",
                "{'set':{'':1}} | 400 | set.",
                "{'set':{'/n/deep':1}} | 4xx |",
                "{'unset':['/t/deep']} | 4xx |",
                "{'unset':[1]} | 400 | unset[0]",
                "{'increment':{'t':1}} | 4xx |",
                "{'increment':{'n':'1'}} | 400 | increment.n",
                "{'increment':{'n':9007199254740991}} | 4xx |",
                "{'increment':{'n':9007199254740992}} | 400 | increment.n",
                "{'append':{'n':[1]}} | 4xx |",
                "{'append':{'n':1}} | 400 | append.n",
                "{'remove':{'t':['x']}} | 4xx |",
                "{'multiply':{'n':2}} | 400 | multiply",
                "{'set':{'n':2},'state':{}} | 400 | state",
                "{'state':7} | 400 | state",
                "{'set':{'n':2},'unset':['n']} | 400 |",
                "{'set':{'n':2},'baseVersion':0} | 400 | baseVersion",
                "{'set':{'n':2},'baseVersion':99} | 400 | baseVersion",
                "{'set':{'n':2},'baseVersion':1.5} | 400 | baseVersion",
                "{'set':{'n':2},'was':7} | 400 | was",
                "{'set':{'n':2},'strategy':'BEST'} | 400 | strategy",
                "{'set':{'n':2},'mutationId':'a b'} | 400 | mutationId",
                "{'set':{'n':2},'source':{'playerId':''}} | 400 | source.playerId",
                "{'set':{'n':NaN}} | 400 |",
                "null | 400 |",
                "7 | 400 |"
            })
    void aBadUpdateIsRefused(String body, String status, String field) {
        anEntityIsThere();
        Response response = send("PATCH", ENTITY, body);
        problem(response, status);
        if (field != null) {
            assertEquals(field, response.path("field"), response.asString());
        }
        given().get(ENTITY).then().body("version", equalTo(1)).body("state.n", equalTo(1));
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type':'A','state':{}} | id",
                "{'id':'x','state':{}} | type",
                "{'id':'x','type':'A'} | state",
                "{'id':'x','type':'A','state':[1]} | state",
                "{'id':'x','type':'A','state':'text'} | state",
                "{'id':'x/y','type':'A','state':{}} | id",
                "{'id':'x','type':'A#','state':{}} | type",
                "{'id':'x','type':'A','state':{},'space':'s p'} | space",
                "{'id':'x','type':'A','state':{},'owner':''} | owner"
            })
    void aBadEntityIsRefused(String body, String field) {
        Response response = send("POST", "/v1/entities", body);
        problem(response, "400");
        assertEquals(field, response.path("field"), response.asString());
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource({
        "/v1/entities/none, 404",
        "/v1/entities/b%20d, 400",
        "/v1/entities/none/history, 404",
        "/v1/entities/bad?space=s%20p, 400",
        "/v1/entities/bad?space=bad&version=0, 400",
        "/v1/entities/bad?space=bad&version=x, 400",
        "/v1/entities/bad?space=bad&version=77, 404",
        "/v1/entities/bad/history?space=bad&limit=0, 400",
        "/v1/entities/bad/history?space=bad&cursor=abc, 400",
        "/v1/entities?cursor=abc, 400",
        "/v1/entities?type=a%20b, 400",
        "/v1/players/p%20q/entities, 400",
        "/v1/players/p/entities?cursor=abc, 400",
        "/v1/sync, 405"
    })
    void aBadReadIsRefused(String path, String status) {
        anEntityIsThere();
        problem(given().urlEncodingEnabled(false).get(path), status);
    }

    @Test
    void statesHaveLimits() {
        anEntityIsThere();
        String large = "x".repeat(351 * 1024);
        problem(send("PATCH", ENTITY, "{'set':{'t':'" + large + "'}}"), "413");
        String nodes = IntStream.range(0, 10_001).mapToObj(i -> "1").collect(Collectors.joining(","));
        problem(send("PATCH", ENTITY, "{'set':{'t':[" + nodes + "]}}"), "413");
        problem(send("PATCH", ENTITY, "{'set':{'t':" + "[".repeat(40) + "]".repeat(40) + "}}"), "4xx");
        problem(send("POST", "/v1/entities", "{'id':'large','type':'A','state':{'t':'" + large + "'}}"), "413");
        given().get(ENTITY).then().body("version", equalTo(1));
        given().get("/v1/entities/large").then().statusCode(404);
        String most = "x".repeat(350 * 1024 - 20);
        send("POST", "/v1/entities", "{'id':'most','space':'bad','type':'A','state':{'t':'" + most + "'}}")
                .then()
                .statusCode(201);
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'cursors':7} | 400",
                "{'cursors':{'s p':''}} | 400",
                "{'cursors':{'s':'!!'}} | 400",
                "{'cursors':{'s':'WzFd'}} | 400",
                "{'playerCursor':'abc'} | 400",
                "{'playerId':'a','playerCursor':'abc'} | 400",
                "{'updates':7} | 400",
                "{'waitMillis':-1} | 400",
                "{'waitMillis':99999999} | 400",
                "{'clientId':'a b'} | 400",
                "{'extra':1} | 400"
            })
    void aBadSyncIsRefused(String body, String status) {
        problem(send("POST", "/v1/sync", body), status);
    }

    @Test
    void oneBadUpdateOfABatchFailsAlone() {
        anEntityIsThere();
        send("POST", "/v1/entities", "{'id':'good','space':'bad','type':'UI_STATE','state':{}}");
        Response response = send(
                "POST",
                "/v1/sync",
                "{'updates':[null,{},{'entityId':'good','space':'bad','increment':{'n':1}},"
                        + "{'entityId':'bad','space':'bad','increment':{'t':1}}]}");
        response.then()
                .statusCode(200)
                .body("results[0].status", equalTo(400))
                .body("results[1].status", equalTo(400))
                .body("results[2].status", equalTo(200));
        assertEquals(4, response.<Integer>path("results[3].status") / 100, response.asString());
        given().get(ENTITY).then().body("version", equalTo(1));
    }

    private static Response send(String method, String path, String body) {
        return given().contentType("application/json")
                .body(body.replace('\'', '"').getBytes(StandardCharsets.UTF_8))
                .request(method, path);
    }

    private static void problem(Response response, String status) {
        if (status.equals("4xx")) {
            assertEquals(4, response.statusCode() / 100, response.asString());
        } else {
            response.then().statusCode(Integer.parseInt(status));
        }
        response.then()
                .contentType(Problem.MEDIA_TYPE)
                .body("type", startsWith("/problems/"))
                .body("title", notNullValue());
    }
}
