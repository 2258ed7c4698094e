package dev.statecraft.migration.work;

import static dev.statecraft.migration.Laboratory.GAME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.JsonFixtures;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.execution.StepService;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.segment.SegmentWork;
import dev.statecraft.migration.segment.WorkPage.Submitted;
import dev.statecraft.migration.work.WorkService.Done;
import dev.statecraft.migration.work.WorkService.Nothing;
import dev.statecraft.migration.work.WorkService.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rollbacks by game servers, on DynamoDB Local. */
class WorkServiceRollbackTest {

    private final WorkServer server = new WorkServer();
    private final Laboratory lab = server.lab;

    private void driveWithoutGameServers() {
        for (int i = 0; i < 5; i++) {
            StepService.Next next = lab.steps.advance(GAME, () -> 60_000);
            next.segments()
                    .forEach(segment ->
                            lab.segments.work(GAME, String.valueOf(next.run()), segment, null, () -> 60_000));
        }
    }

    @Test
    void changedRecordsAreRolledBackByGameServersAndOthersFromTheBackup() {
        server.start(", 'down': {'worker': true}");
        Map<String, ObjectNode> before = server.states();
        server.work(WorkServer::doubled);
        lab.update(GAME, "arena", "p4", "{'increment': {'gold': 100}}");
        lab.update(GAME, "guild", "p5", "{'increment': {'gold': 100}}");
        lab.runs.rollBack(GAME, WorkServer.VERSION, Run.Mode.SMART, "oops", "tester", 0);
        driveWithoutGameServers();
        assertEquals(MigrationStatus.ROLLING_BACK, lab.lastRun(GAME).status(), "two records are left");
        List<String> taken = new ArrayList<>();
        for (int i = 0; i < 50 && lab.lastRun(GAME).active(); i++) {
            if (server.lease(Map.of()) instanceof Page page) {
                assertEquals(Run.Direction.DOWN, page.direction());
                page.tasks().forEach(task -> taken.add(task.id()));
                assertInstanceOf(Done.class, server.complete(page, state -> state.put(
                                "coins", state.path("gold").asInt() / 2)
                        .without("gold")));
            }
        }
        assertEquals(List.of("p4", "p5"), taken.stream().sorted().toList());
        Run run = lab.lastRun(GAME);
        assertEquals(MigrationStatus.ROLLED_BACK, run.status(), String.valueOf(run.error()));
        before.put("p4", JsonFixtures.of("{'coins': 54}"));
        before.put("p5", JsonFixtures.of("{'coins': 55}"));
        assertEquals(before, server.states());
        assertEquals("0.0.0", lab.read("arena", "p4").schemaVersion());
        assertEquals(WorkServer.RECORDS + 1, run.outcome().main().done());
    }

    @Test
    void rollbackWithoutChangedRecordsNeedsNoGameServer() {
        server.start(", 'down': {'worker': true}");
        Map<String, ObjectNode> before = server.states();
        server.work(WorkServer::doubled);
        lab.runs.rollBack(GAME, WorkServer.VERSION, Run.Mode.SMART, "oops", "tester", 0);
        lab.drive(GAME);
        assertEquals(MigrationStatus.ROLLED_BACK, lab.lastRun(GAME).status());
        assertEquals(before, server.states());
        assertInstanceOf(Nothing.class, server.lease(Map.of()));
    }

    @Test
    void leasedRollbackPageIsNotTakenOverAndItsFailuresAreQuarantined() {
        server.start(", 'down': {'worker': true}, 'options': {'segments': 1}");
        server.work(WorkServer::doubled);
        lab.update(GAME, "arena", "p4", "{'increment': {'gold': 100}}");
        lab.runs.rollBack(GAME, WorkServer.VERSION, Run.Mode.SMART, "oops", "tester", 0);
        driveWithoutGameServers();
        Page page = server.page();
        Run run = lab.lastRun(GAME);
        for (int i = 0; i < 3; i++) {
            SegmentWork work = lab.segments.work(GAME, run.id(), 0, null, () -> 60_000);
            assertNull(work.seen(), "there is nothing to take over");
        }
        List<Submitted> records = page.tasks().stream()
                .map(task -> new Submitted(task.space(), task.id(), null, "sold already"))
                .toList();
        assertInstanceOf(Done.class, lab.work.complete(GAME, WorkServer.VERSION, page.lease(), records));
        lab.drive(GAME);
        run = lab.lastRun(GAME);
        assertEquals(MigrationStatus.ROLLED_BACK, run.status());
        assertEquals(1, run.outcome().main().failed());
        assertEquals("{\"gold\":108}", lab.read("arena", "p4").json().toString());
    }
}
