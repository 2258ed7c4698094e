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
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.execution.RunService;
import dev.statecraft.migration.execution.StartService;
import dev.statecraft.migration.execution.StepService;
import dev.statecraft.migration.segment.PageOutcome;
import dev.statecraft.migration.segment.PageService;
import dev.statecraft.migration.segment.RecordUpgrade;
import dev.statecraft.migration.segment.SegmentWork;
import dev.statecraft.replication.state.EntityKey;
import dev.statecraft.table.CapacityUsage;
import dev.statecraft.testing.Machine;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Control of active runs: pause, cancel, throttle, time budgets and leases, on DynamoDB Local. */
class RunWorkerTest {

    @Test
    void pausedRunStopsAndCancelledRunIsUndone() {
        Laboratory lab = lab();
        fill(lab, 6);
        lab.register(definition("1.1.0", RENAME, ", 'options': {'pageSize': 1, 'segments': 1}"));
        lab.runs.apply(GAME, null, null, BY, 0);
        assertEquals(List.of(GAME), lab.waiting);
        Run run = lab.lastRun(GAME);
        assertInstanceOf(RunService.Changed.class, lab.runs.pause(GAME, run.id()));
        lab.drive(GAME);
        assertEquals(MigrationStatus.PAUSED, lab.migration(GAME, "1.1.0").status());
        assertEquals(1, lab.read("arena", "n0").version());
        assertInstanceOf(StartService.Active.class, lab.runs.force(GAME, SemanticVersion.of("1.1.0"), "r", BY, 0));
        assertInstanceOf(RunService.Changed.class, lab.runs.resume(GAME, run.id()));
        assertEquals(2, lab.waiting.size());
        StepService.Next next = lab.steps.advance(GAME, () -> 60_000);
        // Enough time for one or two pages.
        AtomicLong left = new AtomicLong(10);
        lab.segments.work(GAME, run.id(), next.segments().get(0), null, () -> left.getAndAdd(-3));
        assertTrue(Progress.of(lab.segmentStore.list(GAME, run.id(), 1)).main().done() > 0);
        assertInstanceOf(RunService.Changed.class, lab.runs.cancel(GAME, run.id()));
        assertInstanceOf(RunService.Changed.class, lab.runs.cancel(GAME, run.id()));
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
    void throttledRunStaysBelowItsCapacityLimit() {
        Laboratory lab = lab();
        fill(lab, 12);
        lab.register(definition(
                "1.1.0", RENAME, ", 'options': {'pageSize': 4, 'segments': 1, 'maxCapacity': 60, 'canaryPercent': 0}"));
        long startNanos = System.nanoTime();
        lab.apply(GAME);
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        Progress outcome = lab.lastRun(GAME).outcome();
        assertNotNull(outcome);
        assertTrue(outcome.units() > 40, outcome.toString());
        assertTrue(outcome.units() / seconds < 90, outcome.units() + " units in " + seconds + " s");
    }

    @Test
    void stepReturnsInTimeAndMakesProgressWithAShrinkingBudget() {
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

    @Test
    void staleLeaseHolderCannotWrite() {
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
        PageService pages = new PageService(
                lab.commits,
                lab.realm.types,
                lab.segmentStore,
                lab.quarantine,
                lab.backupStore,
                lab.config,
                Machine.real().backoff());
        PageOutcome outcome = pages.upgrade(
                new PageService.Job(GAME, run, stale, () -> true, new CapacityUsage()),
                new RecordUpgrade(lab.definitions.chain(GAME, "PLAYER_DATA"), lab.config.bounds(), true),
                List.of(new EntityKey("arena", "n0")),
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
    void unfinishedRunIsReportedUntilItEndsOrIsPaused() {
        Laboratory lab = new Laboratory();
        lab.create("arena", "p1", "{'hp': 1}");
        lab.register(definition("1.1.0"));
        assertFalse(lab.runs.announceUnfinished(GAME, Instant.EPOCH), "no run has started");
        lab.runs.apply(GAME, null, null, BY, 0);
        lab.waiting.clear();
        assertTrue(lab.runs.announceUnfinished(GAME, Instant.EPOCH));
        assertEquals(1, lab.waiting.size());
        String run = lab.lastRun(GAME).id();
        lab.runs.pause(GAME, run);
        assertFalse(lab.runs.announceUnfinished(GAME, Instant.EPOCH), "the run is paused");
        lab.runs.resume(GAME, run);
        lab.drive(GAME);
        assertFalse(lab.runs.announceUnfinished(GAME, Instant.EPOCH), "the run has ended");
    }
}
