package dev.statecraft.integration.binding;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;

import dev.statecraft.integration.ImmediateReplication;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.FaultyBus;
import dev.statecraft.local.LocalRuntime;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tests the replication of top entries as an entity. */
@QuarkusTest
@Tag("application-profile")
@TestProfile(ImmediateReplication.class)
@WithTestResource(DynamoDbLocalResource.class)
@WithTestResource(FaultyBus.class)
class ReplicatedBoardsTest {

    @Inject
    LocalRuntime local;

    @Test
    void topEntriesAreReplicatedUntilTheBoardIsDeleted() {
        post("/v1/leaderboards", "{\"id\": \"shown\", \"rankingType\": \"SCORE\"}", 201);
        for (int i = 1; i <= 12; i++) {
            post("/v1/leaderboards/shown/scores", "{\"playerId\": \"p" + i + "\", \"value\": " + i + "}", 200);
        }
        drain();
        given().get("/v1/entities/leaderboard_state_shown")
                .then()
                .statusCode(200)
                .body("type", equalTo("LEADERBOARD_STATE"))
                .body("state.board", equalTo("shown"))
                .body("state.entries.size()", equalTo(10))
                .body("state.entries[0].playerId", equalTo("p12"))
                .body("state.entries.rank", equalTo(List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)));
        post("/v1/leaderboards/shown/scores", "{\"playerId\": \"p1\", \"value\": 50}", 200);
        drain();
        given().get("/v1/entities/leaderboard_state_shown")
                .then()
                .statusCode(200)
                .body("state.entries[0].playerId", equalTo("p1"))
                .body("state.entries[0].value", equalTo(50));
        given().delete("/v1/leaderboards/shown/players/p1").then().statusCode(204);
        drain();
        given().get("/v1/entities/leaderboard_state_shown").then().body("state.entries[0].playerId", equalTo("p12"));
        given().delete("/v1/leaderboards/shown");
        drain();
        given().get("/v1/entities/leaderboard_state_shown").then().statusCode(404);
    }

    private static void post(String path, String body, int status) {
        given().contentType("application/json").body(body).post(path).then().statusCode(status);
    }

    private void drain() {
        local.pump().drain(Duration.ofSeconds(30));
    }
}
