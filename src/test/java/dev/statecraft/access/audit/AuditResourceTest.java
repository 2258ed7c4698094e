package dev.statecraft.access.audit;

import static dev.statecraft.access.Keyring.with;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.statecraft.access.Keyring;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.local.DynamoDbLocalResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The audit trail: which requests are recorded, and who may read the records. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class AuditResourceTest {

    private final String game = "audited" + System.nanoTime();

    private String administrator() {
        return Keyring.key(
                game, Scope.BOARD_READ, Scope.BOARD_WRITE, Scope.BOARD_ADMIN, Scope.SYSTEM_READ, Scope.SYSTEM_ADMIN);
    }

    private static ValidatableResponse trail(String key, String query) {
        return with(key).get("/v1/audit" + query).then().statusCode(200);
    }

    @Test
    void administrativeRequests_areRecordedWhetherTheySucceedOrNot() {
        String key = administrator();
        String board = "{'id': 'b', 'rankingType': 'SCORE'}";
        with(key, board).post("/v1/leaderboards").then().statusCode(201);
        with(key, board.replace("SCORE", "WINS"))
                .post("/v1/leaderboards")
                .then()
                .statusCode(409);
        with(key, "{'id': '#'}").post("/v1/leaderboards").then().statusCode(400);
        with(key, "{'playerId': 'ada', 'value': 1}")
                .post("/v1/leaderboards/b/scores")
                .then()
                .statusCode(200);
        with(key).get("/v1/leaderboards/b").then().statusCode(200);
        with(key).delete("/v1/leaderboards/b/players/ada").then().statusCode(204);
        trail(key, "")
                .body("records.status", equalTo(List.of(204, 400, 409, 201, 201)))
                .body("records[4].action", equalTo("createKey"))
                .body("records[3].action", equalTo("createLeaderboard"))
                .body("records[3].method", equalTo("POST"))
                .body("records[3].target", equalTo("/v1/leaderboards/b"))
                .body("records[2].target", equalTo("/v1/leaderboards"))
                .body("records[3].by", notNullValue())
                .body("records[3].keyId", equalTo(Keyring.idOf(key)))
                .body("records[3].at", notNullValue())
                .body("records[0].target", equalTo("/v1/leaderboards/b/players/{player}"))
                .body("nextCursor", nullValue());
    }

    @Test
    void keyOfAnotherGame_isRecordedInBothAuditTrails() {
        String key = administrator();
        String other = game + "-other";
        String id = with(key, "{'name': 'n', 'scopes': ['system:read'], 'game': '" + other + "'}")
                .post("/v1/keys")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        with(key).delete("/v1/keys/" + id + "?game=" + other).then().statusCode(204);
        String reader = Keyring.key(other, Scope.SYSTEM_READ);
        // The development key of another game creates the first key of each game.
        trail(key, "")
                .body("records.action", equalTo(List.of("revokeKey", "createKey", "createKey")))
                .body("records[0].target", equalTo("/v1/keys/" + id))
                .body("records[1].target", equalTo("/v1/keys/" + id))
                .body("records[1].keyId", equalTo(Keyring.idOf(key)));
        trail(reader, "")
                .body("records.action", equalTo(List.of("createKey", "revokeKey", "createKey")))
                .body("records[1].target", equalTo("/v1/keys/" + id))
                .body("records[2].target", equalTo("/v1/keys/" + id))
                .body("records[2].keyId", equalTo(Keyring.idOf(key)));
    }

    @Test
    void players_areRecordedWithoutTheirIds() {
        String key = Keyring.key(game, Scope.BOARD_READ, Scope.STATE_READ, Scope.SYSTEM_READ);
        String token = with(key, "{'boards': ['b']}")
                .post("/v1/players/ada-77/tokens")
                .then()
                .statusCode(200)
                .extract()
                .path("token");
        with(token).delete("/v1/leaderboards/b").then().statusCode(403);
        trail(key, "")
                .body("records[0].action", equalTo("deleteLeaderboard"))
                .body("records[0].by", equalTo("player"))
                .body("records.toString()", not(containsString("ada-77")));
    }

    @Test
    void requestWithoutTheScope_isRecorded() {
        String reader = Keyring.key(game, Scope.BOARD_READ, Scope.SYSTEM_READ);
        with(reader, "{'id': 'b', 'rankingType': 'SCORE'}")
                .post("/v1/leaderboards")
                .then()
                .statusCode(403);
        trail(reader, "")
                .body("records.status", equalTo(List.of(403, 201)))
                .body("records[0].action", equalTo("createLeaderboard"))
                .body("records[0].keyId", equalTo(Keyring.idOf(reader)));
    }

    @Test
    void auditTrail_isPagedAndScopedToItsGame() {
        String key = administrator();
        for (int i = 0; i < 5; i++) {
            with(key, "{'id': 'b" + i + "', 'rankingType': 'SCORE'}").post("/v1/leaderboards");
        }
        List<Object> read = new ArrayList<>();
        String cursor = null;
        do {
            ValidatableResponse page = trail(key, "?limit=2" + (cursor == null ? "" : "&cursor=" + cursor));
            read.addAll(page.extract().jsonPath().getList("records"));
            cursor = page.extract().path("nextCursor");
        } while (cursor != null);
        // The record of the key with which they were created.
        assertEquals(6, read.size());
        assertEquals(6, read.stream().distinct().count());
        trail(Keyring.key(game + "x", Scope.SYSTEM_READ), "").body("records", hasSize(1));
        with(Keyring.key(game, Scope.SYSTEM_ADMIN)).get("/v1/audit").then().statusCode(403);
        for (String wrong : List.of("cursor=x", "limit=0", "limit=1001", "cursor=YXVkaXQKMQ")) {
            with(key).get("/v1/audit?" + wrong).then().statusCode(400);
        }
    }

    /** The routes are read from the resources, so that none is missing. The exceptions are listed here. */
    @Test
    void everyAdministrativeRoute_isRecorded() {
        List<String> audited = new ArrayList<>();
        List<String> everyday = new ArrayList<>();
        for (JavaMethod method : new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.statecraft").stream()
                        .filter(type -> type.isAnnotatedWith(Path.class))
                        .flatMap(type -> type.getMethods().stream())
                        .filter(method -> method.isAnnotatedWith(Requires.class))
                        .filter(method -> !method.isAnnotatedWith(GET.class))
                        .toList()) {
            Requires requires = method.getAnnotationOfType(Requires.class);
            boolean administrates = requires.value().text().endsWith(":admin") || requires.value() == Scope.MIGRATE_RUN;
            if (AuditFilter.isAudited("POST", requires)) {
                audited.add(method.getName());
                assertTrue(administrates, method.getFullName());
            } else if (administrates) {
                everyday.add(method.getOwner().getSimpleName() + "." + method.getName());
            }
        }
        assertTrue(audited.size() > 20, audited.toString());
        assertEquals(
                List.of(
                        "ScriptResource.backup",
                        "ScriptResource.complete",
                        "ScriptResource.lease",
                        "WorkResource.complete",
                        "WorkResource.lease"),
                everyday.stream().sorted().toList());
    }
}
