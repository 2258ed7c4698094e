package dev.statecraft.replication.guard;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Guards of updates over HTTP. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class GuardResourceTest {

    @Test
    void guardedUpdateIsAppliedOrNamesTheViolatedRule() {
        create("purse", "{'coins': 50}");
        String spend = "{'increment': {'coins': -30}, 'guard': {'/coins': {'min': 0}}, 'mutationId': '%s'}";
        patch("purse", spend.formatted("g1")).statusCode(200).body("state.coins", equalTo(20));
        patch("purse", spend.formatted("g1")).statusCode(200).body("version", equalTo(2));
        patch("purse", spend.formatted("g2"))
                .statusCode(422)
                .body("type", equalTo("/problems/guard-failed"))
                .body("path", equalTo("/coins"))
                .body("rule", equalTo("min"))
                .body("value", equalTo(-10));
        patch("purse", "{'set': {'a': 1}, 'guard': {'b': {'minLength': 1}}}")
                .statusCode(422)
                .body("path", equalTo("b"))
                .body("$", hasKey("value"))
                .body("value", nullValue());
        given().get("/v1/entities/purse").then().body("version", equalTo(2)).body("state.coins", equalTo(20));
        patch("purse", "{'state': {'coins': -1}, 'guard': {'coins': {'min': 0}}}")
                .statusCode(422)
                .body("value", equalTo(-1));
        // The guard is part of the request: the same id with another guard is another request.
        patch("purse", spend.formatted("g1").replace("0}}", "1}}"))
                .statusCode(422)
                .body("type", equalTo("/problems/id-reused"));
    }

    @Test
    void malformedGuardNamesItsField() {
        create("strict", "{'coins': 50}");
        patch("strict", "{'set': {'a': 1}, 'guard': {'/coins': {'least': 0}}}")
                .statusCode(400)
                .body("field", equalTo("guard./coins.least"));
        patch("strict", "{'set': {'a': 1}, 'guard': {'/coins': {'min': null}}}")
                .statusCode(400)
                .body("field", equalTo("guard./coins.min"));
        patch("strict", "{'guard': {'/coins': {'min': 0}}}").statusCode(400).body("field", equalTo("set"));
        StringBuilder many = new StringBuilder("'p0': {'min': 0}");
        for (int i = 1; i <= 20; i++) {
            many.append(", 'p").append(i).append("': {'min': 0}");
        }
        patch("strict", "{'set': {'a': 1}, 'guard': {" + many + "}}")
                .statusCode(400)
                .body("field", equalTo("guard"));
    }

    @Test
    void syncUpdatesObeyTheirGuards() {
        create("guard-synced", "{'coins': 50}");
        String spend = "{'entityId': 'guard-synced', 'increment': {'coins': -30}, 'guard': {'coins': {'min': 0}}}";
        json("{'updates': [" + spend + ", " + spend + ", {'entityId': 'guard-synced', 'set': {'a': 1}, 'guard': 1}]}")
                .post("/v1/sync")
                .then()
                .statusCode(200)
                .body("results[0].status", equalTo(200))
                .body("results[1].status", equalTo(422))
                .body("results[1].problem.type", equalTo("/problems/guard-failed"))
                .body("results[1].problem.value", equalTo(-10))
                .body("results[2].problem.field", equalTo("updates[2].guard"));
        json("{'atomic': true, 'updates': [{'entityId': 'guard-synced', 'set': {'a': 1}}, " + spend + "]}")
                .post("/v1/sync")
                .then()
                .statusCode(200)
                .body("results[0].problem.type", equalTo("/problems/batch-refused"))
                .body("results[1].problem.type", equalTo("/problems/guard-failed"));
        given().get("/v1/entities/guard-synced").then().body("state", equalTo(Map.of("coins", 20)));
    }

    @Test
    void parkedUpdateKeepsItsGuard() {
        create("parked", "{'coins': 5}");
        patch("parked", "{'set': {'coins': 6}}").statusCode(200);
        String conflict = patch(
                        "parked",
                        "{'set': {'coins': 9}, 'append': {'log': [1, 2]}, 'baseVersion': 1, 'strategy': 'MANUAL',"
                                + " 'guard': {'/log': {'maxLength': 2}}}")
                .statusCode(202)
                .extract()
                .path("conflictId");
        given().get("/v1/conflicts")
                .then()
                .body("conflicts.find { it.conflictId == '" + conflict + "' }.guard.'/log'.maxLength", equalTo(2));
        patch("parked", "{'append': {'log': [0]}}").statusCode(200);
        json("{'choose': 'CLIENT'}")
                .post("/v1/conflicts/" + conflict + "/resolve")
                .then()
                .statusCode(422)
                .body("type", equalTo("/problems/guard-failed"))
                .body("path", equalTo("/log"));
        json("{'choose': 'SERVER'}")
                .post("/v1/conflicts/" + conflict + "/resolve")
                .then()
                .statusCode(200);
    }

    @Test
    void rulesOfATypeAreCheckedOnEveryState() {
        String settings = "{'strategy': 'MERGE', 'guards': {'/coins': {'min': 0}}, 'schema': {'type': 'object',"
                + " 'properties': {'name': {'type': 'string', 'pattern': '^[a-z]+$'}}}}";
        type("WALLET", settings)
                .statusCode(200)
                .body("guards.'/coins'.min", equalTo(0))
                .body("schema.properties.name.pattern", equalTo("^[a-z]+$"));
        given().get("/v1/entity-types/WALLET")
                .then()
                .body("guards.'/coins'.min", equalTo(0))
                .body("schema.type", equalTo("object"));
        json("{'id': 'w', 'type': 'WALLET', 'state': {'coins': -1}}")
                .post("/v1/entities")
                .then()
                .statusCode(422)
                .body("type", equalTo("/problems/guard-failed"))
                .body("path", equalTo("/coins"));
        json("{'id': 'w', 'type': 'WALLET', 'state': {'coins': 1, 'name': 'ada'}}")
                .post("/v1/entities")
                .then()
                .statusCode(201);
        patch("w", "{'set': {'name': 'Ada'}, 'source': {'playerId': 'ada'}}")
                .statusCode(422)
                .body("type", equalTo("/problems/schema-violated"))
                .body("path", equalTo("/name"))
                .body("rule", equalTo("pattern"));
        patch("w", "{'increment': {'coins': -2}}").statusCode(422).body("rule", equalTo("min"));
        json("{'type': 'WALLET', 'server': {'coins': 1}, 'client': {'coins': 1, 'name': 'A'}}")
                .post("/v1/conflicts/preview")
                .then()
                .statusCode(422)
                .body("type", equalTo("/problems/schema-violated"));
        type("WALLET", "{'strategy': 'MERGE'}").statusCode(200).body("$", not(hasKey("guards")));
        patch("w", "{'increment': {'coins': -2}}").statusCode(200);
        type("WALLET", "{'strategy': 'MERGE', 'guards': {'/coins': {'min': 0}}}")
                .statusCode(200);
        json("{'version': 1}").post("/v1/entities/w/revert").then().statusCode(200);
        json("{'version': 2}")
                .post("/v1/entities/w/revert")
                .then()
                .statusCode(422)
                .body("value", equalTo(-1));
    }

    @Test
    void unsupportedRulesOfATypeNameTheirField() {
        type("STRICT", "{'strategy': 'MERGE', 'schema': {'properties': {'a': {'oneOf': []}}}}")
                .statusCode(400)
                .body("field", equalTo("schema.properties.a.oneOf"));
        type("STRICT", "{'strategy': 'MERGE', 'schema': {'properties': {'a': {'pattern': '(?=a)'}}}}")
                .statusCode(400)
                .body("field", equalTo("schema.properties.a.pattern"));
        type("STRICT", "{'strategy': 'MERGE', 'guards': {'/a': {'least': 1}}}")
                .statusCode(400)
                .body("field", equalTo("guards./a.least"));
        String large = "'" + "x".repeat(70_000) + "'";
        type("STRICT", "{'strategy': 'MERGE', 'schema': {'enum': [" + large + "]}}")
                .statusCode(400)
                .body("field", equalTo("schema"));
        type("STRICT", "{'strategy': 'MERGE', 'guards': {'/a': {'equals': " + large + "}}}")
                .statusCode(400)
                .body("field", equalTo("guards"));
        type("LEADERBOARD_STATE", "{'strategy': 'MERGE', 'guards': {'/a': {'exists': true}}}")
                .statusCode(400)
                .body("field", equalTo("guards"));
        given().get("/v1/entity-types/STRICT").then().statusCode(404);
    }

    private static ValidatableResponse type(String name, String body) {
        return json(body).put("/v1/entity-types/" + name).then();
    }

    private static void create(String id, String state) {
        json("{'id': '" + id + "', 'type': 'UI_STATE', 'state': " + state + "}")
                .post("/v1/entities")
                .then()
                .statusCode(201);
    }

    private static ValidatableResponse patch(String id, String body) {
        return json(body).patch("/v1/entities/" + id).then();
    }

    private static RequestSpecification json(String body) {
        return given().contentType("application/json").body(body.replace('\'', '"'));
    }
}
