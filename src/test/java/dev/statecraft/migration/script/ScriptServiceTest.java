package dev.statecraft.migration.script;

import static dev.statecraft.migration.Laboratory.GAME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.statecraft.migration.JsonFixtures;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.execution.RunService;
import dev.statecraft.migration.execution.StartService;
import dev.statecraft.migration.registry.LedgerEntry;
import dev.statecraft.migration.registry.Plan;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.Run.Direction;
import dev.statecraft.migration.run.RunCounts;
import dev.statecraft.migration.script.ScriptAttemptService.GoesBack;
import dev.statecraft.migration.script.ScriptAttemptService.Kept;
import dev.statecraft.migration.script.ScriptAttemptService.Lost;
import dev.statecraft.migration.script.ScriptAttemptService.RuleResult;
import dev.statecraft.migration.script.ScriptLeaseService.Attempt;
import dev.statecraft.migration.script.ScriptLeaseService.Nothing;
import dev.statecraft.migration.script.ScriptLeaseService.Wait;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Migrations that one game server at a time performs as a whole. */
class ScriptServiceTest {

    private final Laboratory lab = new Laboratory();
    private final ScriptServer server = new ScriptServer(lab, "one");
    private final ScriptServer second = new ScriptServer(lab, "two");

    private static JsonNode text(String value) {
        return JsonNodeFactory.instance.textNode(value);
    }

    private void rollBack() {
        assertInstanceOf(
                StartService.Started.class,
                lab.runs.rollBack(GAME, ScriptServer.VERSION, Run.Mode.SMART, "oops", "tester", 0));
    }

    private List<LedgerEntry.Action> ledger() {
        return lab.migrations.history(GAME).stream().map(LedgerEntry::action).toList();
    }

    @Test
    void scriptIsAppliedAndItsRollbackIsGivenTheBackup() {
        server.start();
        lab.drive(GAME);
        assertEquals(MigrationStatus.RUNNING, lab.migration(GAME, "1.0.0").status());
        Attempt attempt = server.attempt();
        assertEquals(1, attempt.attempt());
        assertEquals(Direction.UP, attempt.direction());
        assertEquals(ScriptBackupService.Given.NONE, attempt.backup());
        JsonNode before = JsonFixtures.of("{'boards': ['a', 'b']}");
        assertEquals(new Kept(1, before.toString().length(), true), server.backup(attempt, 0, before));
        assertEquals(
                MigrationStatus.APPLIED,
                server.completed(attempt, true, "done", new RuleResult(true, "all there"))
                        .status());
        assertEquals(new Nothing(MigrationStatus.APPLIED), second.lease());
        Run run = lab.lastRun(GAME);
        assertEquals(
                new RunCounts(1, 1, 0, 0), Objects.requireNonNull(run.outcome()).main());
        assertEquals("1.0.0", lab.migrations.list(GAME).currentVersion().toString());
        assertTrue(lab.migration(GAME, "1.0.0").hasRollbackData());

        rollBack();
        lab.drive(GAME);
        assertEquals(MigrationStatus.ROLLING_BACK, lab.migration(GAME, "1.0.0").status());
        Attempt down = second.attempt();
        assertEquals(Direction.DOWN, down.direction());
        assertEquals(before, down.backup().value());
        assertInstanceOf(GoesBack.class, second.backup(down, 0, before));
        assertEquals(
                MigrationStatus.ROLLED_BACK, second.completed(down, true, "").status());
        assertEquals("0.0.0", lab.migrations.list(GAME).currentVersion().toString());
        assertFalse(lab.migration(GAME, "1.0.0").hasRollbackData());
        assertEquals(
                List.of(
                        LedgerEntry.Action.ROLLED_BACK,
                        LedgerEntry.Action.ROLLBACK_STARTED,
                        LedgerEntry.Action.APPLIED,
                        LedgerEntry.Action.STARTED,
                        LedgerEntry.Action.REGISTERED),
                ledger());
        // A requested rollback is not applied again with the pending migrations, but it can be forced.
        assertEquals(new RunService.Answer(0, List.of(), 0, List.of()), lab.runs.apply(GAME, null, null, "tester", 0));
        assertInstanceOf(StartService.Started.class, lab.runs.force(GAME, ScriptServer.VERSION, "again", "tester", 0));
        assertEquals(MigrationStatus.APPLIED, server.work(again -> true).status());
    }

    @Test
    void failuresAndFailedRulesAreRetriedAndThenTheScriptIsRolledBack() {
        server.start();
        Attempt first = server.attempt();
        server.backup(first, 0, text("old"));
        assertEquals("no luck", server.completed(first, false, "no luck").error());
        // The pause grows with each attempt.
        Wait wait = assertInstanceOf(Wait.class, server.lease());
        assertEquals(1_000, wait.waitMillis());
        assertInstanceOf(Wait.class, second.lease());
        Attempt retry = assertInstanceOf(Attempt.class, server.lease());
        assertEquals(2, retry.attempt());
        assertEquals(text("old"), retry.backup().value());
        assertEquals(
                "a rule failed: boards are missing",
                server.completed(
                                retry,
                                true,
                                "fine",
                                new RuleResult(true, "x"),
                                new RuleResult(false, "boards are missing"))
                        .error());
        assertEquals(2_000, assertInstanceOf(Wait.class, second.lease()).waitMillis());
        Attempt last = second.attempt();
        assertEquals(3, last.attempt());
        assertEquals(
                MigrationStatus.ROLLING_BACK,
                second.completed(last, false, "never").status());
        Attempt down = server.attempt();
        assertEquals(Direction.DOWN, down.direction());
        assertEquals(1, down.attempt());
        assertEquals(text("old"), down.backup().value());
        assertEquals(
                MigrationStatus.ROLLED_BACK, server.completed(down, true, "").status());
        Run run = lab.lastRun(GAME);
        assertEquals("3 attempts failed. Last message: never", run.error());
        assertEquals(List.of(LedgerEntry.Action.ROLLED_BACK, LedgerEntry.Action.STARTED), ledger().subList(0, 2));
        // A failed migration is pending, and applied again on request.
        assertTrue(lab.migration(GAME, "1.0.0").pending());
        lab.runs.apply(GAME, null, null, "tester", 0);
        assertEquals(ScriptBackupService.Given.NONE, server.attempt().backup());
    }

    @Test
    void failedRollbackEndsFailedAndKeepsTheBackup() {
        server.start();
        server.backup(server.attempt(), 0, text("old"));
        assertEquals(MigrationStatus.FAILED, server.work(attempt -> false).status());
        assertEquals(
                "3 attempts failed. Last message: by a server The rollback failed. 3 attempts failed. Last message: by a server",
                lab.lastRun(GAME).error());
        assertTrue(lab.migration(GAME, "1.0.0").hasRollbackData());
        rollBack();
        Attempt down = second.attempt();
        assertEquals(text("old"), down.backup().value());
        assertEquals(
                MigrationStatus.ROLLED_BACK, second.completed(down, true, "").status());

        lab.runs.force(GAME, ScriptServer.VERSION, "again", "tester", 0);
        server.work(attempt -> true);
        rollBack();
        assertEquals(MigrationStatus.FAILED, server.work(attempt -> false).status());
        assertEquals(
                "The rollback failed. 3 attempts failed. Last message: by a server",
                lab.migration(GAME, "1.0.0").application().error());
    }

    @Test
    void withoutAutomaticRollbackTheRunEndsFailed() {
        Laboratory other = new Laboratory(
                Map.of("rollback-on-failure", "false", "max-migration-attempts", "1", "validation-enabled", "false"),
                List.of(),
                new ExecutionInterceptor() {});
        ScriptServer alone = new ScriptServer(other, "one");
        alone.start();
        Attempt attempt = alone.attempt();
        alone.backup(attempt, 0, text("old"));
        assertEquals(
                MigrationStatus.FAILED, alone.completed(attempt, false, "no").status());
        assertTrue(other.migration(GAME, "1.0.0").hasRollbackData());
        other.runs.apply(GAME, null, null, "tester", 0);
        // Rules are not checked.
        assertEquals(
                MigrationStatus.APPLIED,
                alone.completed(alone.attempt(), true, "", new RuleResult(false, "broken"))
                        .status());
    }

    @Test
    void oneServerAtATimeAndAStaleLeaseStoresNothing() {
        server.start();
        Attempt dead = server.attempt();
        assertEquals(dead, server.lease());
        server.backup(dead, 0, text("old"));
        long waited = 0;
        Attempt taken = null;
        while (taken == null) {
            if (second.lease() instanceof Wait wait) {
                waited += wait.waitMillis();
            } else {
                taken = second.attempt();
            }
        }
        // The attempt of the dead server has failed, so there is a pause before the next one.
        assertEquals(lab.config.migrationTimeout().toMillis() + 1_000, waited);
        assertEquals(2, taken.attempt());
        assertNotEquals(dead.lease(), taken.lease());
        assertInstanceOf(Lost.class, server.backup(dead, 0, text("mine")));
        assertInstanceOf(Lost.class, server.complete(dead, true, ""));
        assertInstanceOf(Lost.class, lab.scriptAttempts.part(GAME, ScriptServer.VERSION, dead.lease(), 0));
        assertInstanceOf(Wait.class, server.lease());
        for (String lease : List.of("", "x", "x:1", taken.lease() + "0", "run-99999999:1")) {
            assertInstanceOf(
                    Lost.class,
                    lab.scriptAttempts.complete(GAME, ScriptServer.VERSION, lease, true, null, List.of()),
                    lease);
        }
        assertEquals(text("old"), taken.backup().value());
        second.completed(taken, true, "");
        assertTrue(second.completed(taken, false, "").replayed());
        assertNull(second.completed(taken, false, "").error());
    }

    @Test
    void storingAPartOfTheBackupExtendsTheLease() {
        server.start();
        Attempt attempt = server.attempt();
        for (int i = 0; i < 59; i++) {
            assertInstanceOf(Wait.class, second.lease());
        }
        server.backup(attempt, 0, text("old"));
        for (int i = 0; i < 59; i++) {
            assertInstanceOf(Wait.class, second.lease());
        }
        assertNull(server.completed(attempt, true, "").error());
    }

    @Test
    void backupConsistsOfPartsAndIsReadInPartsIfItIsLarge() {
        server.start();
        Attempt attempt = server.attempt();
        assertInstanceOf(ScriptAttemptService.Invalid.class, server.backup(attempt, 1, text("b")));
        assertInstanceOf(Kept.class, server.backup(attempt, 0, JsonFixtures.of("{'a': 1}")));
        assertInstanceOf(ScriptAttemptService.Invalid.class, server.backup(attempt, 1, text("b")));
        assertInstanceOf(Kept.class, server.backup(attempt, 0, text("a")));
        assertInstanceOf(ScriptAttemptService.Invalid.class, server.backup(attempt, 1, JsonFixtures.of("{}")));
        assertInstanceOf(Kept.class, server.backup(attempt, 1, text("b")));
        assertInstanceOf(Kept.class, server.backup(attempt, 2, text("c")));
        // A part replaces all later ones.
        assertEquals(2, ((Kept) server.backup(attempt, 1, text("B"))).parts());
        assertEquals("aB", text(server.attempt()));
        assertInstanceOf(ScriptAttemptService.TooLarge.class, server.backup(attempt, 2, text("x".repeat(350_001))));
        String large = "x".repeat(340_000);
        int parts = 2;
        while (server.backup(attempt, parts, text(large)) instanceof Kept) {
            parts++;
        }
        assertEquals(2 + 5_242_880 / 340_002, parts);
        Attempt again = server.attempt();
        assertNull(again.backup().value());
        assertEquals(parts, again.backup().parts());
        assertEquals(
                new ScriptAttemptService.Found(new ScriptBackupService.Part(2, parts, text(large))),
                lab.scriptAttempts.part(GAME, ScriptServer.VERSION, again.lease(), 2));
        assertInstanceOf(
                ScriptAttemptService.NoPart.class,
                lab.scriptAttempts.part(GAME, ScriptServer.VERSION, again.lease(), parts));
        server.completed(again, true, "");
    }

    private static String text(Attempt attempt) {
        return Objects.requireNonNull(attempt.backup().value()).textValue();
    }

    @Test
    void cancellationWaitsForTheCurrentAttemptAndRollsBack() {
        server.start();
        Attempt attempt = server.attempt();
        assertInstanceOf(
                RunService.Changed.class,
                lab.runs.cancel(GAME, lab.lastRun(GAME).id()));
        lab.drive(GAME);
        // The server that makes the attempt does not know of the cancellation.
        assertInstanceOf(Wait.class, second.lease());
        assertEquals(
                MigrationStatus.ROLLING_BACK,
                server.completed(attempt, true, "").status());
        Attempt down = second.attempt();
        assertEquals(Direction.DOWN, down.direction());
        assertEquals(MigrationStatus.CANCELLED, second.completed(down, true, "").status());
        assertEquals("0.0.0", lab.migrations.list(GAME).currentVersion().toString());

        lab.runs.force(GAME, ScriptServer.VERSION, "again", "tester", 0);
        lab.runs.cancel(GAME, lab.lastRun(GAME).id());
        lab.drive(GAME);
        assertEquals(MigrationStatus.CANCELLED, lab.lastRun(GAME).status());
        assertEquals(new Nothing(MigrationStatus.CANCELLED), server.lease());
    }

    @Test
    void pausedRunLeasesNothing() {
        server.start();
        String run = lab.lastRun(GAME).id();
        Attempt attempt = server.attempt();
        lab.runs.pause(GAME, run);
        assertEquals(MigrationStatus.PAUSED, server.completed(attempt, true, "").status());
        assertEquals(
                MigrationStatus.PAUSED,
                assertInstanceOf(Wait.class, server.lease()).status());
        lab.runs.resume(GAME, run);
        assertEquals(new Nothing(MigrationStatus.APPLIED), server.lease());
    }

    @Test
    void endOfAScriptStartsTheNextPendingMigration() {
        lab.create("global", "ada", "{'x': 1}");
        lab.register(Laboratory.definition("1.1.0"));
        lab.migrations.register(GAME, ScriptServer.script("1.0.0"), true, "tester");
        lab.runs.apply(GAME, null, null, "tester", 0);
        Attempt attempt = server.attempt();
        assertEquals(MigrationStatus.PENDING, lab.migration(GAME, "1.1.0").status());
        lab.waiting.clear();
        server.completed(attempt, true, "");
        assertEquals(List.of(GAME), lab.waiting);
        lab.drive(GAME);
        assertEquals("1.1.0", lab.migrations.list(GAME).currentVersion().toString());
        assertEquals(0, lab.read("global", "ada").json().path("coins").asInt());
    }

    @Test
    void onlyScriptsLeaseAttemptsAndTheirPlanIsEmpty() {
        Plan plan = lab.plan(ScriptServer.script("0.9.0"));
        assertEquals(0, plan.matching());
        assertTrue(plan.complete());
        assertEquals(1, plan.warnings().size());
        lab.register(Laboratory.definition("1.0.0"));
        assertInstanceOf(ScriptLeaseService.NotAScript.class, server.lease());
        assertInstanceOf(
                ScriptAttemptService.NotAScript.class,
                lab.scriptAttempts.complete(GAME, ScriptServer.VERSION, "x:1", true, null, List.of()));
        assertInstanceOf(
                ScriptLeaseService.Unknown.class,
                lab.scriptLeases.lease(GAME, SemanticVersion.of("7.0.0"), "one", null));
        assertEquals(MigrationStatus.PENDING, lab.migration(GAME, "0.9.0").status());
    }
}
