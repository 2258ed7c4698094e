package dev.statecraft.access;

import static dev.statecraft.access.Keyring.playerToken;
import static dev.statecraft.access.Keyring.token;
import static dev.statecraft.access.Keyring.with;
import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.local.LocalHandlers;
import dev.statecraft.local.LocalRuntime;
import dev.statecraft.table.TableNames;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Logs contain neither secrets nor player state, for accepted and for rejected requests. */
@QuarkusTest
@Tag("application-profile")
@TestProfile(ClosedDoor.class)
@WithTestResource(DynamoDbLocalResource.class)
class LogSecrecyTest {

    private static final String STATE = "hidden-treasure-4711";
    private static final String GAME = "secretive";

    @Inject
    LocalRuntime local;

    @Inject
    LocalHandlers handlers;

    @Inject
    TableNames tables;

    /** Collects the log as text, including exceptions with all causes. */
    private static final class Kept extends Handler {

        private final Formatter pattern = new PatternFormatter("%m%n%e");
        private final Queue<String> lines = new ConcurrentLinkedQueue<>();

        @Override
        public void publish(LogRecord record) {
            lines.add(pattern.format(record));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @Test
    void logs_containNoSecretsAndNoState() throws Exception {
        Kept kept = new Kept();
        Logger application = Logger.getLogger("dev.statecraft");
        Level before = application.getLevel();
        application.setLevel(org.jboss.logmanager.Level.TRACE);
        assertTrue(org.jboss.logging.Logger.getLogger("dev.statecraft").isTraceEnabled());
        Logger.getLogger("").addHandler(kept);
        String key;
        String token;
        String player;
        try {
            key = Keyring.key(GAME, Scope.ALL.stream().toList());
            token = token(key);
            player = playerToken(key, "ada", "{'spaces': ['global']}");
            play(key, token, player);
            local.pump().drain(Duration.ofSeconds(30));
            fail();
        } finally {
            Logger.getLogger("").removeHandler(kept);
            application.setLevel(before);
        }
        assertTrue(kept.lines.stream().anyMatch(line -> line.contains("delivered again")), () -> "" + kept.lines);
        String secret = key.split("_", 3)[2];
        for (String line : kept.lines) {
            for (String hidden :
                    List.of(STATE, secret, Keyring.DEVELOPER, signature(token), signature(player), "made-up-secret")) {
                assertFalse(line.contains(hidden), line);
            }
        }
    }

    private static String signature(String token) {
        return token.substring(token.lastIndexOf('.') + 1);
    }

    private static void play(String key, String token, String player) {
        String entity = "{'id': 'chest', 'type': 'PLAYER_DATA', 'state': {'in': '" + STATE + "'}}";
        for (String credential : List.of(key, token, player, "sk_a_" + "made-up-secret".repeat(4), "made-up-secret")) {
            with(credential, entity).post("/v1/entities");
            with(credential, "{'set': {'in': '" + STATE + "2'}, 'baseVersion': 1, 'was': {'in': 1}}")
                    .patch("/v1/entities/chest");
            with(credential, "{'set': '" + STATE + "'}").patch("/v1/entities/chest");
            with(credential, "{'set': {'in': '" + STATE).patch("/v1/entities/chest");
            with(credential, "{'" + STATE + "': 1}").post("/v1/sync");
            with(credential, "{'id': 'b', 'rankingType': 'SCORE'}").post("/v1/leaderboards");
            with(credential, "{'playerId': 'ada', 'value': 1, 'metadata': {'note': '" + STATE + "'}}")
                    .post("/v1/leaderboards/b/scores");
            with(credential, "{'playerId': '" + STATE + " ', 'value': 'x'}").post("/v1/leaderboards/b/scores");
            with(credential)
                    .get("/v1/entities/chest?space=global&version=1")
                    .then()
                    .extract();
            with(credential, "{'name': 'n', 'scopes': ['" + STATE + "']}").post("/v1/keys");
            with(credential, "{}").post("/v1/synchronize");
        }
        given().header("roblox-signature", "t=1,v1=made-up-secret")
                .contentType("application/json")
                .body("{\"a\": \"" + STATE + "\"}")
                .post("/v1/webhooks/roblox");
    }

    /** An unreadable record, which a stream consumer logs. */
    private void fail() throws Exception {
        handlers.find("event-stream").orElseThrow().invoke("""
                {"Records": [{"eventName": "INSERT", "eventSourceARN": "arn:aws:dynamodb:r:1:table/%s/stream/1",
                  "dynamodb": {"SequenceNumber": "1", "NewImage": {"st": {"S": "%s"}}}}]}
                """.formatted(tables.entries(), STATE));
    }
}
