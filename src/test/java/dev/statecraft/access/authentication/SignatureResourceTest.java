package dev.statecraft.access.authentication;

import static dev.statecraft.access.Keyring.DEVELOPER;
import static dev.statecraft.access.Keyring.idOf;
import static dev.statecraft.access.Keyring.with;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import dev.statecraft.access.ClosedDoor;
import dev.statecraft.access.Keyring;
import dev.statecraft.access.Scope;
import dev.statecraft.access.authentication.RequestSignature.RequestLine;
import dev.statecraft.access.key.KeyFormat;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.table.Sha256;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.specification.RequestSpecification;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Requests that are signed with an API key. */
@QuarkusTest
@Tag("application-profile")
@TestProfile(ClosedDoor.class)
@WithTestResource(DynamoDbLocalResource.class)
class SignatureResourceTest {

    private static final String BOARD = "{\"id\":\"signed\",\"rankingType\":\"SCORE\"}";

    private static String signedKey(String game, String... scopes) {
        return with(DEVELOPER)
                .contentType("application/json")
                .body(Map.of(
                        "name", UUID.randomUUID().toString(), "game", game, "scopes", List.of(scopes), "signed", true))
                .post("/v1/keys")
                .then()
                .statusCode(201)
                .body("signed", equalTo(true))
                .extract()
                .path("key");
    }

    private static String header(
            String key, String method, String path, @Nullable String query, String body, Instant at, String nonce) {
        String content = Sha256.hex(body.getBytes(StandardCharsets.UTF_8));
        RequestSignature unsigned =
                new RequestSignature(idOf(key), at.getEpochSecond(), nonce, content, "0".repeat(64));
        String hash = KeyFormat.read(key).orElseThrow().hash();
        return "HMAC-SHA256 keyId=%s,timestamp=%d,nonce=%s,content=%s,signature=%s"
                .formatted(
                        idOf(key),
                        at.getEpochSecond(),
                        nonce,
                        content,
                        unsigned.sign(new RequestLine(method, path, query), hash));
    }

    private static String nonce() {
        return UUID.randomUUID().toString();
    }

    private static RequestSpecification signed(String header) {
        return given().header("Authorization", header);
    }

    private static RequestSpecification signed(String header, String body) {
        return signed(header).contentType("application/json").body(body);
    }

    @Test
    void signedRequest_isAcceptedOnce() throws IOException {
        String key = signedKey("signed1", "board:read", "board:admin");
        String header = header(key, "POST", "/v1/leaderboards", null, BOARD, Instant.now(), nonce());
        signed(header, BOARD).post("/v1/leaderboards").then().statusCode(201);
        signed(header, BOARD).post("/v1/leaderboards").then().statusCode(401).body("detail", containsString("nonce"));
        signed(header(key, "GET", "/v1/leaderboards/signed", null, "", Instant.now(), nonce()))
                .get("/v1/leaderboards/signed")
                .then()
                .statusCode(200);
        signed(header(key, "GET", "/v1/leaderboards/signed/top", "count=3", "", Instant.now(), nonce()))
                .get("/v1/leaderboards/signed/top?count=3")
                .then()
                .statusCode(200);
        // The signature covers the uncompressed body.
        String second = BOARD.replace("signed", "zipped");
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            out.write(second.getBytes(StandardCharsets.UTF_8));
        }
        signed(header(key, "POST", "/v1/leaderboards", null, second, Instant.now(), nonce()))
                .contentType("application/json")
                .header("Content-Encoding", "gzip")
                .body(zipped.toByteArray())
                .post("/v1/leaderboards")
                .then()
                .statusCode(201);
    }

    @Test
    void path_isSignedAsSent() {
        String key = signedKey("signed4", "board:read");
        for (String path : List.of("/v1/leaderboards/no:board", "/v1/leaderboards/no%3Aboard")) {
            signed(header(key, "GET", path, null, "", Instant.now(), nonce()))
                    .urlEncodingEnabled(false)
                    .get(path)
                    .then()
                    .statusCode(404);
        }
        signed(header(key, "GET", "/v1/leaderboards/no:board", null, "", Instant.now(), nonce()))
                .urlEncodingEnabled(false)
                .get("/v1/leaderboards/no%3Aboard")
                .then()
                .statusCode(401);
    }

    @Test
    void unusedBody_mustMatchTheSignature() {
        String key = signedKey("signed5", "board:read");
        String header = header(key, "POST", "/v1/tokens", null, "", Instant.now(), nonce());
        signed(header, "{}").post("/v1/tokens").then().statusCode(401).body("detail", containsString("body"));
        signed(header(key, "POST", "/v1/tokens", null, "{}", Instant.now(), nonce()), "{}")
                .post("/v1/tokens")
                .then()
                .statusCode(200);
    }

    @Test
    void alteredRequest_isRejected() {
        String key = signedKey("signed2", "board:read", "board:admin");
        String header = header(key, "POST", "/v1/leaderboards", null, BOARD, Instant.now(), nonce());
        signed(header, BOARD.replace("signed", "forged"))
                .post("/v1/leaderboards")
                .then()
                .statusCode(401)
                .body("detail", containsString("body"));
        signed(header(key, "GET", "/v1/leaderboards", null, "", Instant.now(), nonce()))
                .get("/v1/leaderboards?limit=1")
                .then()
                .statusCode(401);
        for (int seconds : new int[] {-400, 400}) {
            signed(header(
                            key,
                            "GET",
                            "/v1/leaderboards",
                            null,
                            "",
                            Instant.now().plusSeconds(seconds),
                            nonce()))
                    .get("/v1/leaderboards")
                    .then()
                    .statusCode(401)
                    .body("detail", containsString("time"))
                    .body("serverTime", startsWith(Instant.now().toString().substring(0, 10)));
        }
        signed("HMAC-SHA256 nonsense").get("/v1/leaderboards").then().statusCode(401);
        signed(header(key, "GET", "/v1/leaderboards", null, "", Instant.now(), nonce()))
                .get("/v1/leaderboards")
                .then()
                .statusCode(200)
                .body("leaderboards.size()", equalTo(0));
    }

    @Test
    void signingKeysAndBearerKeys_areNotInterchangeable() {
        String key = signedKey("signed3", "board:read", "system:admin");
        with(key).get("/v1/leaderboards").then().statusCode(401);
        String bearer = Keyring.key("signed3", Scope.BOARD_READ);
        signed(header(bearer, "GET", "/v1/leaderboards", null, "", Instant.now(), nonce()))
                .get("/v1/leaderboards")
                .then()
                .statusCode(401);
        // A token of the key is accepted where tokens are, for example for sockets.
        String token = signed(header(key, "POST", "/v1/tokens", null, "", Instant.now(), nonce()))
                .post("/v1/tokens")
                .then()
                .statusCode(200)
                .extract()
                .path("token");
        with(token).get("/v1/leaderboards").then().statusCode(200);
        with(DEVELOPER).delete("/v1/keys/" + idOf(key) + "?game=signed3").then().statusCode(204);
        signed(header(key, "GET", "/v1/leaderboards", null, "", Instant.now(), nonce()))
                .get("/v1/leaderboards")
                .then()
                .statusCode(401);
    }
}
