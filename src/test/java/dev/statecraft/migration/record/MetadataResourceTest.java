package dev.statecraft.migration.record;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalRuntime;
import dev.statecraft.migration.MigrationGame;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Migrations of the metadata of leaderboard entries over HTTP. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class MetadataResourceTest {

    private static final String UP = "'up': {'operations': [{'op': 'rename', 'from': 'map', 'path': '/place/map'}]}";

    @Inject
    LocalRuntime local;

    private MigrationGame game = MigrationGame.ofDeveloper();

    private void play(String name) {
        game = MigrationGame.create(name, "'board:read', 'board:write', 'board:admin'");
    }

    @Test
    void metadataOfABoardIsMigratedAndRolledBack() {
        play("metadata-run");
        game.post("/v1/leaderboards", "{'id': 'caves', 'rankingType': 'SCORE'}").statusCode(201);
        for (int i = 1; i <= 3; i++) {
            game.post(
                            "/v1/leaderboards/caves/scores",
                            "{'playerId': 'p" + i + "', 'value': " + i + "00, 'metadata': {'map': 'm" + i + "'}}")
                    .statusCode(200);
        }
        game.post(
                        "/v1/migrations",
                        "{'version': '1.0.0', 'description': 'd', 'target': {'leaderboardMetadata': 'caves'}, " + UP
                                + "}")
                .statusCode(201)
                .body("kind", equalTo("OPERATIONS"))
                .body("details.definition.target.leaderboardMetadata", equalTo("caves"));
        game.post("/v1/migrations/1.0.0/plan", "")
                .statusCode(200)
                .body("matching", equalTo(3))
                .body("wouldChange", equalTo(3))
                .body("samples[0].space", equalTo("caves"));
        game.post("/v1/migrations/apply?waitMillis=20000", "{}").statusCode(200).body("applied", equalTo(1));
        // The ranks of other players lag behind the writes.
        local.pump().drain(Duration.ofSeconds(30));
        game.get("/v1/leaderboards/caves/players/p2")
                .statusCode(200)
                .body("rank", equalTo(2))
                .body("value", equalTo(200))
                .body("metadata.place.map", equalTo("m2"))
                .body("metadata.map", nullValue());
        game.post("/v1/leaderboards/caves/scores", "{'playerId': 'p1', 'value': 900}")
                .statusCode(200);
        game.post("/v1/migrations/1.0.0/rollback?waitMillis=20000", "{'reason': 'oops'}")
                .statusCode(200)
                .body("status", equalTo("ROLLED_BACK"))
                .body("done", equalTo(3))
                .body("failed", equalTo(0));
        game.get("/v1/leaderboards/caves/players/p1")
                .body("value", equalTo(900))
                .body("metadata.map", equalTo("m1"))
                .body("metadata.place", nullValue());
    }

    @Test
    void malformedTargetsAreRejected() {
        play("metadata-malformed");
        for (Map.Entry<String, String> bad : Map.of(
                        "{'leaderboardMetadata': 'a b'}", "target.leaderboardMetadata",
                        "{'leaderboardMetadata': ''}", "target.leaderboardMetadata",
                        "{'leaderboardMetadata': 7}", "target.leaderboardMetadata",
                        "{'leaderboardMetadata': '*', 'entityType': 'X'}", "target",
                        "{}", "target.entityType",
                        "{'board': 'x'}", "target.board")
                .entrySet()) {
            game.post(
                            "/v1/migrations",
                            "{'version': '3.0.0', 'description': 'd', 'target': " + bad.getKey() + ", " + UP + "}")
                    .statusCode(400)
                    .body("field", equalTo(bad.getValue()));
        }
        game.post(
                        "/v1/migrations",
                        "{'version': '3.0.0', 'description': 'd', 'target': {'leaderboardMetadata': '*'}, 'up':"
                                + " {'worker': true}}")
                .statusCode(400)
                .body("field", equalTo("up.worker"));
    }
}
