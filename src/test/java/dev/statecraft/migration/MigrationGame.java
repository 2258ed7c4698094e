package dev.statecraft.migration;

import static io.restassured.RestAssured.given;

import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.util.Map;

/**
 * Calls of the running application for one game. A test has a game of its own, because a game has one line of versions and
 * one active run.
 */
public final class MigrationGame {

    private static final String DEVELOPER = "sk_dev_local";

    private final String key;

    private MigrationGame(String key) {
        this.key = key;
    }

    /** The game of the developer, whose key has all scopes. */
    public static MigrationGame ofDeveloper() {
        return new MigrationGame(DEVELOPER);
    }

    /**
     * A new game, without the migrations that come with the code of the tests.
     *
     * @param scopes of its key, besides those for migrations, in single quotes
     */
    public static MigrationGame create(String game, String scopes) {
        String key = ofDeveloper()
                .post(
                        "/v1/keys",
                        "{'name': 'migrations', 'game': '" + game + "', 'scopes': ['migrate:read', 'migrate:run',"
                                + " 'system:read', " + scopes + "]}")
                .statusCode(201)
                .extract()
                .path("key");
        MigrationGame created = new MigrationGame(key);
        created.post("/v1/migrations/baseline", "{'version': '0.1.0', 'reason': 'begins here'}")
                .statusCode(200);
        return created;
    }

    /** A request with the key of the game. */
    public RequestSpecification authorized() {
        return given().header("Authorization", "Bearer " + key);
    }

    /** The API key of the game. */
    public String key() {
        return key;
    }

    /** Sends a body in single quotes. */
    public ValidatableResponse post(String path, String body) {
        return authorized()
                .contentType("application/json")
                .body(body.replace('\'', '"'))
                .post(path)
                .then();
    }

    public ValidatableResponse post(String path, Map<String, ?> body) {
        return authorized()
                .contentType("application/json")
                .body(body)
                .post(path)
                .then();
    }

    public ValidatableResponse get(String path) {
        return authorized().get(path).then();
    }
}
