package dev.statecraft.clients;

import static io.restassured.RestAssured.given;

import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.replication.session.SessionConfig;
import dev.statecraft.replication.session.SessionObservations;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusMock;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URL;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Luau SDK against the running application. Each test has a game of its own. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class LuauApplicationTest {

    @TestHTTPResource
    URL application;

    @Inject
    SessionConfig sessions;

    /** A busy application may take long for a migration, and the SDK waits for it for five minutes of virtual time. */
    @Test
    void usageExamplesOfTheOriginalSystemsRunUnchanged() throws IOException, InterruptedException {
        run("seed", "seed-test.luau", "--pause=100");
    }

    @Test
    void updatesAreAppliedOnceOnABadNetwork() throws IOException, InterruptedException {
        run("live", "live-test.luau");
    }

    @Test
    void sessionsHandOverBetweenServers() throws IOException, InterruptedException {
        run("session", "session-test.luau");
    }

    @Test
    void copiesOfSpacesAgreeOnABadNetwork() throws IOException, InterruptedException {
        run("replica", "replica-test.luau", "--unpaused=true");
    }

    @Test
    void serversShareTheRecordsOfAMigration() throws IOException, InterruptedException {
        run("migration", "migration-test.luau");
    }

    @Test
    void sessionsOfKilledServersExpire() throws IOException, InterruptedException {
        try (MovableTicker ticker = MovableTicker.start()) {
            QuarkusMock.installMockForType(new SessionObservations(ticker, sessions), SessionObservations.class);
            run("killed", "killed-test.luau", "--clock=" + ticker.address());
        }
    }

    /** The numbers of servers, of players on each, and of virtual seconds are system properties. */
    @Test
    void manyServersStayWithinTheirBudgets() throws IOException, InterruptedException {
        System.out.println(run(
                "load",
                "load-test.luau",
                "--unpaused=true",
                "--copies=" + Integer.getInteger("statecraft.luau.servers", 3),
                "--players=" + Integer.getInteger("statecraft.luau.players", 20),
                "--seconds=" + Integer.getInteger("statecraft.luau.seconds", 120)));
    }

    @Test
    void clientsMirrorEntities() throws IOException, InterruptedException {
        run("client", "client-test.luau");
    }

    @Test
    void examplesRun() throws IOException, InterruptedException {
        run("examples", "examples-test.luau");
    }

    @Test
    void guideRuns() throws IOException, InterruptedException {
        run("roblox-guide", "guide-test.luau", LuauProject.GUIDE);
    }

    /** Random calls; the seed is printed when an answer differs. */
    @ParameterizedTest
    @ValueSource(strings = {"entities", "boards", "sessions", "seasons", "migrations"})
    void mockAnswersAsTheApplication(String feature) throws IOException, InterruptedException {
        run("agreement-" + feature, "agreement-" + feature + "-test.luau");
    }

    /** The list of steps in {@code src/test/conformance}, which each client runs. */
    @Test
    void sdkConforms() throws IOException, InterruptedException {
        LuauProject.conform("luau-application", application.toString(), keyOf("conformance"));
    }

    private String run(String name, String... files) throws IOException, InterruptedException {
        return LuauProject.run("luau-application", application.toString(), keyOf(name), files);
    }

    private static String keyOf(String name) {
        String key = given().header("Authorization", "Bearer sk_dev_local")
                .contentType("application/json")
                .body("{\"name\": \"Roblox\", \"game\": \"luau-" + name + "\", \"scopes\": [\"board:read\","
                        + " \"board:write\", \"board:admin\", \"state:read\", \"state:write\", \"state:admin\", \"migrate:read\","
                        + " \"migrate:run\", \"system:read\", \"system:admin\"]}")
                .post("/v1/keys")
                .then()
                .statusCode(201)
                .extract()
                .path("key");
        given().header("Authorization", "Bearer " + key)
                .contentType("application/json")
                .body("{\"version\": \"1.0.9\", \"reason\": \"Without the migrations of other tests\"}")
                .post("/v1/migrations/baseline")
                .then()
                .statusCode(200);
        return key;
    }
}
