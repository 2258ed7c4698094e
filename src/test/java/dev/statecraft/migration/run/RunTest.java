package dev.statecraft.migration.run;

import static dev.statecraft.migration.Laboratory.BY;
import static dev.statecraft.migration.Laboratory.GAME;
import static dev.statecraft.migration.Laboratory.definition;
import static dev.statecraft.migration.run.RunFixture.RENAME;
import static dev.statecraft.migration.run.RunFixture.assertState;
import static dev.statecraft.migration.run.RunFixture.assertSum;
import static dev.statecraft.migration.run.RunFixture.fill;
import static dev.statecraft.migration.run.RunFixture.lab;
import static dev.statecraft.migration.run.RunFixture.space;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.migration.JsonFixtures;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.execution.RunService;
import dev.statecraft.migration.execution.StartService;
import dev.statecraft.migration.registry.LedgerEntry;
import dev.statecraft.migration.registry.MigrationService;
import dev.statecraft.migration.registry.Registration;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Source;
import dev.statecraft.replication.entity.EntityService.NewEntity;
import dev.statecraft.replication.state.Entity;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs that apply migrations on DynamoDB Local with one worker at a time. */
class RunTest {

    @Test
    void allRecordsOfTheTypeAreMigratedExactlyOnce() {
        Laboratory lab = lab();
        fill(lab, 9);
        lab.realm.entities.create(
                GAME,
                "arena",
                new NewEntity("door", "DOOR", JsonFixtures.of("{'hp': 1}"), null),
                new Source("server", null),
                new IdempotencyKey(null, ""));
        lab.create("other-game", "arena", "n0", "{'hp': 1}");
        lab.register(definition("1.1.0", RENAME, ", 'options': {'segments': 3, 'pageSize': 2}"));
        lab.apply(GAME);

        for (int i = 0; i < 9; i++) {
            Entity entity = lab.read(space(i), "n" + i);
            assertState("{'health': " + i + ", 'coins': 1.5}", entity);
            assertEquals(2, entity.version());
            assertEquals("1.1.0", entity.schemaVersion());
            assertEquals("migration:" + lab.lastRun(GAME).id(), entity.by());
        }
        assertEquals(1, lab.read("arena", "door").version());
        assertEquals(1, lab.realm.reader.read("other-game", "arena", "n0").version());

        Run run = lab.lastRun(GAME);
        assertEquals(MigrationStatus.APPLIED, run.status());
        assertNull(run.error());
        assertSum(run);
        assertEquals(9, run.total());
        Registration migration = lab.migration(GAME, "1.1.0");
        assertEquals(MigrationStatus.APPLIED, migration.status());
        assertTrue(migration.hasRollbackData());
        assertEquals("1.1.0", lab.migrations.list(GAME).currentVersion().toString());
        assertEquals(
                List.of(LedgerEntry.Action.APPLIED, LedgerEntry.Action.STARTED, LedgerEntry.Action.REGISTERED),
                lab.migrations.history(GAME).stream().map(LedgerEntry::action).toList());

        lab.create("arena", "late", "{'health': 3}");
        assertEquals("1.1.0", lab.read("arena", "late").schemaVersion());
        assertEquals("0.0.0", lab.realm.types.schemaVersion(GAME, "DOOR"));
    }

    @Test
    void secondApplyChangesNothing() {
        Laboratory lab = lab();
        fill(lab, 3);
        lab.register(definition("1.1.0", RENAME, ""));
        lab.apply(GAME);
        long ledger = lab.migrations.list(GAME).ledgerEntries();
        RunService.Answer again =
                assertInstanceOf(RunService.Answer.class, lab.runs.apply(GAME, null, null, BY, 5_000));
        assertEquals(new RunService.Answer(0, List.of(), 0, List.of()), again);
        StartService.AlreadyDone forced = assertInstanceOf(
                StartService.AlreadyDone.class, lab.runs.force(GAME, SemanticVersion.of("1.1.0"), "again", BY, 5_000));
        assertEquals(lab.lastRun(GAME).id(), forced.registration().application().run());
        assertEquals(ledger, lab.migrations.list(GAME).ledgerEntries());
        assertEquals(2, lab.read("arena", "n0").version());
    }

    @Test
    void pendingMigrationsAreAppliedInVersionOrder() {
        Laboratory lab = lab();
        fill(lab, 4);
        lab.register(definition("1.10.0", "{'operations': [{'op': 'increment', 'path': 'level', 'by': 1}]}", ""));
        lab.register(definition("1.9.0", "{'operations': [{'op': 'rename', 'from': 'hp', 'path': 'level'}]}", ""));
        lab.register(definition("2.0.0", "{'expression': 'merge(state, {\\\"rank\\\": state.level * 10})'}", ""));
        RunService.Answer answer = assertInstanceOf(
                RunService.Answer.class, lab.runs.apply(GAME, SemanticVersion.of("1.10.0"), "soft launch", BY, 20_000));
        assertEquals(2, answer.applied(), answer.toString());
        assertEquals(2, answer.totalPending());
        assertState("{'level': 3, 'coins': 1.5}", lab.read("arena", "n2"));
        assertEquals(MigrationStatus.PENDING, lab.migration(GAME, "2.0.0").status());
        lab.apply(GAME);
        assertState("{'level': 3, 'coins': 1.5, 'rank': 30}", lab.read("arena", "n2"));
        assertEquals(
                List.of("1.9.0", "1.10.0", "2.0.0"),
                lab.definitions.chain(GAME, "PLAYER_DATA").steps().stream()
                        .map(step -> step.version().toString())
                        .toList());
        assertEquals("soft launch", lab.migrations.history(GAME).get(4).reason());
    }

    @Test
    void violatedRuleRollsTheRunBack() {
        Laboratory lab = lab();
        fill(lab, 12);
        lab.register(definition(
                "1.1.0",
                RENAME,
                ", 'validation': [{'expression': 'state.health != 11', 'message': 'Eleven is not allowed.'}],"
                        + " 'options': {'pageSize': 2}"));
        lab.apply(GAME);
        for (int i = 0; i < 12; i++) {
            Entity entity = lab.read(space(i), "n" + i);
            assertState("{'hp': " + i + ", 'coins': 1.50}", entity);
            assertEquals("0.0.0", entity.schemaVersion());
        }
        Run run = lab.lastRun(GAME);
        assertEquals(MigrationStatus.ROLLED_BACK, run.status());
        assertTrue(String.valueOf(run.error()).contains("Eleven is not allowed."), run.toString());
        assertSum(run);
        assertEquals(3, run.outcome() == null ? 0 : run.outcome().attempts());
        assertEquals(MigrationStatus.ROLLED_BACK, lab.migration(GAME, "1.1.0").status());
        assertFalse(lab.migration(GAME, "1.1.0").hasRollbackData());
        assertEquals("0.0.0", lab.realm.types.schemaVersion(GAME, "PLAYER_DATA"));
        assertEquals("n11", lab.quarantine.list(GAME, run.id(), 10).get(0).id());
        assertEquals(
                List.of(LedgerEntry.Action.ROLLED_BACK, LedgerEntry.Action.STARTED, LedgerEntry.Action.REGISTERED),
                lab.migrations.history(GAME).stream().map(LedgerEntry::action).toList());
        RunService.Answer again =
                assertInstanceOf(RunService.Answer.class, lab.runs.apply(GAME, null, null, BY, 20_000));
        assertEquals(0, again.applied());
        assertEquals("1.1.0", again.failed().get(0).version());
    }

    @Test
    void recordsThatBreakTheRulesOfTheTypeAreQuarantined() {
        Laboratory lab = lab("validation-enabled", "false");
        fill(lab, 10);
        lab.rules("{'/health': {'max': 8}}", "{'required': ['health'], 'properties': {'health': {'minimum': 1}}}");
        lab.register(definition("1.1.0", RENAME, ", 'options': {'failureThreshold': {'count': 2}, 'pageSize': 3}"));
        lab.apply(GAME);
        Run run = lab.lastRun(GAME);
        assertEquals(MigrationStatus.APPLIED, run.status(), String.valueOf(run.error()));
        assertSum(run);
        assertEquals(
                List.of("n0", "n9"),
                lab.quarantine.list(GAME, run.id(), 10).stream()
                        .map(Quarantined::id)
                        .sorted()
                        .toList());
        assertEquals(3, lab.quarantine.list(GAME, run.id(), 10).get(0).attempts());
        // A read upgrades the quarantined record in memory, although its new state breaks the rules.
        assertState("{'health': 9, 'coins': 1.5}", lab.read(space(9), "n9"));
        assertEquals(1, lab.read(space(9), "n9").version());
    }

    @Test
    void failingCanaryLeavesOtherRecordsUnchanged() {
        Laboratory lab = lab("canary-percent", "10");
        fill(lab, 20);
        lab.register(definition(
                "1.1.0",
                RENAME,
                ", 'validation': [{'expression': 'false', 'message': 'Never.'}], 'options': {'segments': 4}"));
        lab.apply(GAME);
        Progress outcome = lab.lastRun(GAME).outcome();
        assertNotNull(outcome);
        assertEquals(0, outcome.main().done());
        assertTrue(outcome.main().failed() <= 2, outcome.toString());
    }

    @Test
    void failuresWithinTheThresholdAreQuarantined() {
        Laboratory lab = lab();
        fill(lab, 10);
        lab.register(definition(
                "1.1.0",
                RENAME,
                ", 'validation': [{'expression': 'state.health < 8', 'message': 'Too healthy.'}],"
                        + " 'options': {'failureThreshold': {'count': 2}, 'pageSize': 3}"));
        lab.apply(GAME);
        Run run = lab.lastRun(GAME);
        assertEquals(MigrationStatus.APPLIED, run.status(), String.valueOf(run.error()));
        assertSum(run);
        assertEquals(
                new RunCounts(8, 8, 0, 2),
                run.outcome() == null ? null : run.outcome().main());
        assertState("{'hp': 9, 'coins': 1.5}", lab.read(space(9), "n9"));
        assertEquals(1, lab.read(space(9), "n9").version());
        assertEquals(2, lab.quarantine.list(GAME, run.id(), 10).size());
    }

    @Test
    void violatedInvariantRollsTheRunBack() {
        Laboratory lab = lab();
        fill(lab, 6);
        lab.register(definition(
                "1.1.0",
                "{'expression': 'merge(state, {\\\"coins\\\": state.hp == 5 ? 0 : state.coins})'}",
                ", 'invariants': [{'expression': 'state.coins'}, {'expression': 'state.hp'}]"));
        lab.apply(GAME);
        Run run = lab.lastRun(GAME);
        assertEquals(MigrationStatus.ROLLED_BACK, run.status());
        assertTrue(String.valueOf(run.error()).contains("The sum of state.coins was 9"), run.toString());
        assertState("{'hp': 5, 'coins': 1.5}", lab.read(space(5), "n5"));

        Laboratory tolerant = lab("validation-enabled", "false");
        fill(tolerant, 6);
        tolerant.register(definition(
                "1.1.0",
                "{'expression': 'merge(state, {\\\"coins\\\": state.hp == 5 ? 0 : state.coins})'}",
                ", 'invariants': [{'expression': 'state.coins'}]"));
        tolerant.apply(GAME);
        assertEquals(MigrationStatus.APPLIED, tolerant.lastRun(GAME).status());
    }

    @Test
    void outOfOrderMigrationIsAppliedOnceToEveryRecord() {
        Laboratory lab = lab();
        fill(lab, 3);
        lab.register(definition("2.0.0", RENAME, ""));
        lab.apply(GAME);
        Definition early = definition("1.5.0", "{'operations': [{'op': 'increment', 'path': 'coins', 'by': 1}]}", "");
        assertInstanceOf(MigrationService.New.class, lab.migrations.register(GAME, early, true, BY));
        lab.apply(GAME);
        assertEquals(MigrationStatus.APPLIED, lab.migration(GAME, "1.5.0").status());
        assertState("{'health': 2, 'coins': 2.5}", lab.read("arena", "n2"));
        assertEquals("1.5.0", lab.read("arena", "n2").schemaVersion());
        assertEquals("2.0.0", lab.migrations.list(GAME).currentVersion().toString());
        assertEquals("1.5.0", lab.realm.types.schemaVersion(GAME, "PLAYER_DATA"));
        lab.runs.rollBack(GAME, SemanticVersion.of("1.5.0"), Run.Mode.SMART, "r", BY, 20_000);
        assertState("{'health': 2, 'coins': 1.5}", lab.read("arena", "n2"));
        assertEquals("2.0.0", lab.read("arena", "n2").schemaVersion());
    }
}
