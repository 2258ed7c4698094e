package dev.statecraft.migration;

import static dev.statecraft.migration.Laboratory.BY;
import static dev.statecraft.migration.Laboratory.GAME;
import static dev.statecraft.migration.Laboratory.definition;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.Entity;
import dev.statecraft.replication.EntityPlace;
import dev.statecraft.replication.EntityService.NewEntity;
import dev.statecraft.replication.Identity;
import dev.statecraft.replication.JsonValues;
import dev.statecraft.replication.Mutation;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.Source;
import dev.statecraft.table.Consumption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Runs of migrations on the real DynamoDB Local, one worker after the other. */
class RunTest {

    private static final String RENAME = "{'operations': [{'op': 'rename', 'from': 'hp', 'path': 'health'}]}";

    private static final String LOSSY = "{'operations': [{'op': 'remove', 'path': 'hp', 'lossy': true}]}";

    private static Laboratory lab(String... settings) {
        Map<String, String> map = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            map.put(settings[i], settings[i + 1]);
        }
        return new Laboratory(map, List.of(), new ExecutionInterceptor() {});
    }

    /** Entities n0 to n(count-1) with {@code hp} = their number, in two spaces. */
    private static void fill(Laboratory lab, int count) {
        for (int first = 0; first < 2; first++) {
            List<Mutation> mutations = new ArrayList<>();
            for (int i = first; i < count; i += 2) {
                ObjectNode state = Json.of("{'hp': " + i + ", 'coins': 1.50}");
                mutations.add(new Mutation(
                        "n" + i,
                        null,
                        "",
                        old -> new Mutation.Write("PLAYER_DATA", state, "0.0.0", null, BY, null, List.of(), 100)));
            }
            lab.realm.commits.commit(GAME, space(first), mutations);
        }
    }

    private static String space(int i) {
        return i % 2 == 0 ? "arena" : "global";
    }

    private static void assertState(String expected, Entity entity) {
        assertEquals(JsonValues.canonical(Json.of(expected)), JsonValues.canonical(entity.json()), entity.id());
    }

    private static void assertSum(Run run) {
        Progress outcome = run.outcome();
        assertNotNull(outcome, run.toString());
        Tally main = outcome.main();
        assertEquals(run.total(), main.done() + main.skipped() + main.failed(), outcome.toString());
    }

    @Test
    void allRecordsOfTheTypeAreMigratedOnceAndNoOthers() {
        Laboratory lab = lab();
        fill(lab, 9);
        lab.realm.entities.create(
                GAME,
                "arena",
                new NewEntity("door", "DOOR", Json.of("{'hp': 1}"), null),
                new Source("server", null),
                new Identity(null, ""));
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

    /** M6. */
    @Test
    void doingItAgainDoesNothing() {
        Laboratory lab = lab();
        fill(lab, 3);
        lab.register(definition("1.1.0", RENAME, ""));
        lab.apply(GAME);
        long ledger = lab.migrations.list(GAME).ledgerEntries();
        RunService.Answer again =
                assertInstanceOf(RunService.Answer.class, lab.runs.apply(GAME, null, null, BY, 5_000));
        assertEquals(new RunService.Answer(0, List.of(), 0, List.of()), again);
        StartService.Already forced = assertInstanceOf(
                StartService.Already.class, lab.runs.force(GAME, SemanticVersion.of("1.1.0"), "again", BY, 5_000));
        assertEquals(lab.lastRun(GAME).id(), forced.registration().application().run());
        assertEquals(ledger, lab.migrations.list(GAME).ledgerEntries());
        assertEquals(2, lab.read("arena", "n0").version());
    }

    @Test
    void severalAreAppliedInTheOrderOfVersionsAndARecordGoesThroughAll() {
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
    void aRecordThatBreaksARuleTakesAllBack() {
        Laboratory lab = lab();
        fill(lab, 12);
        lab.register(definition(
                "1.1.0",
                RENAME,
                ", 'validation': [{'expression': 'state.health != 11', 'message': 'Nobody has eleven.'}],"
                        + " 'options': {'pageSize': 2}"));
        lab.apply(GAME);
        for (int i = 0; i < 12; i++) {
            Entity entity = lab.read(space(i), "n" + i);
            assertState("{'hp': " + i + ", 'coins': 1.50}", entity);
            assertEquals("0.0.0", entity.schemaVersion());
        }
        Run run = lab.lastRun(GAME);
        assertEquals(MigrationStatus.ROLLED_BACK, run.status());
        assertTrue(String.valueOf(run.error()).contains("Nobody has eleven."), run.toString());
        assertSum(run);
        assertEquals(3, run.outcome() == null ? 0 : run.outcome().attempts());
        assertEquals(MigrationStatus.ROLLED_BACK, lab.migration(GAME, "1.1.0").status());
        assertFalse(lab.migration(GAME, "1.1.0").hasRollbackData());
        assertEquals("0.0.0", lab.realm.types.schemaVersion(GAME, "PLAYER_DATA"));
        assertEquals(
                "n11", lab.segmentStore.quarantined(GAME, run.id(), 10).get(0).id());
        assertEquals(
                List.of(LedgerEntry.Action.ROLLED_BACK, LedgerEntry.Action.STARTED, LedgerEntry.Action.REGISTERED),
                lab.migrations.history(GAME).stream().map(LedgerEntry::action).toList());
        RunService.Answer again =
                assertInstanceOf(RunService.Answer.class, lab.runs.apply(GAME, null, null, BY, 20_000));
        assertEquals(0, again.applied());
        assertEquals("1.1.0", again.failed().get(0).version());
    }

    @Test
    void theCanaryFailsBeforeTheRestIsTouched() {
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
    void asManyAsAllowedMayFailAndArePutAside() {
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
                new Tally(8, 8, 0, 2),
                run.outcome() == null ? null : run.outcome().main());
        assertState("{'hp': 9, 'coins': 1.5}", lab.read(space(9), "n9"));
        assertEquals(1, lab.read(space(9), "n9").version());
        assertEquals(2, lab.segmentStore.quarantined(GAME, run.id(), 10).size());
    }

    @Test
    void aSumThatChangesTakesAllBack() {
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
    void withoutRollbackAFailedRunStaysAsItIsUntilSomebodyRollsItBack() {
        Laboratory lab = lab("rollback-on-failure", "false");
        fill(lab, 8);
        lab.register(definition(
                "1.1.0",
                RENAME,
                ", 'validation': [{'expression': 'state.health != 7', 'message': 'Seven.'}],"
                        + " 'options': {'pageSize': 1, 'canaryPercent': 0}"));
        lab.apply(GAME);
        assertEquals(MigrationStatus.FAILED, lab.migration(GAME, "1.1.0").status());
        // The same space as the record that fails, and before it, so it was reached whichever segment came first.
        assertState("{'health': 1, 'coins': 1.5}", lab.read("global", "n1"));
        StartService.Begun begun =
                lab.runs.rollBack(GAME, SemanticVersion.of("1.1.0"), Run.Mode.SMART, "it failed", BY, 20_000);
        assertInstanceOf(StartService.Started.class, begun);
        assertEquals(MigrationStatus.ROLLED_BACK, lab.lastRun(GAME).status());
        assertState("{'hp': 1, 'coins': 1.50}", lab.read("global", "n1"));
        assertSum(lab.lastRun(GAME));
    }

    /** M4. */
    @Test
    void aRollbackRestoresWhatNobodyTouchedAndTakesTheRestDown() {
        Laboratory lab = lab();
        fill(lab, 6);
        String before = lab.read("arena", "n2").json().toString();
        lab.register(definition("1.1.0", RENAME, ""));
        lab.apply(GAME);
        lab.update(GAME, "arena", "n0", "{'increment': {'coins': 10}}");
        lab.create("arena", "late", "{'health': 77}");
        lab.realm.entities.delete(GAME, "arena", "n4", null, new Source("server", null), new Identity(null, ""));
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
        LedgerEntry asked = lab.migrations.history(GAME).get(1);
        assertEquals(LedgerEntry.Action.ROLLBACK_STARTED, asked.action());
        assertEquals("second thoughts", asked.reason());
        // What somebody took back on purpose is not applied with all others.
        assertEquals(new RunService.Answer(0, List.of(), 0, List.of()), lab.runs.apply(GAME, null, null, BY, 1_000));
        assertInstanceOf(
                StartService.Started.class,
                lab.runs.force(GAME, SemanticVersion.of("1.1.0"), "third thoughts", BY, 20_000));
        assertState("{'health': 77}", lab.read("arena", "late"));
        assertEquals(
                LedgerEntry.Action.FORCED, lab.migrations.history(GAME).get(1).action());
    }

    @Test
    void whatCannotBeTakenDownIsPutAsideAndExactlyMeansExactly() {
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
                new Tally(3, 3, 0, 1),
                run.outcome() == null ? null : run.outcome().main());
        assertEquals(
                "n0", lab.segmentStore.quarantined(GAME, run.id(), 5).get(0).id());

        Laboratory exact = lab();
        fill(exact, 4);
        exact.register(definition("1.1.0", LOSSY, ""));
        exact.apply(GAME);
        exact.update(GAME, "arena", "n0", "{'increment': {'coins': 10}}");
        exact.runs.rollBack(GAME, SemanticVersion.of("1.1.0"), Run.Mode.EXACT, "r", BY, 20_000);
        assertState("{'hp': 0, 'coins': 1.5}", exact.read("arena", "n0"));
        // What was thrown away is in the backup of the rollback.
        Run back = exact.lastRun(GAME);
        assertTrue(back.keepsBackup());
    }

    @Test
    void rollbacksThatCannotBeAreRefused() {
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
        assertInstanceOf(StartService.NoWayBack.class, lab.runs.rollBack(GAME, first, Run.Mode.SMART, "r", BY, 0));
    }

    @Test
    void aPausedRunRestsAndACancelledOneIsUndone() {
        Laboratory lab = lab();
        fill(lab, 6);
        lab.register(definition("1.1.0", RENAME, ", 'options': {'pageSize': 1, 'segments': 1}"));
        lab.runs.apply(GAME, null, null, BY, 0);
        assertEquals(List.of(GAME), lab.waiting);
        Run run = lab.lastRun(GAME);
        assertInstanceOf(RunService.Changing.class, lab.runs.pause(GAME, run.id()));
        lab.drive(GAME);
        assertEquals(MigrationStatus.PAUSED, lab.migration(GAME, "1.1.0").status());
        assertEquals(1, lab.read("arena", "n0").version());
        assertInstanceOf(StartService.Active.class, lab.runs.force(GAME, SemanticVersion.of("1.1.0"), "r", BY, 0));
        assertInstanceOf(RunService.Changing.class, lab.runs.resume(GAME, run.id()));
        assertEquals(2, lab.waiting.size());
        StepService.Next next = lab.steps.advance(GAME, () -> 60_000);
        // So much time that a page or two are done.
        AtomicLong left = new AtomicLong(10);
        lab.segments.work(GAME, run.id(), next.segments().get(0), null, () -> left.getAndAdd(-3));
        assertTrue(Progress.of(lab.segmentStore.list(GAME, run.id(), 1)).main().done() > 0);
        assertInstanceOf(RunService.Changing.class, lab.runs.cancel(GAME, run.id()));
        assertInstanceOf(RunService.Changing.class, lab.runs.cancel(GAME, run.id()));
        lab.drive(GAME);
        Run ended = lab.lastRun(GAME);
        assertEquals(MigrationStatus.CANCELLED, ended.status());
        assertSum(ended);
        for (int i = 0; i < 6; i++) {
            assertState("{'hp': " + i + ", 'coins': 1.5}", lab.read(space(i), "n" + i));
        }
        assertInstanceOf(RunService.Ended.class, lab.runs.pause(GAME, run.id()));
        assertInstanceOf(RunService.Ended.class, lab.runs.cancel(GAME, run.id()));
        assertInstanceOf(RunService.NoRun.class, lab.runs.cancel(GAME, "run-99999999"));
    }

    @Test
    void aThrottledRunConsumesNoMoreASecond() {
        Laboratory lab = lab();
        fill(lab, 12);
        lab.register(definition(
                "1.1.0", RENAME, ", 'options': {'pageSize': 4, 'segments': 1, 'maxCapacity': 60, 'canaryPercent': 0}"));
        long begun = System.nanoTime();
        lab.apply(GAME);
        double seconds = (System.nanoTime() - begun) / 1e9;
        Progress outcome = lab.lastRun(GAME).outcome();
        assertNotNull(outcome);
        assertTrue(outcome.units() > 40, outcome.toString());
        assertTrue(outcome.units() / seconds < 90, outcome.units() + " units in " + seconds + " s");
    }

    @Test
    void aStepUnderAShrinkingTimeReturnsInTimeAndGetsOn() {
        Laboratory lab = lab();
        fill(lab, 16);
        lab.register(definition("1.1.0", RENAME, ", 'options': {'segments': 1}"));
        lab.runs.apply(GAME, null, null, BY, 0);
        Run run = lab.lastRun(GAME);
        long given = 2_000;
        long before = -1;
        while (!lab.steps.advance(GAME, () -> 60_000).done()) {
            long until = System.nanoTime() + given * 1_000_000;
            SegmentWork work =
                    lab.segments.work(GAME, run.id(), 0, null, () -> (until - System.nanoTime()) / 1_000_000);
            assertTrue(System.nanoTime() < until, "overran " + given + " ms");
            Segment segment = lab.segmentStore.read(GAME, run.id(), 0);
            assertTrue(work.done() || segment.revision() > before + 1, "no progress in " + given + " ms");
            before = segment.revision();
            given = Math.max(1_000, given * 3 / 4);
        }
        assertEquals(MigrationStatus.APPLIED, lab.lastRun(GAME).status());
    }

    /** M5. */
    @Test
    void whoLostALeaseWritesNothingMore() {
        Laboratory lab = lab();
        fill(lab, 4);
        lab.register(definition("1.1.0", RENAME, ", 'options': {'segments': 1, 'canaryPercent': 0}"));
        lab.runs.apply(GAME, null, null, BY, 0);
        Run run = lab.runStore
                .read(GAME, String.valueOf(lab.steps.advance(GAME, () -> 60_000).run()))
                .orElseThrow();
        Segment seen = lab.segmentStore.read(GAME, run.id(), 0);
        Segment stale = lab.segmentStore.take(GAME, seen, 1, "first").orElseThrow();
        assertTrue(lab.segmentStore.take(GAME, seen, 1, "second").isEmpty());
        SegmentWork held = lab.segments.work(GAME, run.id(), 0, null, () -> 60_000);
        assertEquals(new SegmentWork(false, 1, stale.revision()), held);
        Segment fresh = lab.segmentStore.take(GAME, stale, 1, "second").orElseThrow();
        PageService pages =
                new PageService(lab.realm.commits, lab.realm.types, lab.segmentStore, lab.backupStore, lab.config);
        PageOutcome outcome = pages.raise(
                new PageService.Job(GAME, run, stale, () -> true, new Consumption()),
                new Ascent(lab.definitions.chain(GAME, "PLAYER_DATA"), lab.config.bounds(), true),
                List.of(new EntityPlace("arena", "n0")),
                false);
        assertTrue(outcome.lost());
        assertEquals(1, lab.read("arena", "n0").version());
        assertTrue(lab.backupStore.next(GAME, run.id(), 0, null).isEmpty());
        assertTrue(lab.segmentStore.release(GAME, stale).isEmpty());
        assertTrue(lab.segmentStore.release(GAME, fresh).isPresent());
        lab.drive(GAME);
        assertEquals(MigrationStatus.APPLIED, lab.lastRun(GAME).status());
    }

    @Test
    void oneThatIsAppliedOutOfOrderIsDoneToAllAndNoneTwice() {
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

    @Test
    void aRunThatNobodyIsAtIsToldOfUntilItHasEndedOrRests() {
        Laboratory lab = new Laboratory();
        lab.create("arena", "p1", "{'hp': 1}");
        lab.register(definition("1.1.0"));
        assertFalse(lab.runs.takeUp(GAME, Instant.EPOCH), "nothing has begun");
        lab.runs.apply(GAME, null, null, BY, 0);
        lab.waiting.clear();
        assertTrue(lab.runs.takeUp(GAME, Instant.EPOCH));
        assertEquals(1, lab.waiting.size());
        String run = lab.lastRun(GAME).id();
        lab.runs.pause(GAME, run);
        assertFalse(lab.runs.takeUp(GAME, Instant.EPOCH), "somebody wants it to rest");
        lab.runs.resume(GAME, run);
        lab.drive(GAME);
        assertFalse(lab.runs.takeUp(GAME, Instant.EPOCH), "it has ended");
    }

    @Test
    void oldBackupsGoButNeverTheLastGoodOne() {
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
