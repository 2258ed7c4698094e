package dev.statecraft.migration.segment;

import static dev.statecraft.migration.Laboratory.BY;
import static dev.statecraft.migration.Laboratory.GAME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Run;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.testing.fault.AwsOperation;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** A worker that is delayed between its reads. */
class SegmentServiceTest {

    private static final Set<AwsOperation> READ = Set.of(AwsOperation.GET_ITEM);

    private final FaultyDynamo calls = new FaultyDynamo();
    private final Laboratory delayed = new Laboratory(Map.of(), List.of(), calls);
    private final Laboratory other = new Laboratory(delayed.realm, Map.of(), List.of(), new ExecutionInterceptor() {});

    @Test
    void workerThatReadARunBeforeItsEndWritesNothingForIt() {
        other.create("arena", "p1", "{'hp': 1}");
        other.register(Laboratory.definition(
                "1.0.0",
                "{'operations': [{'op': 'rename', 'from': 'hp', 'path': 'health'}]}",
                ", 'options': {'canaryPercent': 0}"));
        other.runs.apply(GAME, null, null, BY, 0);
        Run run = other.lastRun(GAME);
        other.steps.advance(GAME, () -> 60_000);
        calls.beforeNext(READ, () -> calls.beforeNext(READ, this::applyRollBackAndApplyAgain));

        SegmentWork work = delayed.segments.work(GAME, run.id(), 0, null, () -> 60_000);

        assertTrue(calls.hasActed());
        assertTrue(work.done());
        Entity record = other.realm.entityStore.read(GAME, "arena", "p1");
        assertEquals("0.0.0", record.schemaVersion(), record.toString());
        assertEquals(3, record.version(), record.toString());
    }

    private void applyRollBackAndApplyAgain() {
        other.drive(GAME);
        assertEquals(MigrationStatus.APPLIED, other.lastRun(GAME).status());
        other.runs.rollBack(GAME, SemanticVersion.of("1.0.0"), Run.Mode.SMART, "r", BY, 0);
        other.drive(GAME);
        assertEquals(MigrationStatus.ROLLED_BACK, other.lastRun(GAME).status());
        other.runs.force(GAME, SemanticVersion.of("1.0.0"), "again", BY, 0);
        other.steps.advance(GAME, () -> 60_000);
    }
}
