package dev.statecraft.migration;

import static dev.statecraft.migration.Laboratory.GAME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.WorkPage.Returned;
import dev.statecraft.migration.WorkService.Completed;
import dev.statecraft.migration.WorkService.Done;
import dev.statecraft.migration.WorkService.Foreign;
import dev.statecraft.migration.WorkService.Leased;
import dev.statecraft.migration.WorkService.Lost;
import dev.statecraft.migration.WorkService.Nothing;
import dev.statecraft.migration.WorkService.Page;
import dev.statecraft.migration.WorkService.Wait;
import dev.statecraft.replication.Entity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Game servers that migrate records with functions of their own, and those that do it badly. */
class WorkServiceTest {

    private static final SemanticVersion VERSION = SemanticVersion.of("1.0.0");
    private static final int RECORDS = 23;

    private final Laboratory lab = new Laboratory();

    private static ObjectNode doubled(ObjectNode state) {
        return state.put("gold", state.path("coins").asInt() * 2).without("coins");
    }

    private void begin(String more) {
        for (int i = 0; i < RECORDS; i++) {
            lab.create(i % 2 == 0 ? "arena" : "guild", "p" + i, "{'coins': " + i + "}");
        }
        lab.create("arena", "other", "{'coins': 1}");
        lab.register(Laboratory.definition("1.0.0", "{'worker': true}", more));
        lab.runs.apply(GAME, null, null, "tester", 0);
    }

    private Page page() {
        for (int i = 0; i < 20; i++) {
            if (lease(Map.of()) instanceof Page page) {
                return page;
            }
        }
        throw new AssertionError("no page");
    }

    private Leased lease(Map<Integer, Long> seen) {
        return lab.work.lease(GAME, VERSION, 10, seen);
    }

    private Completed complete(Page page, UnaryOperator<ObjectNode> up) {
        List<Returned> records = page.tasks().stream()
                .map(task -> new Returned(
                        task.space(), task.id(), up.apply(task.state().deepCopy()), null))
                .toList();
        return lab.work.complete(GAME, VERSION, page.lease(), records);
    }

    /** Does what there is to do, as a game server would. */
    private void work(UnaryOperator<ObjectNode> up) {
        for (int i = 0; i < 500; i++) {
            Leased leased = lease(Map.of());
            if (leased instanceof Nothing) {
                return;
            }
            if (leased instanceof Page page) {
                assertInstanceOf(Done.class, complete(page, up));
            }
        }
        throw new AssertionError("it never ends: " + lab.lastRun(GAME));
    }

    private void driveAsFarAsTheServiceCan() {
        for (int i = 0; i < 5; i++) {
            StepService.Next next = lab.steps.advance(GAME, () -> 60_000);
            next.segments()
                    .forEach(segment ->
                            lab.segments.work(GAME, String.valueOf(next.run()), segment, null, () -> 60_000));
        }
    }

    private Map<String, ObjectNode> states() {
        Map<String, ObjectNode> states = new HashMap<>();
        for (int i = 0; i < RECORDS; i++) {
            states.put(
                    "p" + i, lab.read(i % 2 == 0 ? "arena" : "guild", "p" + i).json());
        }
        return states;
    }

    @Test
    void everyRecordIsMigratedOnceAndTheRunIsAppliedAndCanBeTakenBack() {
        begin("");
        Map<String, ObjectNode> before = states();
        work(WorkServiceTest::doubled);
        Run run = lab.lastRun(GAME);
        assertEquals(MigrationStatus.APPLIED, run.status(), String.valueOf(run.error()));
        erasureForgetsThePages(run);
        assertEquals(RECORDS + 1, run.outcome().main().done());
        assertEquals(0, run.outcome().main().failed());
        for (int i = 0; i < RECORDS; i++) {
            Entity entity = lab.read(i % 2 == 0 ? "arena" : "guild", "p" + i);
            assertEquals("{\"gold\":" + 2 * i + "}", entity.json().toString());
            assertEquals(2, entity.version());
            assertEquals("1.0.0", entity.schemaVersion());
        }
        assertTrue(lab.migration(GAME, "1.0.0").hasRollbackData());
        assertInstanceOf(Nothing.class, lease(Map.of()));
        lab.runs.rollBack(GAME, VERSION, Run.Mode.SMART, "oops", "tester", 0);
        lab.drive(GAME);
        assertEquals(MigrationStatus.ROLLED_BACK, lab.lastRun(GAME).status());
        assertEquals(before, states());
    }

    private void erasureForgetsThePages(Run run) {
        assertTrue(pagesOf(run) > 0);
        MigrationErasureService erasure =
                new MigrationErasureService(lab.runStore, lab.backupStore, lab.segmentStore, lab.workStore);
        String cursor = null;
        do {
            cursor = erasure.erase(GAME, "somebody-else", cursor).next();
        } while (cursor != null);
        assertEquals(0, pagesOf(run));
    }

    private long pagesOf(Run run) {
        return IntStream.range(0, run.segments())
                .filter(segment -> lab.workStore.read(GAME, run.id(), segment).isPresent())
                .count();
    }

    @Test
    void recordsThatWereNotLeasedOrAreMissingOrComeTwiceChangeNothing() {
        begin("");
        Map<String, ObjectNode> before = states();
        Page page = page();
        List<Returned> records = new ArrayList<>(page.tasks().stream()
                .map(task -> new Returned(
                        task.space(), task.id(), doubled(task.state().deepCopy()), null))
                .toList());
        Returned first = records.get(0);
        records.add(new Returned("arena", "stranger", Json.of("{}"), null));
        Foreign foreign = assertInstanceOf(Foreign.class, lab.work.complete(GAME, VERSION, page.lease(), records));
        assertEquals(records.size() - 1, foreign.mismatch().index());
        records.set(records.size() - 1, first);
        assertInstanceOf(Foreign.class, lab.work.complete(GAME, VERSION, page.lease(), records));
        Foreign missing = assertInstanceOf(Foreign.class, lab.work.complete(GAME, VERSION, page.lease(), List.of()));
        assertEquals(-1, missing.mismatch().index());
        for (String lease : List.of("", "x", "run-00000001:0:99", "run-99999999:0:1", page.lease() + "0")) {
            assertInstanceOf(Lost.class, lab.work.complete(GAME, VERSION, lease, List.of()), lease);
        }
        assertEquals(before, states());
        assertInstanceOf(Done.class, complete(page, WorkServiceTest::doubled));
    }

    @Test
    void aPageThatIsHandedInTwiceIsDoneOnce() {
        begin("");
        Page page = page();
        Done first = assertInstanceOf(Done.class, complete(page, WorkServiceTest::doubled));
        Map<String, ObjectNode> then = states();
        Done second = assertInstanceOf(Done.class, complete(page, state -> state.put("gold", -1)));
        assertEquals(first.answer(), second.answer());
        assertTrue(second.replayed());
        assertEquals(then, states());
    }

    @Test
    void aServerThatIsGoneIsReplacedAndCannotWriteWhenItComesBack() {
        begin(", 'options': {'segments': 1}");
        Page dead = page();
        Wait wait = assertInstanceOf(Wait.class, lease(Map.of()));
        assertEquals(1, wait.seen().size());
        // What was seen has stood still: another server is handed the records.
        Page taken = assertInstanceOf(Page.class, lease(wait.seen()));
        assertEquals(
                dead.tasks().stream().map(WorkPageReader.Task::id).toList(),
                taken.tasks().stream().map(WorkPageReader.Task::id).toList());
        assertNotEquals(dead.lease(), taken.lease());
        Map<String, ObjectNode> before = states();
        assertInstanceOf(Lost.class, complete(dead, state -> state.put("gold", -1)));
        assertEquals(before, states());
        assertInstanceOf(Done.class, complete(taken, WorkServiceTest::doubled));
        // A lease that was seen earlier has moved since; it is not taken over.
        Page next = page();
        assertInstanceOf(Wait.class, lease(wait.seen()));
        assertInstanceOf(Done.class, complete(next, WorkServiceTest::doubled));
    }

    @Test
    void whatWasWrittenWhileARecordWasOutIsKept() {
        begin(", 'options': {'canaryPercent': 0}");
        Page page = page();
        WorkPageReader.Task task = page.tasks().get(0);
        lab.update(GAME, task.space(), task.id(), "{'increment': {'coins': 100}}");
        Done done = assertInstanceOf(Done.class, complete(page, WorkServiceTest::doubled));
        assertTrue(done.answer().again() >= 1, done.toString());
        work(WorkServiceTest::doubled);
        assertEquals(MigrationStatus.APPLIED, lab.lastRun(GAME).status());
        int coins = Integer.parseInt(task.id().replaceAll("\\D", "0")) + 100;
        int expected = task.id().equals("other") ? 202 : 2 * coins;
        assertEquals(
                expected, lab.read(task.space(), task.id()).json().path("gold").asInt());
        assertEquals(RECORDS + 1, lab.lastRun(GAME).outcome().main().done());
    }

    @Test
    void recordsThatTheServerCannotMigrateOrThatGrowTooLargeAreTooManyAndAllGoesBack() {
        begin("");
        Map<String, ObjectNode> before = states();
        Page page = page();
        List<Returned> records = page.tasks().stream()
                .map(task -> new Returned(task.space(), task.id(), null, "no such item"))
                .toList();
        assertInstanceOf(Done.class, lab.work.complete(GAME, VERSION, page.lease(), records));
        lab.drive(GAME);
        Run run = lab.lastRun(GAME);
        assertEquals(MigrationStatus.ROLLED_BACK, run.status());
        assertTrue(String.valueOf(run.error()).contains("no such item"), run.error());
        assertEquals(before, states());
        assertInstanceOf(Nothing.class, lease(Map.of()));

        lab.runs.apply(GAME, null, null, "tester", 0);
        String large = "x".repeat(400_000);
        assertInstanceOf(Done.class, complete(page(), state -> state.put("large", large)));
        lab.drive(GAME);
        assertTrue(
                String.valueOf(lab.lastRun(GAME).error()).contains("358400"),
                lab.lastRun(GAME).error());
        assertEquals(before, states());
    }

    @Test
    void rulesAreLookedAtAndAFewFailuresAreAllowedWhereTheDefinitionSaysSo() {
        begin(", 'validation': [{'expression': 'state.gold < 40', 'message': 'too rich'}],"
                + " 'options': {'failureThreshold': {'count': 5}}");
        work(WorkServiceTest::doubled);
        Run run = lab.lastRun(GAME);
        assertEquals(MigrationStatus.APPLIED, run.status(), String.valueOf(run.error()));
        assertEquals(RECORDS - 20, run.outcome().main().failed());
        assertEquals("{\"coins\":22}", lab.read("arena", "p22").json().toString());
        assertEquals("{\"gold\":38}", lab.read("guild", "p19").json().toString());
    }

    @Test
    void theMigrationsBeforeAreDoneByTheServiceAndWhatIsCreatedMeanwhileComesToo() {
        lab.create("arena", "p0", "{'coins': 1}");
        lab.register(Laboratory.definition(
                "0.9.0",
                "{'operations': [{'op': 'increment', 'path': 'coins', 'by': 5}]}",
                ", 'options': {'failureThreshold': {'count': 9}}, 'validation': [{'expression': 'state.coins < 50',"
                        + " 'message': 'rich'}]"));
        lab.apply(GAME);
        lab.register(Laboratory.definition("1.0.0", "{'worker': true}", ", 'options': {'canaryPercent': 0}"));
        lab.runs.apply(GAME, null, null, "tester", 0);
        Page page = page();
        assertEquals("{\"coins\":6}", page.tasks().get(0).state().toString());
        assertEquals("0.9.0", page.tasks().get(0).schemaVersion());
        lab.create("arena", "a-late", "{'coins': 7}");
        complete(page, WorkServiceTest::doubled);
        work(WorkServiceTest::doubled);
        assertEquals(MigrationStatus.APPLIED, lab.lastRun(GAME).status());
        assertEquals("{\"gold\":12}", lab.read("arena", "p0").json().toString());
        assertEquals("{\"gold\":14}", lab.read("arena", "a-late").json().toString());
        assertNull(lab.lastRun(GAME).error());
    }

    @Test
    void whatWasWrittenSinceIsTakenBackByTheGameServerAndTheRestByTheService() {
        begin(", 'down': {'worker': true}");
        Map<String, ObjectNode> before = states();
        work(WorkServiceTest::doubled);
        lab.update(GAME, "arena", "p4", "{'increment': {'gold': 100}}");
        lab.update(GAME, "guild", "p5", "{'increment': {'gold': 100}}");
        lab.runs.rollBack(GAME, VERSION, Run.Mode.SMART, "oops", "tester", 0);
        driveAsFarAsTheServiceCan();
        assertEquals(MigrationStatus.ROLLING_BACK, lab.lastRun(GAME).status(), "two records are left");
        List<String> taken = new ArrayList<>();
        for (int i = 0; i < 50 && lab.lastRun(GAME).active(); i++) {
            if (lease(Map.of()) instanceof Page page) {
                assertEquals(Run.Direction.DOWN, page.direction());
                page.tasks().forEach(task -> taken.add(task.id()));
                assertInstanceOf(Done.class, complete(page, state -> state.put(
                                "coins", state.path("gold").asInt() / 2)
                        .without("gold")));
            }
        }
        assertEquals(List.of("p4", "p5"), taken.stream().sorted().toList());
        Run run = lab.lastRun(GAME);
        assertEquals(MigrationStatus.ROLLED_BACK, run.status(), String.valueOf(run.error()));
        before.put("p4", Json.of("{'coins': 54}"));
        before.put("p5", Json.of("{'coins': 55}"));
        assertEquals(before, states());
        assertEquals("0.0.0", lab.read("arena", "p4").schemaVersion());
        assertEquals(RECORDS + 1, run.outcome().main().done());
    }

    @Test
    void aRollbackThatNeedsNoGameServerDoesNotWaitForOne() {
        begin(", 'down': {'worker': true}");
        Map<String, ObjectNode> before = states();
        work(WorkServiceTest::doubled);
        lab.runs.rollBack(GAME, VERSION, Run.Mode.SMART, "oops", "tester", 0);
        lab.drive(GAME);
        assertEquals(MigrationStatus.ROLLED_BACK, lab.lastRun(GAME).status());
        assertEquals(before, states());
        assertInstanceOf(Nothing.class, lease(Map.of()));
    }

    @Test
    void theServiceLeavesAGameServerThePageThatItIsTakingBackAndPutsAsideWhatItCannot() {
        begin(", 'down': {'worker': true}, 'options': {'segments': 1}");
        work(WorkServiceTest::doubled);
        lab.update(GAME, "arena", "p4", "{'increment': {'gold': 100}}");
        lab.runs.rollBack(GAME, VERSION, Run.Mode.SMART, "oops", "tester", 0);
        driveAsFarAsTheServiceCan();
        Page page = page();
        Run run = lab.lastRun(GAME);
        for (int i = 0; i < 3; i++) {
            SegmentWork work = lab.segments.work(GAME, run.id(), 0, null, () -> 60_000);
            assertNull(work.seen(), "there is nothing to take over");
        }
        List<Returned> records = page.tasks().stream()
                .map(task -> new Returned(task.space(), task.id(), null, "sold already"))
                .toList();
        assertInstanceOf(Done.class, lab.work.complete(GAME, VERSION, page.lease(), records));
        lab.drive(GAME);
        run = lab.lastRun(GAME);
        assertEquals(MigrationStatus.ROLLED_BACK, run.status());
        assertEquals(1, run.outcome().main().failed());
        assertEquals("{\"gold\":108}", lab.read("arena", "p4").json().toString());
    }

    @Test
    void othersThanWorkerMigrationsHandNothingOut() {
        lab.register(Laboratory.definition("1.0.0"));
        assertInstanceOf(WorkService.NotForWorkers.class, lease(Map.of()));
        assertInstanceOf(
                WorkService.NotForWorkers.class, lab.work.complete(GAME, VERSION, "run-00000001:0:1", List.of()));
        assertInstanceOf(WorkService.Unknown.class, lab.work.lease(GAME, SemanticVersion.of("7.0.0"), 10, Map.of()));
    }
}
