package dev.statecraft.migration.run;

import static dev.statecraft.migration.Laboratory.BY;
import static dev.statecraft.migration.Laboratory.GAME;
import static dev.statecraft.migration.Laboratory.definition;
import static dev.statecraft.migration.run.RunFixture.RENAME;
import static dev.statecraft.migration.run.RunFixture.assertState;
import static dev.statecraft.migration.run.RunFixture.assertSum;
import static dev.statecraft.migration.run.RunFixture.fill;
import static dev.statecraft.migration.run.RunFixture.lab;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.execution.RunService;
import dev.statecraft.migration.execution.StartService;
import dev.statecraft.migration.registry.LedgerEntry;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.Command;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Source;
import dev.statecraft.testing.OnDynamoDbLocal;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Rollbacks of migrations and retention of their backups, on DynamoDB Local. */
@OnDynamoDbLocal
class RunRollbackTest {

    private static final String LOSSY = "{'operations': [{'op': 'remove', 'path': 'hp', 'lossy': true}]}";

    @Test
    void failedRunWithoutAutomaticRollbackCanBeRolledBackOnRequest() {
        Laboratory lab = lab("rollback-on-failure", "false");
        fill(lab, 8);
        lab.register(definition(
                "1.1.0",
                RENAME,
                ", 'validation': [{'expression': 'state.health != 7', 'message': 'Seven.'}],"
                        + " 'options': {'pageSize': 1, 'canaryPercent': 0}"));
        lab.apply(GAME);
        assertEquals(MigrationStatus.FAILED, lab.migration(GAME, "1.1.0").status());
        // In the same space as the failing record and before it, so it is migrated in any order of the segments.
        assertState("{'health': 1, 'coins': 1.5}", lab.read("global", "n1"));
        StartService.Result result =
                lab.runs.rollBack(GAME, SemanticVersion.of("1.1.0"), Run.Mode.SMART, "it failed", BY, 20_000);
        assertInstanceOf(StartService.Started.class, result);
        assertEquals(MigrationStatus.ROLLED_BACK, lab.lastRun(GAME).status());
        assertState("{'hp': 1, 'coins': 1.50}", lab.read("global", "n1"));
        assertSum(lab.lastRun(GAME));
    }

    @Test
    void rollbackRestoresUnchangedRecordsAndDowngradesChangedOnes() {
        Laboratory lab = lab();
        fill(lab, 6);
        String before = lab.read("arena", "n2").json().toString();
        lab.register(definition("1.1.0", RENAME, ""));
        lab.apply(GAME);
        lab.update(GAME, "arena", "n0", "{'increment': {'coins': 10}}");
        lab.create("arena", "late", "{'health': 77}");
        lab.realm.entities.delete(
                GAME,
                "arena",
                "n4",
                new Command.Delete(null, null, new Source("server", null)),
                new IdempotencyKey(null, ""));
        lab.runs.rollBack(GAME, SemanticVersion.of("1.1.0"), Run.Mode.SMART, "second thoughts", BY, 20_000);

        Run run = lab.lastRun(GAME);
        assertEquals(MigrationStatus.ROLLED_BACK, run.status());
        assertSum(run);
        assertEquals(6, run.total());
        assertEquals(before, lab.read("arena", "n2").json().toString());
        assertEquals("0.0.0", lab.read("arena", "n2").schemaVersion());
        assertState("{'hp': 0, 'coins': 11.5}", lab.read("arena", "n0"));
        assertState("{'hp': 77}", lab.read("arena", "late"));
        assertTrue(lab.read("arena", "n4").deleted());
        assertEquals("0.0.0", lab.migrations.list(GAME).currentVersion().toString());
        assertEquals("0.0.0", lab.realm.types.schemaVersion(GAME, "PLAYER_DATA"));
        LedgerEntry started = lab.migrations.history(GAME).get(1);
        assertEquals(LedgerEntry.Action.ROLLBACK_STARTED, started.action());
        assertEquals("second thoughts", started.reason());
        // A migration that was rolled back on request is not applied together with the pending ones.
        assertEquals(new RunService.Answer(0, List.of(), 0, List.of()), lab.runs.apply(GAME, null, null, BY, 1_000));
        assertInstanceOf(
                StartService.Started.class,
                lab.runs.force(GAME, SemanticVersion.of("1.1.0"), "third thoughts", BY, 20_000));
        assertState("{'health': 77}", lab.read("arena", "late"));
        assertEquals(
                LedgerEntry.Action.FORCED, lab.migrations.history(GAME).get(1).action());
    }

    @Test
    void rollbackRemovesTheObjectsThatTheMigrationCreatedAndNoOthers() {
        Laboratory lab = lab();
        lab.create("arena", "missing", "{'coins': 1}");
        lab.create("arena", "empty", "{'coins': 1, 'wallet': {}}");
        lab.create("arena", "untouched", "{'coins': 1}");
        lab.register(definition(
                "1.1.0", "{'operations': [{'op': 'rename', 'from': 'coins', 'path': '/wallet/coins'}]}", ""));
        lab.apply(GAME);
        for (String id : List.of("missing", "empty", "untouched")) {
            assertState("{'wallet': {'coins': 1}}", lab.read("arena", id));
        }
        lab.create("arena", "late", "{'wallet': {'coins': 7}}");
        for (String id : List.of("missing", "empty", "late")) {
            lab.update(GAME, "arena", id, "{'increment': {'/wallet/coins': 10}}");
        }
        lab.runs.rollBack(GAME, SemanticVersion.of("1.1.0"), Run.Mode.SMART, "second thoughts", BY, 20_000);
        assertEquals(MigrationStatus.ROLLED_BACK, lab.lastRun(GAME).status());
        assertSum(lab.lastRun(GAME));
        assertState("{'coins': 11}", lab.read("arena", "missing"));
        assertState("{'coins': 11, 'wallet': {}}", lab.read("arena", "empty"));
        assertState("{'coins': 1}", lab.read("arena", "untouched"));
        assertState("{'coins': 17}", lab.read("arena", "late"));
    }

    @Test
    void smartRollbackQuarantinesRecordsWithoutDownAndExactRollbackRestoresThem() {
        Laboratory lab = lab();
        fill(lab, 4);
        lab.register(definition("1.1.0", "{'expression': '{\\\"coins\\\": state.coins}'}", ""));
        lab.apply(GAME);
        lab.update(GAME, "arena", "n0", "{'increment': {'coins': 10}}");
        lab.runs.rollBack(GAME, SemanticVersion.of("1.1.0"), Run.Mode.SMART, "r", BY, 20_000);
        assertState("{'coins': 11.5}", lab.read("arena", "n0"));
        assertEquals("1.1.0", lab.read("arena", "n0").schemaVersion());
        assertState("{'hp': 2, 'coins': 1.5}", lab.read("arena", "n2"));
        Run run = lab.lastRun(GAME);
        assertEquals(MigrationStatus.ROLLED_BACK, run.status());
        assertEquals(
                new RunCounts(3, 3, 0, 1),
                run.outcome() == null ? null : run.outcome().main());
        assertEquals("n0", lab.quarantine.list(GAME, run.id(), 5).get(0).id());

        Laboratory exact = lab();
        fill(exact, 4);
        exact.register(definition("1.1.0", LOSSY, ""));
        exact.apply(GAME);
        exact.update(GAME, "arena", "n0", "{'increment': {'coins': 10}}");
        exact.runs.rollBack(GAME, SemanticVersion.of("1.1.0"), Run.Mode.EXACT, "r", BY, 20_000);
        assertState("{'hp': 0, 'coins': 1.5}", exact.read("arena", "n0"));
        // The backup of the rollback contains the overwritten states.
        Run back = exact.lastRun(GAME);
        assertTrue(back.keepsBackup());
    }

    /** The first rollback leaves one record, so its backup is a source of the second one, too. */
    @Test
    void exactRollbackRestoresTheNewestOfSeveralBackups() {
        Laboratory lab = lab();
        fill(lab, 4);
        lab.register(definition("1.1.0", "{'expression': '{\\\"coins\\\": state.coins}'}", ""));
        lab.apply(GAME);
        lab.update(GAME, "arena", "n0", "{'increment': {'coins': 10}}");
        lab.runs.rollBack(GAME, SemanticVersion.of("1.1.0"), Run.Mode.SMART, "r", BY, 20_000);
        lab.update(GAME, "arena", "n2", "{'increment': {'coins': 10}}");
        lab.runs.force(GAME, SemanticVersion.of("1.1.0"), "again", BY, 20_000);
        lab.update(GAME, "arena", "n2", "{'increment': {'coins': 100}}");
        assertState("{'coins': 111.5}", lab.read("arena", "n2"));
        lab.runs.rollBack(GAME, SemanticVersion.of("1.1.0"), Run.Mode.EXACT, "r", BY, 20_000);
        assertEquals(2, lab.lastRun(GAME).sources().size());
        assertState("{'hp': 0, 'coins': 1.5}", lab.read("arena", "n0"));
        assertState("{'hp': 2, 'coins': 11.5}", lab.read("arena", "n2"));
    }

    @Test
    void impossibleRollbacksAreRejected() {
        Laboratory lab = lab("backup-before-migration", "false");
        fill(lab, 2);
        lab.register(definition("1.1.0", "{'expression': 'state'}", ""));
        lab.register(definition("1.2.0", RENAME, ""));
        SemanticVersion first = SemanticVersion.of("1.1.0");
        assertInstanceOf(
                StartService.Unknown.class,
                lab.runs.rollBack(GAME, SemanticVersion.of("9.0.0"), Run.Mode.SMART, "r", BY, 0));
        assertInstanceOf(StartService.NotApplied.class, lab.runs.rollBack(GAME, first, Run.Mode.SMART, "r", BY, 0));
        lab.apply(GAME);
        StartService.Covered covered = assertInstanceOf(
                StartService.Covered.class, lab.runs.rollBack(GAME, first, Run.Mode.SMART, "r", BY, 0));
        assertEquals("1.2.0", covered.by().toString());
        assertFalse(lab.migration(GAME, "1.2.0").hasRollbackData());
        lab.runs.rollBack(GAME, SemanticVersion.of("1.2.0"), Run.Mode.SMART, "r", BY, 20_000);
        assertState("{'hp': 0, 'coins': 1.5}", lab.read("arena", "n0"));
        assertInstanceOf(StartService.NotReversible.class, lab.runs.rollBack(GAME, first, Run.Mode.SMART, "r", BY, 0));
    }

    @Test
    void expiredBackupsAreDeletedExceptThoseOfTheLastAppliedMigration() {
        Realm realm = new Realm(Map.of("type-cache", "0s"), new ExecutionInterceptor() {}, Clock.systemUTC());
        Laboratory lab = new Laboratory(realm, Map.of(), List.of(), new ExecutionInterceptor() {});
        fill(lab, 3);
        lab.register(definition("1.1.0", RENAME, ""));
        lab.register(definition("1.2.0", "{'operations': [{'op': 'increment', 'path': 'coins', 'by': 1}]}", ""));
        lab.apply(GAME);
        assertEquals(0, lab.backups.clean(GAME, () -> true));
        Laboratory later = new Laboratory(
                realm,
                Map.of(),
                List.of(),
                new ExecutionInterceptor() {},
                Clock.offset(Clock.systemUTC(), Duration.ofDays(31)));
        assertEquals(1, later.backups.clean(GAME, () -> true));
        assertEquals(0, later.backups.clean(GAME, () -> true));
        assertFalse(lab.migration(GAME, "1.1.0").hasRollbackData());
        assertTrue(lab.migration(GAME, "1.2.0").hasRollbackData());
        assertEquals(
                LedgerEntry.Action.BACKUP_REMOVED,
                lab.migrations.history(GAME).get(0).action());
        lab.runs.rollBack(GAME, SemanticVersion.of("1.2.0"), Run.Mode.SMART, "r", BY, 20_000);
        lab.runs.rollBack(GAME, SemanticVersion.of("1.1.0"), Run.Mode.SMART, "r", BY, 20_000);
        assertState("{'hp': 2, 'coins': 1.5}", lab.read("arena", "n2"));
    }
}
