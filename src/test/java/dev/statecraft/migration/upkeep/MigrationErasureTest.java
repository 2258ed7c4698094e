package dev.statecraft.migration.upkeep;

import static dev.statecraft.migration.Laboratory.BY;
import static dev.statecraft.migration.Laboratory.GAME;
import static dev.statecraft.migration.Laboratory.definition;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.leaderboard.score.NewScore;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.migration.JsonFixtures;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.DefinitionLimits;
import dev.statecraft.migration.definition.DefinitionReader;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.script.ScriptLeaseService;
import dev.statecraft.replication.command.Mutation;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.testing.TestDatabase;
import dev.statecraft.testing.fault.AwsOperation;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Erasure of players from backups, and rollbacks after it. */
class MigrationErasureTest {

    private static final String PLAYER = "erased-1";

    private final DynamoDbClient dynamo = TestDatabase.client();
    private final FaultyDynamo faults = new FaultyDynamo();
    private final Laboratory lab = new Laboratory(Map.of(), List.of(), faults);

    private void create(String id, String state, @Nullable String owner) {
        ObjectNode json = JsonFixtures.of(state);
        lab.realm.commits.commit(
                GAME,
                "arena",
                new Mutation(
                        id,
                        null,
                        "",
                        old -> new Mutation.Write("PLAYER_DATA", json, "0.0.0", owner, BY, null, List.of(), 0)));
    }

    private String stored() {
        StringBuilder all = new StringBuilder();
        dynamo.scanPaginator(scan -> scan.tableName(lab.realm.tables.migrations()))
                .items()
                .forEach(item -> {
                    all.append(item.get("pk")).append(item.get("sk"));
                    for (String packed : List.of("d", "t")) {
                        if (item.containsKey(packed)) {
                            all.append(PackedJson.stored(item.get(packed).b().asByteArray())
                                    .value());
                        }
                    }
                });
        return all.toString();
    }

    private long erase(MigrationErasureService erasure, String player) {
        String cursor = null;
        long erased = 0;
        do {
            var swept = erasure.erase(GAME, player, cursor);
            erased += swept.touched();
            cursor = swept.next();
        } while (cursor != null);
        return erased;
    }

    @Test
    void concurrentErasuresOfTwoPlayersRemoveBoth() {
        create("one", "{'playerId': 'ada-1'}", null);
        create("two", "{'playerId': 'eve-2'}", null);
        create("three", "{'playerId': 'stays'}", null);
        lab.register(definition(
                "1.1.0",
                "{'operations': [{'op': 'default', 'path': 'at', 'value': 1}]}",
                ", 'options': {'segments': 1}"));
        lab.apply(GAME);
        MigrationErasureService erasure =
                new MigrationErasureService(lab.runStore, lab.backupStore, lab.quarantine, lab.workStore);
        faults.beforeNext(Set.of(AwsOperation.PUT_ITEM), () -> assertEquals(1, erase(erasure, "eve-2")));
        assertEquals(1, erase(erasure, "ada-1"));
        assertTrue(faults.hasActed());
        assertFalse(stored().contains("ada-1"), this::stored);
        assertFalse(stored().contains("eve-2"), this::stored);
        assertTrue(stored().contains("stays"), this::stored);
    }

    @Test
    void backupsOfScriptsAndOfMetadataLoseThePlayer() {
        SemanticVersion script = SemanticVersion.of("1.0.0");
        lab.register(read("{'version': '1.0.0', 'description': 'd', 'script': true}"));
        lab.runs.apply(GAME, null, null, BY, 0);
        var attempt = (ScriptLeaseService.Attempt) lab.scriptLeases.lease(GAME, script, "server", null);
        lab.scriptAttempts.backup(
                GAME,
                script,
                attempt.lease(),
                0,
                JsonFixtures.of("{'" + PLAYER + "': {'secret': 1}, 'stays': {'coins': 2}}"));
        lab.scriptAttempts.complete(GAME, script, attempt.lease(), true, null, List.of());

        lab.leaderboards.create("arena", RankingType.SCORE, Order.DESCENDING, null, 1);
        for (String player : List.of(PLAYER, "stays")) {
            NewScore score = new NewScore(
                    player, BigDecimal.ONE, BigDecimal.ZERO, "{\"secret\":\"" + player + "\"}", null, null);
            lab.leaderboards.scores.submit(GAME, "arena", score, false);
        }
        lab.register(read("{'version': '1.1.0', 'description': 'd', 'target': {'leaderboardMetadata': 'arena'}, 'up':"
                + " {'operations': [{'op': 'default', 'path': 'at', 'value': 1}]}}"));
        lab.apply(GAME);
        assertTrue(stored().contains("{\"secret\":\"" + PLAYER + "\"}"), this::stored);

        MigrationErasureService erasure =
                new MigrationErasureService(lab.runStore, lab.backupStore, lab.quarantine, lab.workStore);
        assertEquals(2, erase(erasure, PLAYER));
        assertFalse(stored().contains(PLAYER), this::stored);
        assertTrue(stored().contains("{\"stays\":{\"coins\":2}}"), this::stored);
        lab.runs.rollBack(GAME, SemanticVersion.of("1.1.0"), Run.Mode.SMART, "r", BY, 20_000);
        assertEquals(MigrationStatus.ROLLED_BACK, lab.lastRun(GAME).status());
        assertNull(lab.lastRun(GAME).error());
    }

    private static Definition read(String json) {
        return ((DefinitionReader.Read) new DefinitionReader(DefinitionLimits.NONE).read(JsonFixtures.of(json)))
                .definition();
    }

    @Test
    void erasureAnonymizesBackupsAndRollbackRestoresOtherPlayers() {
        create("field", "{'playerId': '" + PLAYER + "', 'secret': 1}", null);
        create("owned", "{'secret': 2}", PLAYER);
        create(PLAYER, "{'secret': 3}", null);
        for (int i = 0; i < 30; i++) {
            create("other" + i, "{'coins': " + i + "}", "stays");
        }
        for (String version : List.of("1.1.0", "1.2.0")) {
            lab.register(definition(
                    version,
                    "{'operations': [{'op': 'default', 'path': 'at" + version.charAt(2) + "', 'value': 1}]}",
                    ", 'options': {'segments': 2, 'pageSize': 7}"));
            lab.apply(GAME);
            assertEquals(MigrationStatus.APPLIED, lab.lastRun(GAME).status());
        }
        MigrationErasureService erasure =
                new MigrationErasureService(lab.runStore, lab.backupStore, lab.quarantine, lab.workStore);
        assertEquals(6, erase(erasure, PLAYER));
        assertFalse(stored().contains(PLAYER), this::stored);
        assertFalse(stored().contains("secret"), this::stored);
        assertEquals(0, erasure.erase(GAME, PLAYER, null).touched());

        // The erasure of entities deletes them.
        for (String id : List.of("field", "owned", PLAYER)) {
            lab.realm.commits.commit(
                    GAME,
                    "arena",
                    new Mutation(
                            id,
                            null,
                            "",
                            old -> new Mutation.Write("PLAYER_DATA", null, "1.2.0", null, BY, null, List.of(), 1)));
        }
        for (String version : List.of("1.2.0", "1.1.0")) {
            lab.runs.rollBack(GAME, SemanticVersion.of(version), Run.Mode.SMART, "r", BY, 0);
            lab.drive(GAME);
            assertEquals(MigrationStatus.ROLLED_BACK, lab.lastRun(GAME).status());
            assertNull(lab.lastRun(GAME).error());
        }
        for (int i = 0; i < 30; i++) {
            assertEquals(
                    "{\"coins\":" + i + "}",
                    lab.read("arena", "other" + i).json().toString());
        }
    }
}
