package dev.statecraft.migration.execution;

import static dev.statecraft.migration.Laboratory.BY;
import static dev.statecraft.migration.Laboratory.GAME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.MovingClock;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.RunCounts;
import dev.statecraft.migration.segment.SegmentWork;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.command.Command;
import dev.statecraft.replication.command.IdempotencyKey;
import dev.statecraft.replication.command.Source;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.TestDatabase;
import dev.statecraft.testing.fault.AwsOperation;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/**
 * Writes that are in flight while a run changes its phase or ends. In a space that the run writes to, they lose the race for
 * the head and are decided again, so their entities are in another space.
 */
class RunInFlightTest {

    private static final Set<AwsOperation> COMMIT = Set.of(AwsOperation.TRANSACT_WRITE);
    private static final String OLD = "0.0.0";
    private static final String NEW = "1.0.0";

    private static final ExecutionInterceptor NONE = new ExecutionInterceptor() {};

    private final MovingClock clock = new MovingClock(Instant.parse("2026-03-01T12:00:00Z"));
    private final FaultyDynamo calls = new FaultyDynamo();
    private final TableNames tables = TestDatabase.freshTables();
    private Laboratory delayed = instance(Map.of(), calls);
    private Laboratory other = instance(Map.of(), NONE);

    private Laboratory instance(Map<String, String> settings, ExecutionInterceptor interceptor) {
        Realm realm = new Realm(tables, Map.of("type-cache", "0s"), interceptor, clock);
        return new Laboratory(realm, settings, List.of(), interceptor, clock);
    }

    /** Two instances, of which the first one is delayed, and an entity. */
    private void instances(Map<String, String> settings) {
        delayed = instance(settings, calls);
        other = instance(settings, NONE);
        other.create("arena", "p1", "{'hp': 1}");
    }

    private void register(String options) {
        other.register(Laboratory.definition(
                NEW,
                "{'operations': [{'op': 'rename', 'from': 'hp', 'path': 'health'}]}",
                ", 'validation': [{'expression': '!has(state.health) || state.health < 900', 'message': 'too healthy'}]"
                        + ", 'options': {'canaryPercent': 0, 'segments': 1, " + options + "}"));
    }

    private void rollBack() {
        other.runs.rollBack(GAME, SemanticVersion.of(NEW), Run.Mode.SMART, "r", BY, 0);
    }

    /** Drives a run until it has ended or waits. */
    private void driveUntilItWaits() {
        for (StepService.Next next = other.steps.advance(GAME, () -> 60_000);
                !next.done();
                next = other.steps.advance(GAME, () -> 60_000)) {
            for (int segment : next.segments()) {
                if (!other.segments
                        .work(GAME, Objects.requireNonNull(next.run()), segment, null, () -> 60_000)
                        .done()) {
                    return;
                }
            }
        }
    }

    private void endAfter(Duration time) {
        clock.move(time);
        driveUntilItWaits();
        assertFalse(other.lastRun(GAME).active(), other.lastRun(GAME).toString());
    }

    private Entity stored(String id) {
        return other.realm.entityStore.read(GAME, id.equals("p1") ? "arena" : "harbor", id);
    }

    private RunCounts counts() {
        Run run = other.lastRun(GAME);
        RunCounts main = Objects.requireNonNull(run.outcome(), run.toString()).main();
        assertEquals(run.total(), main.done() + main.skipped() + main.failed(), run.toString());
        return main;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void entityThatIsCreatedDuringAChangeOfTheSchemaVersionIsFoundByTheLastScan(boolean back) {
        instances(Map.of("settle-after", "10s"));
        register("'pageSize': 10");
        if (back) {
            other.runs.apply(GAME, null, null, BY, 0);
            driveUntilItWaits();
            endAfter(Duration.ofSeconds(10));
            rollBack();
        } else {
            other.runs.apply(GAME, null, null, BY, 0);
        }
        calls.beforeNext(COMMIT, this::driveUntilItWaits);

        delayed.create("harbor", "late", back ? "{'health': 7}" : "{'hp': 7}");

        assertTrue(calls.hasActed());
        assertEquals(back ? NEW : OLD, stored("late").schemaVersion());
        endAfter(Duration.ofSeconds(10));
        assertEquals(
                back ? OLD : NEW, stored("late").schemaVersion(), stored("late").toString());
        assertEquals(7, stored("late").json().path(back ? "hp" : "health").intValue());
        counts();
    }

    @Test
    void updateThatUpgradesItsEntityDuringARollbackIsFoundByTheLastScan() {
        instances(Map.of("settle-after", "10s"));
        other.create("harbor", "strong", "{'hp': 900}");
        register("'failureThreshold': {'count': 1}");
        other.runs.apply(GAME, null, null, BY, 0);
        driveUntilItWaits();
        endAfter(Duration.ofSeconds(10));
        other.update(GAME, "harbor", "strong", "{'set': {'hp': 8}}");
        assertEquals(OLD, stored("strong").schemaVersion());
        rollBack();
        calls.beforeNext(COMMIT, this::driveUntilItWaits);

        delayed.update(GAME, "harbor", "strong", "{'set': {'coins': 1}}");

        assertTrue(calls.hasActed());
        assertEquals(NEW, stored("strong").schemaVersion());
        endAfter(Duration.ofSeconds(10));
        assertEquals(OLD, stored("strong").schemaVersion());
        assertEquals(8, stored("strong").json().path("hp").intValue());
    }

    /** The second update of a repaired record during validation stores it with the new schema version. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void repairedRecordIsCountedOnce(boolean byItsWriter) {
        instances(Map.of("settle-after", "10s"));
        other.create("harbor", "strong", "{'hp': 900}");
        register("'failureThreshold': {'count': 1}");
        other.runs.apply(GAME, null, null, BY, 0);
        driveUntilItWaits();
        assertEquals(Run.Phase.VALIDATING, other.lastRun(GAME).phase());
        String run = other.lastRun(GAME).id();
        assertEquals(1, other.quarantine.list(GAME, run, 10).size());
        other.update(GAME, "harbor", "strong", "{'set': {'hp': 8}}");
        if (byItsWriter) {
            other.update(GAME, "harbor", "strong", "{'set': {'coins': 1}}");
            assertEquals(NEW, stored("strong").schemaVersion());
        }

        endAfter(Duration.ofSeconds(10));

        assertEquals(NEW, stored("strong").schemaVersion());
        assertEquals(MigrationStatus.APPLIED, other.lastRun(GAME).status());
        RunCounts counts = counts();
        assertEquals(0, counts.failed());
        assertEquals(byItsWriter ? 1 : 2, counts.done());
        assertEquals(byItsWriter ? 1 : 0, counts.skipped());
        assertEquals(List.of(), other.quarantine.list(GAME, run, 10));
    }

    @Test
    void recordThatFailsAgainInValidationIsCountedOnce() {
        instances(Map.of());
        other.create("harbor", "strong", "{'hp': 900}");
        register("'failureThreshold': {'count': 1}");
        other.apply(GAME);
        assertEquals(1, counts().failed());
        assertEquals(
                1, other.quarantine.list(GAME, other.lastRun(GAME).id(), 10).size());
    }

    @Test
    void pageInFlightAtTheEndOfARunThatIsNotRolledBackIsRejected() {
        instances(Map.of("rollback-on-failure", "false"));
        SegmentWork work = pageInFlight(this::driveUntilItWaits);

        assertTrue(work.done());
        assertEquals(MigrationStatus.CANCELLED, other.lastRun(GAME).status());
        assertEquals(OLD, stored("p1").schemaVersion(), stored("p1").toString());
        assertEquals(0, counts().done());
        assertEquals(1, counts().skipped());
    }

    /** The backups of one segment may be restored by another one, which does not take the lease of the first. */
    @Test
    void pageInFlightAtTheStartOfARollbackIsRejected() {
        instances(Map.of());
        pageInFlight(() -> other.steps.advance(GAME, () -> 60_000));

        assertEquals(Run.Phase.RESTORING, other.lastRun(GAME).phase());
        assertEquals(OLD, stored("p1").schemaVersion(), stored("p1").toString());
    }

    /** The entity has two backups: the state of the former entity, and its own. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void exactRollbackDoesNotRestoreAFormerEntity(boolean migratedAgain) {
        instances(Map.of());
        other.create("harbor", "again", "{'hp': 1}");
        register("'pageSize': 10");
        other.runs.apply(GAME, null, null, BY, 0);
        other.steps.advance(GAME, () -> 60_000);
        other.work(GAME, other.lastRun(GAME).id(), 0);
        if (!migratedAgain) {
            driveUntilItWaits();
        }
        Source source = new Source("server", null);
        other.realm.entities.delete(
                GAME, "harbor", "again", new Command.Delete(null, null, source), new IdempotencyKey(null, ""));
        other.create("harbor", "again", migratedAgain ? "{'hp': 2}" : "{'health': 2}");
        driveUntilItWaits();
        assertEquals(NEW, stored("again").schemaVersion());

        other.runs.rollBack(GAME, SemanticVersion.of(NEW), Run.Mode.EXACT, "r", BY, 0);
        driveUntilItWaits();

        assertEquals(OLD, stored("again").schemaVersion());
        assertEquals(2, stored("again").json().path("hp").intValue());
        counts();
    }

    /** A worker sends its page after the run was cancelled and {@code meanwhile} was done. */
    private SegmentWork pageInFlight(Runnable meanwhile) {
        register("'pageSize': 1");
        other.runs.apply(GAME, null, null, BY, 0);
        String run = other.lastRun(GAME).id();
        other.steps.advance(GAME, () -> 60_000);
        calls.beforeNext(COMMIT, () -> {
            other.runs.cancel(GAME, run);
            meanwhile.run();
        });
        SegmentWork work = delayed.segments.work(GAME, run, 0, null, () -> 60_000);
        assertTrue(calls.hasActed());
        return work;
    }
}
