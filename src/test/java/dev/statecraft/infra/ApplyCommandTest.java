package dev.statecraft.infra;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.access.Keyring;
import dev.statecraft.access.Scope;
import dev.statecraft.infra.CommandSources.Ended;
import dev.statecraft.local.DynamoDbLocalResource;
import dev.statecraft.migration.MigrateCommandTest;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code infra/apply} against the running application, each test in a game of its own. */
@QuarkusTest
@Tag("application")
@WithTestResource(DynamoDbLocalResource.class)
class ApplyCommandTest {

    private static final String FILE = """
            # The whole configuration of a game.
            entityTypes:
              PLAYER_DATA:
                strategy: MERGE
                rules: {coins: MAX, /stats/kills: SUM}
              GUILD:
                strategy: MANUAL
                fallback: CLIENT_WINS
            leaderboards:
              arena:
                rankingType: POINTS
                maxSize: 100
                reset: {cron: 0 0 * * 1, timezone: Europe/Berlin}
                rewards:
                - {name: gold, toRank: 1, reward: {coins: 500, items: [crown]}}
              duels:
                rankingType: RATING
                rating: {algorithm: GLICKO2}
            migrations:
            - version: 1.1.0
              description: coins become gold
              target: {entityType: PLAYER_DATA}
              up:
                operations:
                - {op: rename, from: coins, path: gold}
            - version: "1.2.0"
              description: levels
              target: {entityType: PLAYER_DATA}
              up:
                expression: |-
                  merge(state, {"level": 1})
            """;

    @TempDir
    Path folder;

    private String key = "";

    private void play(String game) {
        key = Keyring.key(game, List.copyOf(Scope.ALL));
        // The migrations in the Java code of the tests are no part of these games.
        send("POST", "/v1/migrations/baseline", "{'version': '0.1.0', 'reason': 'begins here'}")
                .statusCode(200);
    }

    private ValidatableResponse send(String method, String path, String body) {
        return given().header("Authorization", "Bearer " + key)
                .contentType("application/json")
                .body(body.replace('\'', '"'))
                .request(method, path)
                .then();
    }

    private ValidatableResponse get(String path) {
        return given().header("Authorization", "Bearer " + key).get(path).then();
    }

    /** The command in this process. */
    private Ended apply(String in, String... options) {
        String[] all = new String[options.length + 4];
        System.arraycopy(options, 0, all, 4, options.length);
        all[0] = "--url";
        all[1] = "http://localhost:" + RestAssured.port;
        all[2] = "--key";
        all[3] = key;
        return CommandSources.apply(in, all);
    }

    private MigrateCommandTest.Ended forked(String... options) throws Exception {
        return MigrateCommandTest.forked("apply", "http://localhost:" + RestAssured.port, key, options);
    }

    private static void assertSummary(String summary, int code, String out) {
        assertEquals(0, code, out);
        assertTrue(out.contains(summary), out);
    }

    @Test
    void fileIsPlannedAppliedOnceAndExported() throws Exception {
        play("apply-script");
        Path file = Files.writeString(folder.resolve("statecraft.yaml"), FILE);
        MigrateCommandTest.Ended plan = forked("--plan", file.toString());
        assertSummary(
                "5 to create, 1 to change, 0 unchanged, 0 impossible, 0 not in the file", plan.code(), plan.out());
        assertTrue(
                plan.out().contains("~ entity type PLAYER_DATA\n    rules./stats/kills: (none) -> \"SUM\"\n"),
                plan.out());
        assertTrue(
                plan.out().contains("+ leaderboard arena\n    rankingType: \"POINTS\"\n    maxSize: 100\n"),
                plan.out());
        assertTrue(plan.out().contains("+ migration 1.1.0\n"), plan.out());
        get("/v1/leaderboards/arena").statusCode(404);
        get("/v1/entity-types/GUILD").statusCode(404);
        get("/v1/migrations/1.1.0").statusCode(404);

        MigrateCommandTest.Ended applied = forked(file.toString());
        assertSummary("done: migration 1.2.0", applied.code(), applied.out());
        get("/v1/leaderboards/arena")
                .body("maxSize", equalTo(100))
                .body("rewards[0].reward.items[0]", equalTo("crown"));
        get("/v1/leaderboards/duels").body("rating.algorithm", equalTo("GLICKO2"));
        get("/v1/entity-types/GUILD").body("fallback", equalTo("CLIENT_WINS"));
        get("/v1/migrations/1.2.0").body("description", equalTo("levels"));
        String updated = get("/v1/leaderboards/arena").extract().path("updatedAt");

        Ended again = apply("", file.toString());
        assertSummary(
                "0 to create, 0 to change, 6 unchanged, 0 impossible, 0 not in the file", again.code(), again.out());
        assertTrue(!again.out().contains("done:"), again.out());
        get("/v1/leaderboards/arena").body("updatedAt", equalTo(updated));

        MigrateCommandTest.Ended export = forked("--export");
        assertEquals(0, export.code(), export.out());
        String exported = export.out().substring(export.out().indexOf("# Statecraft"));
        assertTrue(exported.contains("  arena:\n    rankingType: POINTS\n    maxSize: 100\n    reset:\n"), exported);
        assertTrue(!exported.contains("order"), "defaults are not exported: " + exported);
        Ended nothing = apply(exported, "--plan", "-");
        assertSummary("0 to create, 0 to change, 6 unchanged, 0 impossible", nothing.code(), nothing.out());
    }

    @Test
    void changesAreShownFieldByField() {
        play("apply-change");
        assertEquals(0, apply(FILE, "-").code());
        String changed = FILE.replace("maxSize: 100", "description: best")
                .replace("coins: 500", "coins: 600")
                .replace("{coins: MAX, /stats/kills: SUM}", "{coins: MIN}")
                .replace("    fallback: CLIENT_WINS\n", "")
                .replace("  duels:\n    rankingType: RATING\n    rating: {algorithm: GLICKO2}\n", "");
        for (String option : List.of("--plan", "--progress")) {
            Ended ended = option.equals("--plan") ? apply(changed, "-", "--plan") : apply(changed, "-");
            assertSummary(
                    "0 to create, 3 to change, 2 unchanged, 0 impossible, 1 not in the file",
                    ended.code(),
                    ended.out());
            for (String line : List.of(
                    "~ leaderboard arena\n",
                    "    description: \"\" -> \"best\"\n",
                    "    maxSize: 100 -> 1000\n",
                    "    rewards[0].reward.coins: 500 -> 600\n",
                    "    rules./stats/kills: \"SUM\" -> (none)\n",
                    "    rules.coins: \"MAX\" -> \"MIN\"\n",
                    "    fallback: \"CLIENT_WINS\" -> \"SERVER_WINS\"\n",
                    "? leaderboard duels is not in the file and stays\n")) {
                assertTrue(ended.out().contains(line), line + " is not in " + ended.out());
            }
        }
        get("/v1/leaderboards/duels").statusCode(200);
        get("/v1/entity-types/GUILD").body("fallback", equalTo("SERVER_WINS"));
        Ended again = apply(changed, "-");
        assertSummary(
                "0 to create, 0 to change, 5 unchanged, 0 impossible, 1 not in the file", again.code(), again.out());
    }

    @Test
    void nothingIsWrittenIfAPartIsImpossible() {
        play("apply-impossible");
        assertEquals(0, apply(FILE, "-").code());
        send("POST", "/v1/leaderboards/arena/scores", "{'playerId': 'ada', 'value': 1}")
                .statusCode(200);
        String changed = FILE.replace("rankingType: POINTS\n    maxSize: 100", "rankingType: TIME\n    maxSize: 7")
                .replace("algorithm: GLICKO2", "algorithm: GLICKO2, k: 5")
                .replace("coins become gold", "coins become rubies")
                .replace("strategy: MANUAL", "strategy: MERGE");
        for (String option : List.of("--plan", "--migrate")) {
            Ended ended = apply(changed, "-", option);
            assertEquals(1, ended.code(), ended.out());
            for (String line : List.of(
                    "0 to create, 1 to change, 2 unchanged, 3 impossible",
                    "! leaderboard arena\n    -:11: Settings are locked because the board has scores",
                    "[\"rankingType\",\"order\"]",
                    "! leaderboard duels\n    -:17: The request is malformed (rating.k)",
                    "! migration 1.1.0\n    -:20: a registered migration cannot change",
                    "    description: \"coins become gold\" -> \"coins become rubies\"\n")) {
                assertTrue(ended.out().contains(line), line + " is not in " + ended.out());
            }
        }
        get("/v1/entity-types/GUILD").body("strategy", equalTo("MANUAL"));
    }

    @Test
    void pendingMigrationsAreAppliedOnlyOnRequest() {
        play("apply-migrate");
        send("POST", "/v1/entities", "{'id': 'p1', 'type': 'PLAYER_DATA', 'state': {'coins': 5}}")
                .statusCode(201);
        Ended registered = apply(FILE, "-");
        assertEquals(0, registered.code(), registered.out());
        get("/v1/entities/p1").body("state.coins", equalTo(5));
        Ended planned = apply(FILE, "-", "--plan", "--migrate");
        assertSummary("2 registered migrations are pending", planned.code(), planned.out());
        assertTrue(planned.out().contains("plan 1.1.0: 1 of 1 records change"), planned.out());
        get("/v1/entities/p1").body("state.coins", equalTo(5));
        Ended applied = apply(FILE, "-", "--migrate", "--reason", "release 7");
        assertSummary("current version: 1.2.0", applied.code(), applied.out());
        get("/v1/entities/p1").body("state.gold", equalTo(5)).body("state.level", equalTo(1));
    }

    /** The export of one game, applied to an empty one, exports the same. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void exportOfRandomBoards_describesThemCompletely(long seed) {
        Random random = new Random(seed);
        play("apply-random-" + seed);
        for (int i = 0; i < 12; i++) {
            String type = List.of("POINTS", "WINS", "TIME", "SCORE", "RATING").get(random.nextInt(5));
            StringBuilder board = new StringBuilder("{'rankingType': '" + type + "'");
            for (String setting : List.of(
                    "'description': 'a: #b\\n\\u00e9 \\ud83d\\ude00'",
                    "'maxSize': 0",
                    "'decimals': 3",
                    "'lanes': 4",
                    "'ranking': 'DENSE'",
                    "'startsAt': '2091-01-01T00:00:00Z'",
                    "'endsAt': '2095-01-01T00:00:00.123Z'",
                    "'maxAttempts': 3",
                    "'tiers': [{'name': '1.0', 'percentile': 12.5}, {'name': 'true', 'score': -1}]",
                    "'rewards': [{'toRank': 3, 'reward': {'': null, 'a': [1e-3, 'x', {}]}}]",
                    type.equals("RATING")
                            ? "'rating': {'algorithm': 'OPENSKILL', 'initial': 30}"
                            : "'operator': 'LAST'",
                    type.equals("RATING") ? "'maxSize': 5" : "'bounds': {'min': -0.5, 'perMinute': 3}",
                    type.equals("RATING") ? "'decimals': 1" : "'source': {'entityType': 'X', 'path': '/a~1b/c'}",
                    type.equals("RATING") ? "'maxAttempts': 7" : "'order': 'ASCENDING'")) {
                if (random.nextInt(3) == 0 && !board.toString().contains(setting.substring(0, setting.indexOf(':')))) {
                    board.append(", ").append(setting);
                }
            }
            send("PUT", "/v1/leaderboards/board:" + i + "@" + type, board + "}").statusCode(201);
        }
        send("PUT", "/v1/entity-types/on", "{'strategy': 'MERGE', 'rules': {'a.b': 'SUM', '/x/y': 'OR'}}")
                .statusCode(200);
        send("PUT", "/v1/entity-types/PLAYER_DATA", "{'strategy': 'LATEST', 'historyLimit': 3}")
                .statusCode(200);
        send(
                        "PUT",
                        "/v1/entity-types/PROFILE",
                        "{'strategy': 'MERGE', 'sessionRequired': true, 'guards': {'/coins': {'min': 0}},"
                                + " 'schema': {'type': 'object', 'properties': {'name': {'type': 'string', 'pattern':"
                                + " '^[a-z: #]+$'}}}}")
                .statusCode(200);
        for (String migration : List.of(
                "{'version': '1.0.0', 'description': 'by a game server', 'script': true}",
                "{'version': '1.1.0', 'description': 'd', 'target': {'leaderboardMetadata': '*'},"
                        + " 'up': {'operations': [{'op': 'default', 'path': 'a', 'value': 1.0}]},"
                        + " 'options': {'failureThreshold': {'percent': 2.5}}}")) {
            send("POST", "/v1/migrations", migration).statusCode(201);
        }
        String exported = apply("", "--export").out();
        Ended plan = apply(exported, "--plan", "-");
        assertSummary(
                "0 to create, 0 to change, 17 unchanged, 0 impossible, 0 not in the file", plan.code(), plan.out());
        play("apply-copy-" + seed);
        Ended copied = apply(exported, "-");
        assertEquals(0, copied.code(), "seed " + seed + "\n" + exported + copied);
        assertEquals(exported, apply("", "--export").out(), "seed " + seed);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "leaderboards: {a: {rankingType: SCORE}}\\nboards: {} | 1 | -: unknown section boards",
                "leaderboards:\\n  a: 5 | 1 | -:2: leaderboards.a is not a mapping",
                "leaderboards:\\n- a | 1 | -:2: leaderboards is not a mapping by name",
                "migrations: {a: 1} | 1 | -:1: migrations is not a sequence",
                "migrations:\\n- version: 1.1 | 1 | -:2: a migration needs a version that is a text",
                "migrations:\\n- version: 1.1.0\\n- version: 1.1.0 | 1 | -:3: the migration 1.1.0 occurs twice",
                "leaderboards:\\n  a: &x {rankingType: SCORE} | 1 | -:2: anchors and aliases are not supported",
                "leaderboards:\\n  a: {rankingType: SCORE, season: 2} | 1 | -:2: The request is malformed (season)",
                "[] | 1 | -: the file is not a mapping",
            })
    void invalidFile_isRejectedWithItsLine(String file, int code, String message) {
        play("apply-invalid");
        Ended ended = apply(file.replace("\\n", "\n"), "-");
        assertEquals(code, ended.code(), ended.toString());
        assertTrue((ended.out() + ended.err()).contains(message), ended.toString());
        get("/v1/leaderboards/a").statusCode(404);
    }

    @Test
    void exitCodes_areThoseOfTheOtherCommands() {
        play("apply-codes");
        assertEquals(2, apply("").code());
        assertEquals(2, apply("", "--export", "file").code());
        assertEquals(2, apply("", "--unknown").code());
        assertEquals(2, apply("", "-", "--reason").code());
        assertEquals(0, apply("", "--help").code());
        assertEquals(1, apply("", "no-such-file.yaml").code());
        assertEquals(
                3,
                CommandSources.apply("leaderboards: {}", "--url", "no url", "-").code());
        assertEquals(
                1,
                CommandSources.apply(
                                "leaderboards: {}",
                                "--url",
                                "http://localhost:" + RestAssured.port,
                                "--key",
                                "sk_wrong",
                                "-")
                        .code());
        Ended empty = apply("leaderboards:", "-");
        assertSummary(
                "0 to create, 0 to change, 0 unchanged, 0 impossible, 0 not in the file", empty.code(), empty.out());
    }
}
