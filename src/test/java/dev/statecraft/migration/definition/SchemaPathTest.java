package dev.statecraft.migration.definition;

import static dev.statecraft.migration.Laboratory.GAME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.migration.JsonFixtures;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.execution.StepService;
import dev.statecraft.migration.registry.SchemaPathService;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntitySession;
import dev.statecraft.replication.state.PackedJson;
import dev.statecraft.replication.state.Schemas.ConvertedState;
import dev.statecraft.replication.state.Schemas.NoDowngrade;
import dev.statecraft.replication.state.Schemas.NoVersion;
import dev.statecraft.runtime.Ticker;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** What leads a state from schema version to schema version while it is read (M2: old or new, never mixed). */
class SchemaPathTest {

    private static final String TYPE = "PLAYER_DATA";

    private final Laboratory lab =
            new Laboratory(Map.of("schema-cache", "0s"), List.of(), new ExecutionInterceptor() {});
    private final SchemaPathService line =
            new SchemaPathService(lab.store, lab.definitions, lab.config, Ticker.system());

    private void apply(String version, String up, String more) {
        lab.register(Laboratory.definition(version, up, more));
        lab.apply(GAME);
        assertEquals(
                MigrationStatus.APPLIED,
                lab.lastRun(GAME).status(),
                String.valueOf(lab.lastRun(GAME).error()));
    }

    private static String rename(String from, String to) {
        return "{'operations': [{'op': 'rename', 'from': '" + from + "', 'path': '" + to + "'}]}";
    }

    @Test
    void missingParentsAreCreatedWhileARecordIsReadAndRemovedForAnOlderServer() {
        apply("1.0.0", rename("coins", "/wallet/coins"), "");
        ConvertedState up = line.up(GAME, entity("0.0.0", "{'coins': 5}"), "1.0.0");
        assertEquals(JsonFixtures.of("{'wallet': {'coins': 5}}"), up.state());
        assertEquals(
                new ConvertedState("0.0.0", JsonFixtures.of("{'coins': 5}")),
                line.down(GAME, entity("1.0.0", "{'wallet': {'coins': 5}}"), "0.0.0"));
        assertEquals(
                new ConvertedState("0.0.0", JsonFixtures.of("{'coins': 5, 'wallet': {'gems': 1}}")),
                line.down(GAME, entity("1.0.0", "{'wallet': {'coins': 5, 'gems': 1}}"), "0.0.0"));
    }

    @Test
    void aRecordThatTheRunHasNotReachedIsShownUpgradedAndWrittenByTheRun() {
        lab.create("arena", "p1", "{'coins': 5}");
        lab.register(Laboratory.definition("1.0.0", rename("coins", "gold"), ", 'options': {'canaryPercent': 0}"));
        lab.runs.apply(GAME, null, null, "tester", 0);
        StepService.Next next = lab.steps.advance(GAME, () -> 60_000);
        assertEquals("{\"coins\":5}", lab.read("arena", "p1").json().toString(), "nothing is decided yet");
        next.segments().forEach(segment -> lab.work(GAME, String.valueOf(next.run()), segment));
        lab.create("arena", "late", "{'coins': 7}");
        lab.steps.advance(GAME, () -> 60_000);
        assertEquals(Run.Phase.VALIDATING, lab.lastRun(GAME).phase());
        Entity late = lab.read("arena", "late");
        assertEquals("{\"gold\":7}", late.json().toString());
        assertEquals("1.0.0", late.schemaVersion());
        assertEquals(1, late.version());
        lab.drive(GAME);
        assertEquals(MigrationStatus.APPLIED, lab.lastRun(GAME).status());
        Entity written = lab.read("arena", "late");
        assertEquals("{\"gold\":7}", written.json().toString());
        assertEquals(2, written.version());
    }

    @Test
    void statesGoThroughAllMigrationsOfTheirTypeUpAndDown() {
        apply("1.0.0", rename("coins", "gold"), "");
        apply("2.0.0", "{'operations': [{'op': 'increment', 'path': 'gold', 'by': 10}]}", "");
        ConvertedState up = line.up(GAME, entity("0.0.0", "{'coins': 5}"), "2.0.0");
        assertEquals(new ConvertedState("2.0.0", JsonFixtures.of("{'gold': 15}")).toString(), up.toString());
        assertEquals("1.0.0", down("2.0.0", "1.0.0").version());
        assertEquals("{\"gold\":5}", down("2.0.0", "1.0.0").state().toString());
        assertEquals("{\"gold\":5}", down("2.0.0", "1.7.3").state().toString());
        assertEquals("{\"coins\":5}", down("2.0.0", "0.9.0").state().toString());
        assertEquals("0.0.0", down("2.0.0", "0.9.0").version());
        assertEquals("{\"gold\":15}", down("2.0.0", "3.0.0").state().toString());
        assertInstanceOf(NoVersion.class, line.down(GAME, entity("2.0.0", "{}"), "latest"));
        assertInstanceOf(NoDowngrade.class, line.down(GAME, entity("1.5.0", "{}"), "1.0.0"));
    }

    private static Entity entity(String schema, String state) {
        PackedJson packed = PackedJson.of(JsonFixtures.of(state), PackedJson.NEVER);
        return new Entity(
                "global",
                "ada",
                TYPE,
                1,
                packed,
                schema,
                null,
                0,
                "test",
                null,
                null,
                1,
                1,
                1,
                EntitySession.NONE,
                List.of());
    }

    private ConvertedState down(String from, String to) {
        return assertInstanceOf(ConvertedState.class, line.down(GAME, entity(from, "{'gold': 15}"), to));
    }

    @Test
    void failedOrInvalidStateIsNotUpgraded() {
        apply("1.0.0", rename("coins", "gold"), "");
        apply(
                "2.0.0",
                "{'operations': [{'op': 'increment', 'path': 'gold', 'by': 1}]}",
                ", 'validation': [{'expression': 'state.gold < 10', 'message': 'too rich'}]");
        ConvertedState broken = line.up(GAME, entity("0.0.0", "{'coins': 9}"), "2.0.0");
        assertEquals("1.0.0", broken.version());
        assertEquals("{\"gold\":9}", broken.state().toString());
        ConvertedState failing = line.up(GAME, entity("1.0.0", "{'gold': 'many'}"), "2.0.0");
        assertEquals("1.0.0", failing.version());
    }

    @Test
    void aMigrationWithoutAWayDownSaysSo() {
        apply("1.0.0", "{'expression': 'state'}", "");
        NoDowngrade none =
                assertInstanceOf(NoDowngrade.class, line.down(GAME, entity("1.0.0", "{'gold': 1}"), "0.1.0"));
        assertTrue(none.reason().contains("1.0.0"), none.reason());
    }

    @Test
    void adoptedMigrationIsNotAppliedToReads() {
        lab.register(Laboratory.definition("1.0.0", rename("coins", "gold"), ""));
        lab.migrations.baseline(GAME, SemanticVersion.of("1.0.0"), null, "tester");
        lab.create("arena", "p1", "{'coins': 5}");
        apply("2.0.0", "{'operations': [{'op': 'default', 'path': 'gems', 'value': 0}]}", "");
        assertEquals("{\"coins\":5,\"gems\":0}", lab.read("arena", "p1").json().toString());
    }
}
