package dev.statecraft.replication.commit;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import dev.statecraft.http.Problem;
import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Entity types, parked conflicts and previews over HTTP. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class ConflictResourceTest {

    @Test
    void typesAreStoredAndDefaultTypesExist() {
        given().get("/v1/entity-types/PLAYER_DATA")
                .then()
                .statusCode(200)
                .body("strategy", equalTo("MERGE"))
                .body("playersMayWrite", equalTo(true));
        given().get("/v1/entity-types/GAME_STATE").then().body("playersMayWrite", equalTo(false));
        given().get("/v1/entity-types/GUILD")
                .then()
                .statusCode(404)
                .body("type", equalTo("/problems/entity-type-not-found"));
        put(
                        "GUILD",
                        "{'strategy': 'MANUAL', 'fallback': 'CLIENT_WINS', 'rules': {'/bank/gold': 'SUM', 'a.b': 'MAX'},"
                                + " 'playersMayWrite': false, 'historyLimit': 7}")
                .statusCode(200);
        given().get("/v1/entity-types/GUILD")
                .then()
                .statusCode(200)
                .body("type", equalTo("GUILD"))
                .body("strategy", equalTo("MANUAL"))
                .body("fallback", equalTo("CLIENT_WINS"))
                .body("rules.'/bank/gold'", equalTo("SUM"))
                .body("rules.'a.b'", equalTo("MAX"))
                .body("playersMayWrite", equalTo(false))
                .body("historyLimit", equalTo(7));
        given().get("/v1/entity-types")
                .then()
                .statusCode(200)
                .body("types.type", hasItems("GAME_STATE", "GUILD", "PLAYER_DATA", "UI_STATE"));
        JsonPath first =
                given().get("/v1/entity-types?limit=1").then().extract().jsonPath();
        String cursor = first.getString("nextCursor");
        given().get("/v1/entity-types?cursor=" + cursor)
                .then()
                .body("types.type", not(hasItem(first.getString("types[0].type"))))
                .body("types.type", hasItem("UI_STATE"));
        given().get("/v1/conflicts?cursor=" + cursor).then().statusCode(400).body("field", equalTo("cursor"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "T    | {}                                                     | strategy",
                "T    | {'strategy': 'BEST'}                                   | strategy",
                "T    | {'strategy': 'MERGE', 'fallback': 'MANUAL'}            | fallback",
                "T    | {'strategy': 'MERGE', 'rules': {'/a~': 'MAX'}}         | rules./a~",
                "T    | {'strategy': 'MERGE', 'rules': {'': 'MAX'}}            | rules.",
                "T    | {'strategy': 'MERGE', 'rules': {'a': 'MAX', '/a': 'MIN'}} | rules./a",
                "T    | {'strategy': 'MERGE', 'rules': {'a': null}}            | rules.a",
                "T    | {'strategy': 'MERGE', 'historyLimit': -1}              | historyLimit",
                "T    | {'strategy': 'MERGE', 'historyLimit': 101}             | historyLimit",
                "T    | {'strategy': 'MERGE', 'colour': 1}                     | colour",
                "a b  | {'strategy': 'MERGE'}                                  | type"
            })
    void invalidTypeReportsField(String type, String body, String field) {
        put(type, body).statusCode(400).contentType(Problem.MEDIA_TYPE).body("field", equalTo(field));
    }

    @Test
    void parkedConflictIsListedResolvedOnceAndExplained() {
        put("DUEL", "{'strategy': 'MANUAL'}").statusCode(200);
        post("/v1/entities", "{'id': 'duel', 'type': 'DUEL', 'state': {'hp': 1}}")
                .statusCode(201);
        patch("duel", "{'set': {'hp': 2}}").statusCode(200);
        String id = patch("duel", "{'set': {'hp': 9}, 'baseVersion': 1, 'mutationId': 'm1'}")
                .statusCode(202)
                .body("deadline", notNullValue())
                .extract()
                .path("conflictId");
        patch("duel", "{'set': {'hp': 9}, 'baseVersion': 1, 'mutationId': 'm1'}")
                .statusCode(202)
                .body("conflictId", equalTo(id));
        given().get("/v1/conflicts")
                .then()
                .statusCode(200)
                .body("conflicts.conflictId", hasItem(id))
                .body("conflicts.find { it.conflictId == '" + id + "' }.conflicts[0].path", equalTo("hp"))
                .body("conflicts.find { it.conflictId == '" + id + "' }.conflicts[0].ours", equalTo(2))
                .body("conflicts.find { it.conflictId == '" + id + "' }.conflicts[0].theirs", equalTo(9))
                .body("conflicts.find { it.conflictId == '" + id + "' }.update.set.hp", equalTo(9));
        post("/v1/conflicts/" + id + "/resolve", "{'choose': 'CLIENT'}")
                .statusCode(200)
                .body("resolution", equalTo("CLIENT"))
                .body("version", equalTo(3))
                .body("state.hp", equalTo(9));
        post("/v1/conflicts/" + id + "/resolve", "{'choose': 'CLIENT'}")
                .statusCode(200)
                .body("replayed", equalTo(true))
                .body("version", equalTo(3));
        post("/v1/conflicts/" + id + "/resolve", "{'choose': 'SERVER'}")
                .statusCode(409)
                .body("type", equalTo("/problems/conflict-settled"))
                .body("resolution", equalTo("CLIENT"));
        given().get("/v1/entities/duel").then().body("version", equalTo(3)).body("state.hp", equalTo(9));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "c1  | {}                                     | 400",
                "c1  | {'choose': 'SERVER', 'state': {}}      | 400",
                "c1  | {'choose': 'TIMEOUT'}                  | 400",
                "c1  | {'state': 5}                           | 400",
                "c1  | {'state': [1]}                         | 400",
                "c#1 | {'choose': 'SERVER'}                   | 400",
                "c1  | {'choose': 'SERVER'}                   | 404",
                "c1  | {'state': []}                          | 404"
            })
    void invalidDecisionIsRejected(String id, String body, int status) {
        given().contentType("application/json")
                .body(body.replace('\'', '"'))
                .pathParam("id", id)
                .post("/v1/conflicts/{id}/resolve")
                .then()
                .statusCode(status)
                .contentType(Problem.MEDIA_TYPE);
    }

    @Test
    void previewReturnsMergeResult() {
        post(
                        "/v1/conflicts/preview",
                        "{'type': 'PLAYER_DATA', 'base': {'coins': 1, 'name': 'a'},"
                                + " 'server': {'coins': 5, 'name': 'a'}, 'client': {'coins': 3, 'name': 'b', 'new': []}}")
                .statusCode(200)
                .body("outcome", equalTo("ACCEPTED"))
                .body("strategy", equalTo("MERGE"))
                .body("state.coins", equalTo(5))
                .body("state.name", equalTo("b"))
                .body("conflicts", hasSize(1))
                .body("conflicts[0].path", equalTo("coins"))
                .body("conflicts[0].rule", equalTo("MAX"));
        post("/v1/conflicts/preview", "{'type': 'GAME_STATE', 'server': {'a': 1}, 'client': {'a': 2}}")
                .statusCode(200)
                .body("outcome", equalTo("REFUSED"))
                .body("state.a", equalTo(1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'server': {}, 'client': {}}                          | type",
                "{'type': 'T', 'client': {}}                           | server",
                "{'type': 'T', 'server': {}, 'client': 5}              | client",
                "{'type': 'T', 'server': {}, 'client': {}, 'base': 'x'}| base",
                "{'type': 'T', 'server': {}, 'client': {}, 'more': 1}  | more"
            })
    void invalidPreviewReportsField(String body, String field) {
        post("/v1/conflicts/preview", body).statusCode(400).body("field", equalTo(field));
    }

    private static ValidatableResponse put(String type, String body) {
        return given().contentType("application/json")
                .body(body.replace('\'', '"'))
                .pathParam("type", type)
                .put("/v1/entity-types/{type}")
                .then();
    }

    private static ValidatableResponse post(String path, String body) {
        return given().contentType("application/json")
                .body(body.replace('\'', '"'))
                .post(path)
                .then();
    }

    private static ValidatableResponse patch(String id, String body) {
        return given().contentType("application/json")
                .body(body.replace('\'', '"'))
                .patch("/v1/entities/" + id)
                .then();
    }
}
