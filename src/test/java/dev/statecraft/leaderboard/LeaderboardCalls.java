package dev.statecraft.leaderboard;

import static io.restassured.RestAssured.given;

import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;

/** Calls of the leaderboards of the running application; bodies are JSON text, or maps that become it. */
final class LeaderboardCalls {

    private LeaderboardCalls() {}

    static ValidatableResponse create(Object body) {
        return json().body(body).post("/v1/leaderboards").then();
    }

    static ValidatableResponse submit(String board, Object body) {
        return post(board + "/scores", body);
    }

    static ValidatableResponse post(String path, Object body) {
        return json().body(body).post("/v1/leaderboards/" + path).then();
    }

    static ValidatableResponse change(String board, Object body) {
        return json().body(body).patch("/v1/leaderboards/" + board).then();
    }

    /** Reads a path that is encoded already. */
    static ValidatableResponse get(String path) {
        return given().urlEncodingEnabled(false).get("/v1/leaderboards/" + path).then();
    }

    static RequestSpecification json() {
        return given().contentType("application/json");
    }
}
