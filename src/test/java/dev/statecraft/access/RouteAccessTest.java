package dev.statecraft.access;

import static dev.statecraft.access.Keyring.DEVELOPER;
import static dev.statecraft.access.Keyring.key;
import static dev.statecraft.access.Keyring.playerToken;
import static dev.statecraft.access.Keyring.token;
import static dev.statecraft.access.Keyring.with;
import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.access.Requires.Players;
import dev.statecraft.access.key.KeyFormat;
import dev.statecraft.access.key.KeyService;
import dev.statecraft.access.signing.SigningKeyStore;
import dev.statecraft.access.token.TokenReader;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.openapi.QuickCalls;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import jakarta.ws.rs.QueryParam;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.HmacKey;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every route with every kind of insufficient credential. The routes are read from the resources, so that none is
 * missing.
 */
@QuarkusTest
@Tag("application-profile")
@TestProfile(ClosedDoor.class)
@WithTestResource(DynamoDbLocalResource.class)
class RouteAccessTest {

    private static final String MARK = "belongs-to-alpha";

    private static final List<ApiRoute> ROUTES = ApiRoute.all();

    @Inject
    SigningKeyStore signingKeys;

    @Inject
    AccessConfig config;

    @TestHTTPResource
    URI root;

    private QuickCalls calls;

    @BeforeEach
    void open() {
        calls = new QuickCalls(root);
    }

    @Test
    void routesOfEveryScope_exist() {
        assertTrue(ROUTES.size() > 40, ROUTES.toString());
        for (Scope scope : Scope.values()) {
            assertTrue(ROUTES.stream().anyMatch(route -> route.scope().equals(Optional.of(scope))), scope.text());
        }
    }

    @Test
    void invalidCredentials_areRejectedOnEveryRoute() throws Exception {
        Map<String, @Nullable String> credentials = new LinkedHashMap<>();
        credentials.put("no credential", null);
        credentials.put("garbage", "garbage");
        credentials.put("an unknown key", KeyFormat.random(new SecureRandom()).text());
        credentials.put("an expired token", forged(claims(-60, TokenReader.AUDIENCE), signingKey()));
        credentials.put("a token for another audience", forged(claims(60, "another"), signingKey()));
        credentials.put("a token without an end", forged(claims(null, TokenReader.AUDIENCE), signingKey()));
        credentials.put("a token signed with another key", forged(claims(60, TokenReader.AUDIENCE), new byte[32]));
        credentials.put("an unsigned token", unsigned(claims(60, TokenReader.AUDIENCE)));
        credentials.put("a revoked key", revoked(false));
        credentials.put("a token of a revoked key", revoked(true));
        // The valid token from which all others differ in one property.
        with(forged(claims(60, TokenReader.AUDIENCE), signingKey()))
                .get("/v1/leaderboards")
                .then()
                .statusCode(200);
        assertAll(
                ROUTES.stream().flatMap(route -> credentials.entrySet().stream().map(entry -> () -> {
                    QuickCalls.Answer answer = route.call(calls, entry.getValue(), "");
                    String which = route + " with " + entry.getKey();
                    assertEquals(401, answer.status(), which);
                    assertEquals("Bearer", answer.header("WWW-Authenticate"), which);
                    assertEquals(
                            "/problems/unauthorized", answer.json().path("type").asText(), which);
                })));
    }

    @Test
    void malformedTokens_areRejectedOverHttpAndSockets() throws Exception {
        JwtClaims odd = claims(60, TokenReader.AUDIENCE);
        odd.setClaim(TokenReader.SCOPES_CLAIM, List.of(List.of("board:read")));
        JwtClaims far = claims(60, TokenReader.AUDIENCE);
        far.setClaim("exp", Long.MAX_VALUE);
        JwtClaims nobody = claims(60, TokenReader.AUDIENCE);
        nobody.unsetClaim(TokenReader.KEY_CLAIM);
        JwtClaims lengthy = claims(60, TokenReader.AUDIENCE);
        lengthy.setStringClaim(TokenReader.KEY_CLAIM, "k".repeat(2_100));
        List<String> tokens = new ArrayList<>(List.of("", "token=", "..", "a.b.c", "x".repeat(3_000)));
        for (JwtClaims claims : List.of(odd, far, nobody, lengthy)) {
            tokens.add(forged(claims, signingKey()));
        }
        for (String token : tokens) {
            for (Response answer : List.of(
                    given().header("Authorization", "Bearer " + token).get("/v1/leaderboards"),
                    given().header("Connection", "Upgrade")
                            .header("Upgrade", "websocket")
                            .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
                            .header("Sec-WebSocket-Version", "13")
                            .queryParam("token", token)
                            .get("/v1/socket"))) {
                assertEquals(401, answer.statusCode(), token);
            }
        }
    }

    @Test
    void missingScope_returns403OnEveryRoute() {
        Map<Scope, String> keysWithout = new LinkedHashMap<>();
        for (Scope scope : Scope.values()) {
            List<Scope> others = new ArrayList<>(Scope.ALL);
            others.remove(scope);
            keysWithout.put(scope, key("default", others));
        }
        assertAll(ROUTES.stream().filter(route -> route.scope().isPresent()).map(route -> () -> {
            QuickCalls.Answer answer =
                    route.call(calls, keysWithout.get(route.scope().orElseThrow()), "");
            assertEquals(403, answer.status(), route + " " + answer.body());
            assertEquals("/problems/forbidden", answer.json().path("type").asText(), route.toString());
        }));
    }

    @Test
    void playerToken_isRejectedOutsideItsClaims() {
        String token = playerToken(DEVELOPER, "eve", "{'spaces': ['s'], 'boards': ['b'], 'write': true}");
        assertAll(ROUTES.stream()
                .filter(route -> route.players() != Players.WHAT_THE_RESOURCE_ALLOWS)
                .map(route -> () -> {
                    QuickCalls.Answer answer = route.call(calls, token, "?space=other");
                    assertEquals(403, answer.status(), route + " " + answer.body());
                }));
    }

    @Test
    void ambiguousSpaceParameter_returns400ForPlayers() {
        String token = playerToken(DEVELOPER, "eve", "{'spaces': ['s', 'global'], 'boards': ['b'], 'write': true}");
        assertAll(ROUTES.stream()
                .filter(route -> route.players() == Players.NAMED_SPACE)
                .flatMap(route -> List.of("?Space=other", "?SPACE=other&space=s", "?space=s&space=other").stream()
                        .map(query -> () -> {
                            QuickCalls.Answer answer = route.call(calls, token, query);
                            String which = route + query + " " + answer.body();
                            assertEquals(400, answer.status(), which);
                            String field = answer.json().path("field").asText();
                            assertEquals("space", field.toLowerCase(Locale.ROOT), which);
                        })));
    }

    @Test
    void misspelledSpaceParameter_doesNotReadTheSpace() {
        with(DEVELOPER, "{'id': 'treasure', 'type': 'UI_STATE', 'space': 'secret', 'state': {'mark': '" + MARK + "'}}")
                .post("/v1/entities")
                .then()
                .statusCode(201);
        String token = playerToken(DEVELOPER, "eve", "{'spaces': ['global'], 'boards': []}");
        for (String query : List.of("Space=secret", "SPACE=secret&space=global", "space=global&Space=secret")) {
            Response answer = with(token).get("/v1/entities?" + query);
            assertFalse(answer.asString().contains(MARK), query + ": " + answer.asString());
        }
    }

    @Test
    void misspelledParameter_returns400() {
        for (String name : List.of("Limit", "schemaversion", "CURSOR")) {
            Response answer = with(DEVELOPER).get("/v1/entities?" + name + "=1");
            assertEquals(400, answer.statusCode(), answer.asString());
            assertEquals(name, answer.path("field"), answer.asString());
        }
    }

    @Test
    void everyParameter_isInTheListOfNames() {
        Set<String> read = new TreeSet<>();
        ApiRoute.CODE.stream()
                .flatMap(type -> type.getMethods().stream())
                .flatMap(method -> method.getParameterAnnotations().stream())
                .flatMap(Set::stream)
                .filter(annotation -> annotation.getRawType().isEquivalentTo(QueryParam.class))
                .forEach(annotation -> read.add(annotation.as(QueryParam.class).value()));
        assertEquals(read, new TreeSet<>(QueryParameters.NAMES));
    }

    @Test
    void dataOfAnotherGame_isNotFound() {
        furnish(key("alpha", List.copyOf(Scope.ALL)));
        String stranger = key("beta", List.copyOf(Scope.ALL));
        assertAll(ROUTES.stream().map(route -> () -> {
            QuickCalls.Answer answer = route.call(calls, stranger, "?value=1&rank=1&fence=1&lease=run-00000001:1");
            String which = route + ": " + answer.status() + " " + answer.body();
            assertTrue(answer.status() < 500, which);
            assertFalse(answer.body().contains(MARK), which);
            boolean names = route.path()
                    .matches("/v1/(leaderboards|entities|migrations|entity-types|keys)/"
                            + "(theirs|THEIRS|1\\.0\\.0).*");
            if (names && route.method().equals("GET")) {
                assertEquals(404, answer.status(), which);
            }
        }));
    }

    /** Creates one object of every kind that contains a marker. */
    private static void furnish(String key) {
        with(key, "{'id': 'theirs', 'rankingType': 'SCORE', 'description': '" + MARK + "'}")
                .post("/v1/leaderboards")
                .then()
                .statusCode(201);
        with(key, "{'playerId': 'ada', 'value': 7, 'metadata': {'mark': '" + MARK + "'}}")
                .post("/v1/leaderboards/theirs/scores")
                .then()
                .statusCode(200);
        with(key, "{'id': 'theirs', 'type': 'THEIRS', 'state': {'mark': '" + MARK + "'}}")
                .post("/v1/entities")
                .then()
                .statusCode(201);
        with(key).post("/v1/entities/theirs/players/ada").then().statusCode(200);
        with(key, "{'strategy': 'MERGE'}").put("/v1/entity-types/THEIRS").then().statusCode(200);
        with(
                        key,
                        "{'version': '1.0.0', 'description': '" + MARK + "', 'target': {'entityType': 'THEIRS'},"
                                + " 'up': {'operations': [{'op': 'default', 'path': 'x', 'value': 1}]}}")
                .post("/v1/migrations")
                .then()
                .statusCode(201);
        with(key, "{'name': '" + MARK + "', 'scopes': ['board:read']}")
                .post("/v1/keys")
                .then()
                .statusCode(201);
    }

    private static String revoked(boolean token) {
        String key = key("default", List.copyOf(Scope.ALL));
        String credential = token ? token(key) : key;
        with(DEVELOPER).delete("/v1/keys/" + Keyring.idOf(key)).then().statusCode(204);
        return credential;
    }

    /** The claims of a token of the development key. */
    private static JwtClaims claims(@Nullable Integer goodForSeconds, String audience) {
        JwtClaims claims = new JwtClaims();
        claims.setIssuer(TokenReader.ISSUER);
        claims.setAudience(audience);
        claims.setSubject("forger");
        claims.setIssuedAt(NumericDate.fromSeconds(Instant.now().getEpochSecond() - 120));
        if (goodForSeconds != null) {
            claims.setExpirationTime(NumericDate.fromSeconds(Instant.now().getEpochSecond() + goodForSeconds));
        }
        claims.setStringClaim(TokenReader.KEY_CLAIM, KeyService.DEVELOPMENT);
        claims.setStringClaim(TokenReader.GAME_CLAIM, Caller.DEFAULT_GAME);
        claims.setStringListClaim(
                TokenReader.SCOPES_CLAIM, Scope.ALL.stream().map(Scope::text).toList());
        return claims;
    }

    private long period() {
        return Instant.now().getEpochSecond() / config.signingKeyLife().toSeconds();
    }

    private byte[] signingKey() {
        token(DEVELOPER);
        return signingKeys.read(period()).orElseThrow();
    }

    private String forged(JwtClaims claims, byte[] key) throws Exception {
        JsonWebSignature signature = new JsonWebSignature();
        signature.setAlgorithmHeaderValue("HS256");
        signature.setKeyIdHeaderValue(Long.toString(period()));
        signature.setPayload(claims.toJson());
        signature.setKey(new HmacKey(key));
        return signature.getCompactSerialization();
    }

    private String unsigned(JwtClaims claims) {
        String header = "{\"alg\":\"none\",\"kid\":\"" + period() + "\"}";
        return base64(header) + "." + base64(claims.toJson()) + ".";
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
