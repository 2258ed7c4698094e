package dev.statecraft.migration.work;

import static dev.statecraft.migration.Laboratory.GAME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.JsonFixtures;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.segment.WorkPage.Submitted;
import dev.statecraft.migration.upkeep.MigrationErasureService;
import dev.statecraft.migration.work.WorkService.Done;
import dev.statecraft.migration.work.WorkService.Foreign;
import dev.statecraft.migration.work.WorkService.Lost;
import dev.statecraft.migration.work.WorkService.Nothing;
import dev.statecraft.migration.work.WorkService.Page;
import dev.statecraft.migration.work.WorkService.Wait;
import dev.statecraft.replication.state.Entity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Migrations by game servers, including servers that fail or send wrong records, on DynamoDB Local. */
class WorkServiceTest {

    private final WorkServer server = new WorkServer();
    private final Laboratory lab = server.lab;

    @Test
    void everyRecordIsMigratedOnceAndTheRunCanBeRolledBack() {
        server.start("");
        Map<String, ObjectNode> before = server.states();
        server.work(WorkServer::doubled);
        Run run = lab.lastRun(GAME);
        assertEquals(MigrationStatus.APPLIED, run.status(), String.valueOf(run.error()));
        erasureDeletesThePages(run);
        assertEquals(WorkServer.RECORDS + 1, run.outcome().main().done());
        assertEquals(0, run.outcome().main().failed());
        for (int i = 0; i < WorkServer.RECORDS; i++) {
            Entity entity = lab.read(i % 2 == 0 ? "arena" : "guild", "p" + i);
            assertEquals("{\"gold\":" + 2 * i + "}", entity.json().toString());
            assertEquals(2, entity.version());
            assertEquals("1.0.0", entity.schemaVersion());
        }
        assertTrue(lab.migration(GAME, "1.0.0").hasRollbackData());
        assertInstanceOf(Nothing.class, server.lease(Map.of()));
        lab.runs.rollBack(GAME, WorkServer.VERSION, Run.Mode.SMART, "oops", "tester", 0);
        lab.drive(GAME);
        assertEquals(MigrationStatus.ROLLED_BACK, lab.lastRun(GAME).status());
        assertEquals(before, server.states());
    }

    @Test
    void unleasedMissingOrDuplicateRecordsAreRejected() {
        server.start("");
        Map<String, ObjectNode> before = server.states();
        Page page = server.page();
        List<Submitted> records = new ArrayList<>(page.tasks().stream()
                .map(task -> new Submitted(
                        task.space(), task.id(), WorkServer.doubled(task.state().deepCopy()), null))
                .toList());
        Submitted first = records.get(0);
        records.add(new Submitted("arena", "stranger", JsonFixtures.of("{}"), null));
        Foreign foreign =
                assertInstanceOf(Foreign.class, lab.work.complete(GAME, WorkServer.VERSION, page.lease(), records));
        assertEquals(records.size() - 1, foreign.mismatch().index());
        records.set(records.size() - 1, first);
        assertInstanceOf(Foreign.class, lab.work.complete(GAME, WorkServer.VERSION, page.lease(), records));
        Foreign missing =
                assertInstanceOf(Foreign.class, lab.work.complete(GAME, WorkServer.VERSION, page.lease(), List.of()));
        assertEquals(-1, missing.mismatch().index());
        for (String lease : List.of("", "x", "run-00000001:0:99", "run-99999999:0:1", page.lease() + "0")) {
            assertInstanceOf(Lost.class, lab.work.complete(GAME, WorkServer.VERSION, lease, List.of()), lease);
        }
        assertEquals(before, server.states());
        assertInstanceOf(Done.class, server.complete(page, WorkServer::doubled));
    }

    @Test
    void repeatedCompletionIsReplayed() {
        server.start("");
        Page page = server.page();
        Done first = assertInstanceOf(Done.class, server.complete(page, WorkServer::doubled));
        Map<String, ObjectNode> then = server.states();
        Done second = assertInstanceOf(Done.class, server.complete(page, state -> state.put("gold", -1)));
        assertEquals(first.answer(), second.answer());
        assertTrue(second.replayed());
        assertEquals(then, server.states());
    }

    @Test
    void expiredLeaseIsTakenOverAndItsHolderCannotWrite() {
        server.start(", 'options': {'segments': 1}");
        Page dead = server.page();
        Wait wait = assertInstanceOf(Wait.class, server.lease(Map.of()));
        assertEquals(1, wait.seen().size());
        // The lease has not changed since it was seen, so another server receives its records.
        Page taken = assertInstanceOf(Page.class, server.lease(wait.seen()));
        assertEquals(
                dead.tasks().stream().map(WorkPageReader.Task::id).toList(),
                taken.tasks().stream().map(WorkPageReader.Task::id).toList());
        assertNotEquals(dead.lease(), taken.lease());
        Map<String, ObjectNode> before = server.states();
        assertInstanceOf(Lost.class, server.complete(dead, state -> state.put("gold", -1)));
        assertEquals(before, server.states());
        assertInstanceOf(Done.class, server.complete(taken, WorkServer::doubled));
        // The lease has changed since it was seen, so it is not taken over.
        Page next = server.page();
        assertInstanceOf(Wait.class, server.lease(wait.seen()));
        assertInstanceOf(Done.class, server.complete(next, WorkServer::doubled));
    }

    @Test
    void concurrentWriteOfALeasedRecordIsKept() {
        server.start(", 'options': {'canaryPercent': 0}");
        Page page = server.page();
        WorkPageReader.Task task = page.tasks().get(0);
        lab.update(GAME, task.space(), task.id(), "{'increment': {'coins': 100}}");
        Done done = assertInstanceOf(Done.class, server.complete(page, WorkServer::doubled));
        assertTrue(done.answer().again() >= 1, done.toString());
        server.work(WorkServer::doubled);
        assertEquals(MigrationStatus.APPLIED, lab.lastRun(GAME).status());
        int coins = Integer.parseInt(task.id().replaceAll("\\D", "0")) + 100;
        int expected = task.id().equals("other") ? 202 : 2 * coins;
        assertEquals(
                expected, lab.read(task.space(), task.id()).json().path("gold").asInt());
        assertEquals(WorkServer.RECORDS + 1, lab.lastRun(GAME).outcome().main().done());
    }

    @Test
    void failedOrTooLargeRecordsRollTheRunBack() {
        server.start("");
        Map<String, ObjectNode> before = server.states();
        Page page = server.page();
        List<Submitted> records = page.tasks().stream()
                .map(task -> new Submitted(task.space(), task.id(), null, "no such item"))
                .toList();
        assertInstanceOf(Done.class, lab.work.complete(GAME, WorkServer.VERSION, page.lease(), records));
        lab.drive(GAME);
        Run run = lab.lastRun(GAME);
        assertEquals(MigrationStatus.ROLLED_BACK, run.status());
        assertTrue(String.valueOf(run.error()).contains("no such item"), run.error());
        assertEquals(before, server.states());
        assertInstanceOf(Nothing.class, server.lease(Map.of()));

        lab.runs.apply(GAME, null, null, "tester", 0);
        String large = "x".repeat(400_000);
        assertInstanceOf(Done.class, server.complete(server.page(), state -> state.put("large", large)));
        lab.drive(GAME);
        assertTrue(
                String.valueOf(lab.lastRun(GAME).error()).contains("358400"),
                lab.lastRun(GAME).error());
        assertEquals(before, server.states());
    }

    @Test
    void rulesAndFailureThresholdApplyToSubmittedRecords() {
        server.start(", 'validation': [{'expression': 'state.gold < 40', 'message': 'too rich'}],"
                + " 'options': {'failureThreshold': {'count': 5}}");
        server.work(WorkServer::doubled);
        Run run = lab.lastRun(GAME);
        assertEquals(MigrationStatus.APPLIED, run.status(), String.valueOf(run.error()));
        assertEquals(WorkServer.RECORDS - 20, run.outcome().main().failed());
        assertEquals("{\"coins\":22}", lab.read("arena", "p22").json().toString());
        assertEquals("{\"gold\":38}", lab.read("guild", "p19").json().toString());
    }

    @Test
    void earlierMigrationsRunBeforeTheLeaseAndNewRecordsAreLeased() {
        lab.create("arena", "p0", "{'coins': 1}");
        lab.register(Laboratory.definition(
                "0.9.0",
                "{'operations': [{'op': 'increment', 'path': 'coins', 'by': 5}]}",
                ", 'options': {'failureThreshold': {'count': 9}}, 'validation': [{'expression': 'state.coins < 50',"
                        + " 'message': 'rich'}]"));
        lab.apply(GAME);
        lab.register(Laboratory.definition("1.0.0", "{'worker': true}", ", 'options': {'canaryPercent': 0}"));
        lab.runs.apply(GAME, null, null, "tester", 0);
        Page page = server.page();
        assertEquals("{\"coins\":6}", page.tasks().get(0).state().toString());
        assertEquals("0.9.0", page.tasks().get(0).schemaVersion());
        lab.create("arena", "a-late", "{'coins': 7}");
        server.complete(page, WorkServer::doubled);
        server.work(WorkServer::doubled);
        assertEquals(MigrationStatus.APPLIED, lab.lastRun(GAME).status());
        assertEquals("{\"gold\":12}", lab.read("arena", "p0").json().toString());
        assertEquals("{\"gold\":14}", lab.read("arena", "a-late").json().toString());
        assertNull(lab.lastRun(GAME).error());
    }

    @Test
    void onlyWorkerMigrationsLeaseWork() {
        lab.register(Laboratory.definition("1.0.0"));
        assertInstanceOf(WorkService.NotForWorkers.class, server.lease(Map.of()));
        assertInstanceOf(
                WorkService.NotForWorkers.class,
                lab.work.complete(GAME, WorkServer.VERSION, "run-00000001:0:1", List.of()));
        assertInstanceOf(WorkService.Unknown.class, lab.work.lease(GAME, SemanticVersion.of("7.0.0"), 10, Map.of()));
    }

    private void erasureDeletesThePages(Run run) {
        assertTrue(pagesOf(run) > 0);
        MigrationErasureService erasure =
                new MigrationErasureService(lab.runStore, lab.backupStore, lab.quarantine, lab.workStore);
        String cursor = null;
        do {
            cursor = erasure.erase(GAME, "other-player", cursor).next();
        } while (cursor != null);
        assertEquals(0, pagesOf(run));
    }

    private long pagesOf(Run run) {
        return IntStream.range(0, run.segments())
                .filter(segment -> lab.workStore.read(GAME, run.id(), segment).isPresent())
                .count();
    }
}
