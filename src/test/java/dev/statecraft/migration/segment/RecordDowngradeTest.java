package dev.statecraft.migration.segment;

import static dev.statecraft.migration.Laboratory.definition;
import static dev.statecraft.migration.expression.ExpressionTest.BOUNDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.JsonFixtures;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.run.Run.Mode;
import dev.statecraft.migration.segment.RecordDowngrade.Downgraded;
import dev.statecraft.migration.segment.RecordDowngrade.Failed;
import dev.statecraft.migration.segment.RecordDowngrade.NeedsGameServer;
import dev.statecraft.migration.segment.RecordDowngrade.Unaffected;
import dev.statecraft.migration.segment.RecordDowngrade.WrittenSince;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntitySession;
import dev.statecraft.replication.state.PackedJson;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordDowngradeTest {

    private static final Definition HEALTH =
            definition("1.1.0", "{'operations': [{'op': 'rename', 'from': 'hp', 'path': 'health'}]}", "");
    private static final ObjectNode OLD = JsonFixtures.of("{'hp': 1}");
    private static final BackupRecord KEPT = new BackupRecord("e", 2, "1.0.0", OLD);

    private static Entity entity(String schema, long version, String state) {
        return new Entity(
                "s",
                "e",
                "PLAYER_DATA",
                version,
                PackedJson.of(JsonFixtures.of(state), PackedJson.NEVER),
                schema,
                null,
                0,
                "p",
                null,
                null,
                1,
                1,
                1,
                EntitySession.NONE,
                List.of());
    }

    private static RecordDowngrade downgrade(Definition definition, Mode mode) {
        return new RecordDowngrade(definition, "0.9.0", mode, BOUNDS);
    }

    @Test
    void untouchedRecordIsRestoredFromItsBackup() {
        assertEquals(
                new Downgraded(OLD, "1.0.0"),
                downgrade(HEALTH, Mode.SMART).restored(entity("1.1.0", 3, "{'health': 1}"), KEPT));
    }

    @Test
    void recordOfAnotherSchemaIsUnaffected() {
        Entity other = entity("1.0.0", 3, "{'hp': 1}");
        assertEquals(new Unaffected(), downgrade(HEALTH, Mode.EXACT).restored(other, KEPT));
        assertEquals(new Unaffected(), downgrade(HEALTH, Mode.EXACT).downgraded(other));
    }

    @Test
    void recordThatWasWrittenSinceIsRestoredInModeExactOnly() {
        Entity written = entity("1.1.0", 4, "{'health': 2}");
        assertEquals(new WrittenSince(), downgrade(HEALTH, Mode.SMART).restored(written, KEPT));
        assertEquals(new Downgraded(OLD, "1.0.0"), downgrade(HEALTH, Mode.EXACT).restored(written, KEPT));
        assertEquals(
                new Downgraded(JsonFixtures.of("{'hp': 2}"), "0.9.0"),
                downgrade(HEALTH, Mode.SMART).downgraded(written));
    }

    @Test
    void backupTellsWhichEmptyObjectsWereThereBeforeTheMigration() {
        Definition wallet =
                definition("1.1.0", "{'operations': [{'op': 'rename', 'from': 'coins', 'path': '/wallet/coins'}]}", "");
        Entity written = entity("1.1.0", 4, "{'wallet': {'coins': 2}}");
        for (String before : List.of("{'coins': 1}", "{'coins': 1, 'wallet': {}}")) {
            ObjectNode expected = JsonFixtures.of(before).put("coins", 2);
            assertEquals(
                    new Downgraded(expected, "0.9.0"),
                    downgrade(wallet, Mode.SMART)
                            .restored(written, new BackupRecord("e", 2, "0.9.0", JsonFixtures.of(before))));
        }
        assertEquals(
                new Downgraded(JsonFixtures.of("{'coins': 2}"), "0.9.0"),
                downgrade(wallet, Mode.SMART).downgraded(written));
    }

    @Test
    void migrationsWithoutDownFailOrNeedAGameServer() {
        Entity written = entity("1.1.0", 4, "{'health': 2}");
        assertInstanceOf(
                Failed.class,
                downgrade(definition("1.1.0", "{'expression': 'state'}", ""), Mode.SMART)
                        .downgraded(written));
        assertEquals(
                new NeedsGameServer(),
                downgrade(definition("1.1.0", "{'worker': true}", ", 'down': {'worker': true}"), Mode.SMART)
                        .downgraded(written));
        assertInstanceOf(
                Failed.class,
                downgrade(
                                definition(
                                        "1.1.0",
                                        "{'expression': 'state'}",
                                        ", 'down': {'expression': 'state.missing'}"),
                                Mode.SMART)
                        .downgraded(written));
    }
}
