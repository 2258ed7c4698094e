package dev.statecraft.leaderboard;

import static io.restassured.RestAssured.given;

import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;

/** HTTP calls of the leaderboards of the running application. Bodies are JSON text or maps. */
public final class LeaderboardCalls {

    private LeaderboardCalls() {}

    public static ValidatableResponse createBoard(Object body) {
        return json().body(body).post("/v1/leaderboards").then();
    }

    public static ValidatableResponse submit(String board, Object body) {
        return post(board + "/scores", body);
    }

    public static ValidatableResponse post(String path, Object body) {
        return json().body(body).post("/v1/leaderboards/" + path).then();
    }

    public static ValidatableResponse change(String board, Object body) {
        return json().body(body).patch("/v1/leaderboards/" + board).then();
    }

    public static ValidatableResponse put(String board, Object body) {
        return json().body(body).put("/v1/leaderboards/" + board).then();
    }

    /** Reads an already encoded path. */
    public static ValidatableResponse get(String path) {
        return given().urlEncodingEnabled(false).get("/v1/leaderboards/" + path).then();
    }

    public static RequestSpecification json() {
        return given().contentType("application/json");
    }
}
