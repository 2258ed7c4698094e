package dev.statecraft.access;

import static io.restassured.RestAssured.given;

import io.restassured.specification.RequestSpecification;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Creates API keys and tokens with the development key, and requests with a credential. */
public final class Keyring {

    public static final String DEVELOPER = "sk_dev_local";

    private Keyring() {}

    /** A request with an API key or a token. */
    public static RequestSpecification with(String credential) {
        return given().header("Authorization", "Bearer " + credential);
    }

    /** A request with an API key or a token, and a JSON body. */
    public static RequestSpecification with(String credential, String body) {
        return with(credential).contentType("application/json").body(body.replace('\'', '"'));
    }

    /** Creates an API key of a game with the given scopes. */
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

    /** The id in the text of an API key. */
    public static String idOf(String key) {
        return key.split("_", 3)[1];
    }

    /** Creates a token of an API key. */
    public static String token(String key) {
        return with(key).post("/v1/tokens").then().statusCode(200).extract().path("token");
    }

    /** Creates a player token; the body contains the fields of the request. */
    public static String playerToken(String key, String player, String body) {
        return with(key, body)
                .post("/v1/players/" + player + "/tokens")
                .then()
                .statusCode(200)
                .extract()
                .path("token");
    }
}
