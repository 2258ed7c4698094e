package dev.statecraft.access;

import static io.restassured.RestAssured.given;

import io.restassured.specification.RequestSpecification;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Makes keys and requests that bring them, with the key that a developer has. */
public final class Keyring {

    public static final String DEVELOPER = "sk_dev_local";

    private Keyring() {}

    /** A request with a key, or a token. */
    public static RequestSpecification with(String credential) {
        return given().header("Authorization", "Bearer " + credential);
    }

    /** A request with a key, or a token, and a body. */
    public static RequestSpecification with(String credential, String body) {
        return with(credential).contentType("application/json").body(body.replace('\'', '"'));
    }

    /** A new key of a game with some scopes. */
    public static String key(String game, Scope... scopes) {
        return key(game, Arrays.asList(scopes));
    }

    public static String key(String game, List<Scope> scopes) {
        return with(DEVELOPER)
                .contentType("application/json")
                .body(Map.of(
                        "name",
                        UUID.randomUUID().toString(),
                        "game",
                        game,
                        "scopes",
                        scopes.stream().map(Scope::text).toList()))
                .post("/v1/keys")
                .then()
                .statusCode(201)
                .extract()
                .path("key");
    }

    /** The id in the text of a key. */
    public static String idOf(String key) {
        return key.split("_", 3)[1];
    }

    /** A token for a key. */
    public static String token(String key) {
        return with(key).post("/v1/tokens").then().statusCode(200).extract().path("token");
    }

    /** A token for a player; the request's fields stand in the body. */
    public static String playerToken(String key, String player, String body) {
        return with(key, body)
                .post("/v1/players/" + player + "/tokens")
                .then()
                .statusCode(200)
                .extract()
                .path("token");
    }
}
