package dev.statecraft.migration.run;

import static dev.statecraft.migration.Laboratory.definition;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.run.Run.Direction;
import dev.statecraft.migration.run.Run.Mode;
import dev.statecraft.migration.run.Run.Phase;
import dev.statecraft.migration.segment.CapacityPacer;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a run counts, and what follows from the counts. */
class RunCountsTest {

    private static Run run(Direction direction, Phase phase, long total) {
        return new Run(
                "run-00000007",
                SemanticVersion.of("1.1.0"),
                "PLAYER_DATA",
                direction,
                MigrationStatus.RUNNING,
                phase,
                false,
                null,
                new Run.Order(Mode.SMART, false, "by", null),
                new RunOptions(null, null, 0, null, 10, 0),
                new Run.Schemas("1.0.0", "1.1.0"),
                true,
                List.of(new Run.Source("run-00000001", 2)),
                0,
                0,
                total,
                5,
                null,
                Instant.EPOCH,
                null,
                null,
                null);
    }

    private static Progress progress(long done, long skipped, long failed) {
        return new Progress(new RunCounts(done, done - 1, skipped, failed), RunCounts.NONE, 1, 2.5, InvariantSums.NONE);
    }

    private static RunCounts ended(Run run, Progress progress, boolean complete) {
        Progress ended = run.ended(progress, complete);
        assertEquals(progress.back(), ended.back());
        assertEquals(progress.attempts(), ended.attempts());
        assertEquals(progress.units(), ended.units());
        assertEquals(progress.sums(), ended.sums());
        return ended.main();
    }

    @Test
    void recordsThatWereNotReachedCountAsSkipped() {
        Run up = run(Direction.UP, Phase.VALIDATING, 10);
        assertEquals(new RunCounts(4, 4, 1, 2), ended(up, progress(4, 1, 2), true));
        assertEquals(new RunCounts(4, 4, 4, 2), ended(up, progress(4, 1, 2), false));
        assertEquals(new RunCounts(4, 4, 9, 2), ended(up, progress(4, 9, 2), false));
    }

    @Test
    void recordsThatARollbackRestoredAreNotSkippedByItsLastScan() {
        Run down = run(Direction.DOWN, Phase.SWEEPING, 10);
        assertEquals(new RunCounts(4, 4, 3, 2), ended(down, progress(4, 9, 2), true));
        assertEquals(new RunCounts(4, 4, 0, 2), ended(down, progress(4, 5, 2), false));
    }

    @Test
    void phasesKnowTheirPassAndDirection() {
        assertEquals(Phase.CANARY.pass(), Phase.MIGRATING.pass());
        assertEquals(
                List.of(0, 1, 1, 2, 3, 4, 5),
                List.of(Phase.values()).stream().map(Phase::pass).toList());
        assertEquals(
                List.of(Phase.RESTORING, Phase.SWEEPING),
                List.of(Phase.values()).stream().filter(Phase::back).toList());
        assertEquals(
                List.of(Phase.CANARY, Phase.MIGRATING, Phase.VALIDATING, Phase.RESTORING, Phase.SWEEPING),
                List.of(Phase.values()).stream().filter(Phase::working).toList());
        assertTrue(run(Direction.DOWN, Phase.PLANNING, 1).isRollingBack());
        assertTrue(run(Direction.UP, Phase.SWEEPING, 1).isRollingBack());
        assertFalse(run(Direction.UP, Phase.VALIDATING, 1).isRollingBack());
        assertTrue(run(Direction.UP, Phase.SWEEPING, 1).undoing());
        assertFalse(run(Direction.UP, Phase.VALIDATING, 1).undoing());
        assertFalse(run(Direction.DOWN, Phase.SWEEPING, 1).undoing());
    }

    @Test
    void copiesOfARunChangeOneThingAndTheRevision() {
        Run run = run(Direction.UP, Phase.PLANNING, 10);
        assertTrue(run.active());
        assertEquals("migration:run-00000007", run.signature());
        assertEquals("run-00000007", Run.idOf(7));
        Run paused = run.paused(true);
        assertEquals(MigrationStatus.PAUSED, paused.visibleStatus());
        assertEquals(MigrationStatus.RUNNING, run.visibleStatus());
        assertEquals(6, paused.revision());
        Run stopping = paused.stopping(MigrationStatus.FAILED, "why");
        assertFalse(stopping.paused());
        assertEquals(MigrationStatus.FAILED, stopping.stopping());
        assertEquals("why", stopping.error());
        assertEquals(20, run.throttled(20).options().maxCapacity());
        assertEquals(6, run.throttled(20).revision());
        Run planned = run.planned(MigrationStatus.RUNNING, Phase.CANARY, 3, 1, 99);
        assertEquals(List.of(new Run.Source("run-00000001", 2), new Run.Source("run-00000007", 3)), planned.sources());
        assertEquals(3, planned.segments());
        assertEquals(1, planned.canary());
        assertEquals(99, planned.total());
        assertEquals(
                List.of(new Run.Source("run-00000001", 2)),
                run(Direction.DOWN, Phase.PLANNING, 1)
                        .planned(MigrationStatus.RUNNING, Phase.RESTORING, 3, 0, 1)
                        .sources());
        Run without = run.withoutBackup();
        assertFalse(without.keepsBackup());
        assertEquals(6, without.revision());
        assertEquals(
                List.of(new Run.Source("run-00000001", 2)),
                without.planned(MigrationStatus.RUNNING, Phase.CANARY, 3, 1, 9).sources());
        assertEquals(
                Phase.MIGRATING,
                run.at(MigrationStatus.RUNNING, Phase.MIGRATING).phase());
        Run finished = paused.finished(MigrationStatus.APPLIED, progress(4, 1, 2), Instant.MAX, null);
        assertFalse(finished.active());
        assertFalse(finished.paused());
        assertEquals(7, finished.total());
        assertEquals(MigrationStatus.APPLIED, finished.visibleStatus());
        assertEquals(Instant.MAX, finished.finishedAt());
        assertEquals(new Run.Source("run-1", 12), Run.Source.of("run-1:12"));
        assertEquals("run-1:12", new Run.Source("run-1", 12).toString());
    }

    @ParameterizedTest
    @CsvSource({
        ",, 0, 100, false",
        ",, 1, 100, true",
        "3,, 3, 100, false",
        "3,, 4, 100, true",
        ", 2.5, 5, 200, false",
        ", 2.5, 6, 200, true",
        ", 50, 1, 0, true",
        "1, 50, 2, 100, true",
        "9, 1, 2, 100, true"
    })
    void thresholdsOfFailures(Integer count, Double percent, long failed, long total, boolean exceeded) {
        assertEquals(exceeded, new RunOptions(count, percent, 0, null, 10, 0).exceeded(failed, total));
    }

    @Test
    void optionsComeFromTheDefinitionOrTheDefaults() {
        RunOptions.Defaults defaults = new RunOptions.Defaults(12.5, 50, 7);
        assertEquals(new RunOptions(null, null, 12.5, null, 50, 7), RunOptions.of(definition("1.1.0"), defaults));
        assertEquals(
                new RunOptions(3, 2.5, 10.0, 4, 20, 100),
                RunOptions.of(
                        definition(
                                "1.1.0",
                                "{'expression': 'state'}",
                                ", 'options': {'failureThreshold': {'count': 3, 'percent': 2.5}, 'canaryPercent': 10,"
                                        + " 'segments': 4, 'pageSize': 20, 'maxCapacity': 100}"),
                        defaults));
    }

    @Test
    void segmentsAddUp() {
        InvariantSums one = new InvariantSums(List.of(new BigDecimal("1.5")), List.of(new BigDecimal("2")));
        InvariantSums two = new InvariantSums(
                List.of(new BigDecimal("1"), new BigDecimal("7")), List.of(new BigDecimal("1"), new BigDecimal("8")));
        Segment first =
                new Segment("r", 0, 1, true, null, 3, 9, null, new RunCounts(1, 2, 3, 4), RunCounts.NONE, 2, 1.5, one);
        Segment second = new Segment(
                "r",
                1,
                1,
                false,
                Segment.worker("w"),
                3,
                9,
                null,
                new RunCounts(10, 20, 30, 40),
                new RunCounts(5, 6, 7, 8),
                1,
                2,
                two);
        Progress sum = Progress.of(List.of(first, second));
        assertEquals(new RunCounts(11, 22, 33, 44), sum.main());
        assertEquals(new RunCounts(5, 6, 7, 8), sum.back());
        assertEquals(2, sum.attempts());
        assertEquals(3.5, sum.units());
        assertEquals(88, sum.handled());
        assertEquals(new BigDecimal("2.5"), sum.sums().before(0));
        assertEquals(new BigDecimal("7"), sum.sums().before(1));
        assertEquals(new BigDecimal("3"), sum.sums().after(0));
        assertEquals(new BigDecimal("8"), sum.sums().after(1));
        assertEquals(BigDecimal.ZERO, sum.sums().before(2));
        assertEquals(BigDecimal.ZERO, sum.sums().after(2));
        assertTrue(first.finished(1));
        assertFalse(first.finished(2));
        assertFalse(second.finished(1));
        assertTrue(second.heldByWorker());
        assertFalse(first.heldByWorker());
        assertEquals(new RunCounts(5, 6, 7, 8), second.counts(true));
        assertEquals(new RunCounts(10, 20, 30, 40), second.counts(false));
    }

    @ParameterizedTest
    @CsvSource({"0, 100, 5, 0", "-1, 100, 5, 0", "10, 5, 100, 400", "10, 5, 600, 0", "3, 1, 0, 334", "1, 0, 0, 0"})
    void pagesArePacedByTheirCapacity(double perSecond, double units, long elapsed, long wait) {
        assertEquals(wait, CapacityPacer.waitMillis(perSecond, units, elapsed));
    }

    @Test
    void writesSettleAgainAfterEachChangeOfTheSchema() {
        Run run = run(Direction.UP, Phase.MIGRATING, 10);
        Run settling = run.at(MigrationStatus.RUNNING, Phase.VALIDATING).settling(Instant.EPOCH);
        assertEquals(run.revision() + 2, settling.revision());
        assertEquals(
                Instant.EPOCH,
                settling.at(MigrationStatus.RUNNING, Phase.SWEEPING).settlingSince());
        assertNull(settling.at(MigrationStatus.RUNNING, Phase.VALIDATING).settlingSince());
        assertNull(settling.at(MigrationStatus.RUNNING, Phase.RESTORING).settlingSince());
    }
}
