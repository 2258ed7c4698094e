package dev.statecraft.migration.registry;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.migration.DoubledCoins;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class MigrationResourceTest {

    private static final String RENAME = "{'operations': [{'op': 'rename', 'from': 'hp', 'path': 'health'}]}";

    @Test
    void theSeedsMigrationIsRegisteredAndSeen() {
        register("5.1.0", "PLAYER_DATA", RENAME)
                .statusCode(201)
                .header("Location", endsWith("/v1/migrations/5.1.0"))
                .body("version", equalTo("5.1.0"))
                .body("kind", equalTo("OPERATIONS"))
                .body("status", equalTo("PENDING"))
                .body("checksum.length()", equalTo(64))
                .body("details.reversible", equalTo(true))
                .body("appliedAt", nullValue());
        register("5.1.0", "PLAYER_DATA", RENAME).statusCode(200).body("version", equalTo("5.1.0"));
        register("5.1.0", "UI_STATE", RENAME)
                .statusCode(409)
                .body("type", equalTo("/problems/migration-drift"))
                .body("current.version", equalTo("5.1.0"));
        given().get("/v1/migrations")
                .then()
                .statusCode(200)
                .body("currentVersion", notNullValue())
                .body("migrations.version", hasItem("5.1.0"));
        given().get("/v1/migrations/5.1.0")
                .then()
                .statusCode(200)
                .body("hasRollbackData", equalTo(false))
                .body("details.definition.target.entityType", equalTo("PLAYER_DATA"));
        given().get("/v1/migrations/history").then().statusCode(200).body("history.version", hasItem("5.1.0"));
        given().get("/v1/stats/migrations")
                .then()
                .statusCode(200)
                .body("totalMigrations", greaterThanOrEqualTo(1))
                .body("migrationHistorySize", greaterThanOrEqualTo(1))
                .body("backupCount", greaterThanOrEqualTo(0));
    }

    @Test
    void aPlanIsMadeOverHttp() {
        post("/v1/entities", "{'id': 'planned', 'type': 'SHIP', 'state': {'hp': 7}}")
                .statusCode(201);
        register("5.2.0", "SHIP", RENAME).statusCode(201);
        given().post("/v1/migrations/5.2.0/plan")
                .then()
                .statusCode(200)
                .body("matching", equalTo(1))
                .body("wouldChange", equalTo(1))
                .body("samples[0].id", equalTo("planned"))
                .body("samples[0].before.hp", equalTo(7))
                .body("samples[0].after.health", equalTo(7))
                .body("failures", empty())
                .body("estimate.writeUnits", greaterThanOrEqualTo(4))
                .body("estimate.price", lessThan(1f));
        given().get("/v1/entities/planned").then().body("version", equalTo(1)).body("state.hp", equalTo(7));
        given().post("/v1/migrations/5.9.9/plan").then().statusCode(404);
    }

    @Test
    void aBaselineIsAdoptedAndADriftAccepted() {
        given().get("/v1/migrations")
                .then()
                .body("migrations.version", hasItem(DoubledCoins.VERSION))
                .body("migrations.kind", hasItem("CODE"));
        post("/v1/migrations/baseline", "{'version': '4.0.0', 'reason': 'moved in'}")
                .statusCode(200)
                .body("currentVersion", equalTo("4.0.0"));
        post("/v1/migrations/baseline", "{'version': '4.0.0'}").statusCode(200);
        post("/v1/migrations/baseline", "{'version': '3.0.0'}")
                .statusCode(409)
                .body("type", equalTo("/problems/baseline-behind"));
        register("3.9.0", "PLAYER_DATA", RENAME)
                .statusCode(409)
                .body("type", equalTo("/problems/migration-out-of-order"))
                .body("current.version", equalTo("4.0.0"));
        post("/v1/migrations", definition("3.9.0", "PLAYER_DATA", RENAME).replace("'up'", "'outOfOrder': true, 'up'"))
                .statusCode(201)
                .body("outOfOrder", equalTo(true));
        given().get("/v1/migrations/" + DoubledCoins.VERSION)
                .then()
                .body("status", equalTo("APPLIED"))
                .body("appliedAt", notNullValue());
        register("5.3.0", "PLAYER_DATA", RENAME).statusCode(201);
        String other = definition("5.3.0", "UI_STATE", RENAME);
        post("/v1/migrations/5.3.0/repair", "{'definition': " + other + ", 'reason': 'typo'}")
                .statusCode(200)
                .body("details.definition.target.entityType", equalTo("UI_STATE"));
        register("5.3.0", "UI_STATE", RENAME).statusCode(200);
        given().get("/v1/migrations/history")
                .then()
                .body("history.action", hasItem("REPAIRED"))
                .body("history.findAll { it.action == 'BASELINED' }", hasSize(1));
    }

    @Test
    void aMigrationThatNeverRanIsWithdrawn() {
        register("5.8.0", "WITHDRAWN", RENAME).statusCode(201);
        given().delete("/v1/migrations/5.8.0").then().statusCode(204);
        given().get("/v1/migrations/5.8.0").then().statusCode(404);
        given().delete("/v1/migrations/5.8.0").then().statusCode(404);
        given().get("/v1/migrations/history").then().body("history.action", hasItem("WITHDRAWN"));
        register("5.8.0", "WITHDRAWN", "{'worker': true}").statusCode(201);
        given().delete("/v1/migrations/5.8.0").then().statusCode(204);
        given().delete("/v1/migrations/" + DoubledCoins.VERSION)
                .then()
                .statusCode(409)
                .body("type", equalTo("/problems/migration-in-use"))
                .body("current.version", equalTo(DoubledCoins.VERSION));
    }

    @Test
    void expressionsAreCelAndTheirErrorsAreBounded() {
        post("/v1/entities", "{'id': 'listed', 'type': 'LISTS', 'state': {'history': [10, 20, 30], 'coins': 7}}")
                .statusCode(201);
        register("5.6.0", "LISTS", "{'expression': '{\\u0022history\\u0022: state.history[0] * 1.5}'}")
                .statusCode(201)
                .body("kind", equalTo("EXPRESSION"));
        given().post("/v1/migrations/5.6.0/plan")
                .then()
                .statusCode(200)
                .body("samples[0].after.history", equalTo(15))
                .body("warnings.code", equalTo(java.util.List.of("MEMBER_REMOVED", "LIST_BECAME_VALUE")))
                .body("warnings.path", equalTo(java.util.List.of("/coins", "/history")))
                .body("warnings[1].example", equalTo("listed"))
                .body("cost.largest", greaterThanOrEqualTo(5))
                .body("cost.limit", equalTo(1_000_000));
        register("5.7.0", "LISTS", "{'expression': '{\\u0022a\\u0022: state." + "x".repeat(5_000) + "}'}")
                .statusCode(201);
        given().post("/v1/migrations/5.7.0/plan")
                .then()
                .statusCode(200)
                .body("failed", equalTo(1))
                .body("failures[0].reason", org.hamcrest.Matchers.containsString(" at 1:12: there is no member"))
                .body("failures[0].reason.length()", org.hamcrest.Matchers.lessThanOrEqualTo(500));
        post(
                        "/v1/migrations",
                        definition(
                                "5.7.1",
                                "LISTS",
                                "{'expression': '" + "(".repeat(40) + "coins" + " ?: 1)".repeat(40) + "'}"))
                .statusCode(400)
                .body("field", equalTo("up.expression"))
                .body("detail.length()", org.hamcrest.Matchers.lessThanOrEqualTo(500));
    }

    @ParameterizedTest(name = "{0} -> {1} {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{} | 400 | version",
                "{'version': '1.0'} | 400 | version",
                "{'version': 1} | 400 | version",
                "{'version': '6.0.0', 'colour': 1} | 400 | colour",
                "{'version': '6.0.0', 'description': 'd', 'target': {'entityType': 'a b'}, 'up': {'worker': true}} |"
                        + " 400 | target.entityType",
                "{'version': '6.0.0', 'description': 'd', 'target': {'entityType': 'A'}} | 400 | up",
                "{'version': '6.0.0', 'description': 'd', 'target': {'entityType': 'A'}, 'up': {'expression': '('}} |"
                        + " 400 | up.expression",
                "{'version': '6.0.0', 'description': 'd', 'target': {'entityType': 'A'}, 'up': {'operations': [{'op':"
                        + " 'remove', 'path': 'a'}]}} | 400 | up.operations[0].lossy",
                "{'version': '6.0.0', 'description': 'd', 'target': {'entityType': 'A'}, 'up': {'worker': true},"
                        + " 'outOfOrder': 'yes'} | 400 | outOfOrder",
                "[1] | 400 | ",
                "null | 400 | ",
            })
    void badDefinitionsAreRefused(String body, int status, String field) {
        post("/v1/migrations", body).statusCode(status).body("field", equalTo(field));
    }

    @Test
    void badVersionsAndUnknownOnesAreToldApart() {
        given().get("/v1/migrations/latest").then().statusCode(400).body("field", equalTo("version"));
        given().get("/v1/migrations/9.9.9")
                .then()
                .statusCode(404)
                .body("type", equalTo("/problems/migration-not-found"));
        post("/v1/migrations/baseline", "{}").statusCode(400).body("field", equalTo("version"));
        post("/v1/migrations/baseline", "{'version': '0.0.0'}").statusCode(400).body("field", equalTo("version"));
        post("/v1/migrations/9.9.9/repair", "{}").statusCode(404);
        post("/v1/migrations/9.9.9/repair", "{'definition': " + definition("9.9.8", "A", RENAME) + "}")
                .statusCode(400)
                .body("field", equalTo("definition.version"));
        given().delete("/v1/migrations/9.9.9")
                .then()
                .statusCode(404)
                .body("type", equalTo("/problems/migration-not-found"));
        given().delete("/v1/migrations/latest").then().statusCode(400).body("field", equalTo("version"));
        given().put("/v1/migrations/9.9.9").then().statusCode(405);
    }

    private static String definition(String version, String entityType, String up) {
        return "{'version': '" + version + "', 'description': 'Health has its full name', 'target': {'entityType': '"
                + entityType + "'}, 'up': " + up + "}";
    }

    private static ValidatableResponse register(String version, String entityType, String up) {
        return post("/v1/migrations", definition(version, entityType, up));
    }

    private static ValidatableResponse post(String path, String body) {
        return given().contentType("application/json")
                .body(body.replace('\'', '"'))
                .post(path)
                .then();
    }
}
