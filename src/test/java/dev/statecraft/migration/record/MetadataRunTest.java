package dev.statecraft.migration.record;

import static dev.statecraft.migration.Laboratory.BY;
import static dev.statecraft.migration.Laboratory.GAME;
import static dev.statecraft.migration.record.MetadataBoards.RENAME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.migration.JsonFixtures;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.execution.StartService;
import dev.statecraft.migration.registry.Plan;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.RunCounts;
import dev.statecraft.testing.fault.FaultyDynamo;
import dev.statecraft.testing.fault.FaultyDynamo.Stopped;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Migrations of the metadata of leaderboard entries. */
class MetadataRunTest {

    private static final String STRICT = ", 'options': {'canaryPercent': 20, 'segments': 2, 'pageSize': 3}";

    private final FaultyDynamo faults = new FaultyDynamo();
    private final MetadataBoards boards = new MetadataBoards(faults);
    private final Laboratory lab = boards.lab;

    private Run rollBack(String version, Run.Mode mode) {
        StartService.Result result = lab.runs.rollBack(GAME, SemanticVersion.of(version), mode, "r", BY, 20_000);
        assertInstanceOf(StartService.Started.class, result);
        return lab.lastRun(GAME);
    }

    private static RunCounts counts(Run run) {
        return Objects.requireNonNull(run.outcome()).main();
    }

    @Test
    void metadataIsMigratedAndRolledBackWithoutAChangeOfScoreOrRank() {
        boards.fill("arena", 3, 10);
        boards.fill("other", 1, 2);
        Entry before = boards.entry("arena", "p3");
        lab.leaderboards.drain();
        Plan plan = lab.plan(JsonFixtures.ofMetadata("1.1.0", "arena", RENAME, STRICT));
        assertEquals(10, plan.matching());
        assertEquals(10, plan.wouldChange());
        assertEquals(10, plan.sampled());
        lab.apply(GAME);
        Run run = lab.lastRun(GAME);
        assertEquals(MigrationStatus.APPLIED, run.status(), String.valueOf(run.error()));
        assertEquals(new RunCounts(10, 10, 0, 0), counts(run));
        Entry after = boards.entry("arena", "p3");
        boards.assertMetadata("{'place': {'map': 'm3'}, 'level': 4}", "arena", "p3");
        assertEquals(before.withMetadata(after.metadata(), "1.1.0", after.writtenAt()), after);
        boards.assertMetadata("{'map': 'm0', 'level': 0}", "other", "p0");
        assertNull(boards.entry("arena", "none").metadata());
        assertEquals("1.1.0", lab.leaderboards.board("arena").metadataSchema());
        assertNull(lab.leaderboards.board("other").metadataSchema());
        // The stream records of the migrated entries change no rank.
        lab.leaderboards.drain();
        Board arena = lab.leaderboards.board("arena");
        assertEquals(0, lab.leaderboards.audits.audit(arena, 1).drift());

        boards.submit("arena", "p3", 500, null);
        boards.submit("arena", "p4", 600, "{'place': {'map': 'new'}, 'level': 9}");
        boards.submit("arena", "late", 700, "{'place': {'map': 'x'}, 'level': 1}");
        run = rollBack("1.1.0", Run.Mode.SMART);
        assertEquals(MigrationStatus.ROLLED_BACK, run.status(), String.valueOf(run.error()));
        assertNull(run.error());
        boards.assertMetadata("{'map': 'm2', 'level': 2}", "arena", "p2");
        boards.assertMetadata("{'map': 'm3', 'level': 3}", "arena", "p3");
        boards.assertMetadata("{'map': 'new', 'level': 8}", "arena", "p4");
        boards.assertMetadata("{'map': 'x', 'level': 0}", "arena", "late");
        assertEquals(
                600, Objects.requireNonNull(boards.entry("arena", "p4").score()).value());
        assertEquals("0.0.0", lab.leaderboards.board("arena").metadataSchema());
    }

    @Test
    void exactRollbackRestoresMetadataThatWasSubmittedSince() {
        boards.fill("arena", 1, 3);
        lab.register(JsonFixtures.ofMetadata("1.1.0", "arena", RENAME, STRICT));
        lab.apply(GAME);
        boards.submit("arena", "p1", 900, "{'place': {'map': 'new'}, 'level': 9}");
        assertEquals(
                MigrationStatus.ROLLED_BACK, rollBack("1.1.0", Run.Mode.EXACT).status());
        boards.assertMetadata("{'map': 'm1', 'level': 1}", "arena", "p1");
        assertEquals(
                900, Objects.requireNonNull(boards.entry("arena", "p1").score()).value());
    }

    @Test
    void allBoardsAreMigratedInTheOrderOfTheirOwnMigrations() {
        boards.fill("a", 1, 2);
        boards.fill("b", 2, 2);
        lab.register(JsonFixtures.ofMetadata(
                "1.0.0", "a", "{'operations': [{'op': 'increment', 'path': 'level', 'by': 10}]}", ""));
        lab.apply(GAME);
        lab.register(JsonFixtures.ofMetadata("1.1.0", "*", RENAME, ""));
        lab.apply(GAME);
        assertEquals(new RunCounts(4, 4, 0, 0), counts(lab.lastRun(GAME)));
        boards.assertMetadata("{'place': {'map': 'm1'}, 'level': 12}", "a", "p1");
        boards.assertMetadata("{'place': {'map': 'm1'}, 'level': 2}", "b", "p1");
        // A new board begins with the shape of the migrations of all boards.
        boards.create("c", 1);
        boards.submit("c", "p", 1, "{'place': {'map': 'm'}, 'level': 5}");
        assertInstanceOf(
                StartService.Covered.class,
                lab.runs.rollBack(GAME, SemanticVersion.of("1.0.0"), Run.Mode.SMART, "r", BY, 0));
        lab.register(JsonFixtures.ofMetadata(
                "1.2.0", "c", "{'operations': [{'op': 'increment', 'path': 'level', 'by': 1}]}", ""));
        lab.apply(GAME);
        boards.assertMetadata("{'place': {'map': 'm'}, 'level': 6}", "c", "p");
        rollBack("1.2.0", Run.Mode.SMART);
        assertEquals(
                MigrationStatus.ROLLED_BACK, rollBack("1.1.0", Run.Mode.SMART).status());
        boards.assertMetadata("{'map': 'm1', 'level': 11}", "a", "p1");
        assertEquals("1.0.0", boards.entry("a", "p1").metadataSchema());
        boards.assertMetadata("{'map': 'm1', 'level': 1}", "b", "p1");
        boards.assertMetadata("{'map': 'm', 'level': 4}", "c", "p");
        assertEquals("1.0.0", lab.leaderboards.board("a").metadataSchema());
        assertEquals("0.0.0", lab.leaderboards.board("b").metadataSchema());
    }

    @Test
    void boardThatIsCreatedAfterItsMigrationStartsWithTheNewShape() {
        lab.register(JsonFixtures.ofMetadata(
                "1.0.0", "a", "{'operations': [{'op': 'increment', 'path': 'level', 'by': 10}]}", ""));
        lab.register(JsonFixtures.ofMetadata(
                "1.1.0", "*", "{'operations': [{'op': 'increment', 'path': 'level', 'by': 1}]}", ""));
        lab.apply(GAME);
        boards.fill("a", 1, 1);
        boards.fill("b", 1, 1);
        assertEquals("1.1.0", boards.entry("a", "p0").metadataSchema());
        lab.register(JsonFixtures.ofMetadata(
                "1.2.0", "a", "{'operations': [{'op': 'increment', 'path': 'level', 'by': 5}]}", ""));
        lab.apply(GAME);
        boards.assertMetadata("{'map': 'm0', 'level': 5}", "a", "p0");
        boards.assertMetadata("{'map': 'm0', 'level': 0}", "b", "p0");
        lab.leaderboards.boards.delete(GAME, "a");
        boards.fill("a", 1, 1);
        assertEquals("1.2.0", boards.entry("a", "p0").metadataSchema());
    }

    @Test
    void rollbackRestoresEntriesOfASeasonThatHasEndedSince() {
        boards.fill("arena", 1, 3);
        lab.register(JsonFixtures.ofMetadata("1.1.0", "arena", RENAME, ""));
        lab.apply(GAME);
        lab.leaderboards.reset("arena", "r", null);
        boards.submit("arena", "p0", 5, "{'place': {'map': 'next'}, 'level': 7}");
        assertEquals(
                MigrationStatus.ROLLED_BACK, rollBack("1.1.0", Run.Mode.SMART).status());
        Board board = lab.leaderboards.board("arena");
        assertEquals(2, board.season());
        assertEquals(
                JsonFixtures.of("{'map': 'm2', 'level': 2}"),
                JsonFixtures.of(lab.leaderboards.entries.read(board, 1, "p2").metadata()));
        boards.assertMetadata("{'map': 'next', 'level': 6}", "arena", "p0");
    }

    @Test
    void seasonThatEndsDuringARunIsLeftAndTheNextOneIsMigrated() {
        for (int write = 1; write < 14; write++) {
            String board = "season" + write;
            boards.fill(board, 2, 3);
            lab.register(JsonFixtures.ofMetadata("1." + write + ".0", board, RENAME, STRICT));
            boolean[] reset = new boolean[1];
            faults.beforeWrite(write, () -> {
                lab.leaderboards.reset(board, "r", null);
                boards.submit(board, "p1", 1, "{'map': 'next', 'level': 40}");
                reset[0] = true;
            });
            lab.apply(GAME);
            faults.heal();
            Run run = lab.lastRun(GAME);
            assertEquals(MigrationStatus.APPLIED, run.status(), "before write " + write + ": " + run.error());
            if (reset[0]) {
                Entry entry = boards.entry(board, "p1");
                assertEquals("1." + write + ".0", entry.metadataSchema(), "before write " + write);
            }
        }
    }

    @Test
    void failedRecordsAreQuarantinedAndFailTheRun() {
        boards.fill("arena", 1, 4);
        lab.leaderboards.metadata.change(GAME, "arena", "p1", "\"text\"");
        boards.submit("arena", "p2", 999, "{'map': 1}");
        lab.register(
                JsonFixtures.ofMetadata("1.1.0", "arena", RENAME, ", 'options': {'failureThreshold': {'count': 2}}"));
        lab.apply(GAME);
        Run run = lab.lastRun(GAME);
        assertEquals(MigrationStatus.APPLIED, run.status(), String.valueOf(run.error()));
        assertEquals(new RunCounts(2, 2, 0, 2), counts(run));
        assertEquals(
                List.of("p1", "p2"),
                lab.quarantine.list(GAME, run.id(), 5).stream()
                        .map(failed -> failed.id())
                        .toList());
        Run back = rollBack("1.1.0", Run.Mode.SMART);
        assertNull(back.error(), "metadata that was not migrated needs no rollback");
        lab.register(JsonFixtures.ofMetadata(
                "1.2.0",
                "arena",
                RENAME,
                ", 'validation': [{'expression': 'state.level < 2'," + " 'message': 'Too high.'}]"));
        lab.apply(GAME);
        assertEquals(MigrationStatus.ROLLED_BACK, lab.lastRun(GAME).status());
        boards.assertMetadata("{'map': 'm0', 'level': 0}", "arena", "p0");
    }

    /** A submission before any write of the run wins, and its metadata is migrated or left as what it is. */
    @Test
    void concurrentSubmissionsAreNeverOverwritten() {
        int exercised = 0;
        for (int write = 1; write < 14; write++) {
            String board = "live" + write;
            boards.fill(board, 1, 2);
            String version = "1." + write + ".0";
            lab.register(JsonFixtures.ofMetadata(version, board, RENAME, STRICT));
            int score = 1_000 + write;
            faults.beforeWrite(write, () -> boards.submit(board, "p1", score, "{'map': 'live', 'level': 40}"));
            lab.apply(GAME);
            faults.heal();
            Run run = lab.lastRun(GAME);
            Entry entry = boards.entry(board, "p1");
            if (run.status() == MigrationStatus.APPLIED
                    && run.error() == null
                    && entry.requireScore().value() == score) {
                String schema = entry.metadataSchema();
                assertEquals(version, schema, "before write " + write + ": " + entry);
                exercised++;
                String metadata = Objects.requireNonNull(entry.metadata());
                assertTrue(
                        metadata.equals("{\"level\":41,\"place\":{\"map\":\"live\"}}")
                                || metadata.equals("{\"map\":\"live\",\"level\":40}"),
                        "before write " + write + ": " + metadata);
            }
        }
        assertTrue(exercised > 6, exercised + " submissions during a run");
    }

    @Test
    void runStoppedAfterAnyWriteHasTheSameResult() {
        Map<String, String> expected = null;
        boolean interrupted = true;
        for (int write = 0; interrupted; write++) {
            String board = "board" + write;
            boards.fill(board, 2, 5);
            String version = "1." + write + ".0";
            lab.register(
                    JsonFixtures.ofMetadata(version, board, RENAME, ", 'options': {'segments': 2, 'pageSize': 2}"));
            interrupted = write == 0 || stopped(write, () -> lab.apply(GAME));
            Laboratory other = boards.other();
            other.apply(GAME);
            Run run = other.lastRun(GAME);
            assertEquals(MigrationStatus.APPLIED, run.status(), "after write " + write + ": " + run.error());
            Map<String, String> result = new TreeMap<>();
            for (int i = 0; i < 5; i++) {
                Entry entry = boards.entry(board, "p" + i);
                result.put("p" + i, entry.version() + " " + entry.metadata());
            }
            result.put("counts", counts(run).toString());
            expected = expected == null ? result : expected;
            assertEquals(expected, result, "stopped after write " + write);
            rollBack(version, Run.Mode.SMART);
            boards.assertMetadata("{'map': 'm4', 'level': 4}", board, "p4");
        }
    }

    private boolean stopped(int write, Runnable work) {
        faults.stopAfterWrites(write);
        try {
            work.run();
            return false;
        } catch (Stopped stopped) {
            return true;
        } finally {
            faults.heal();
        }
    }
}
