package dev.statecraft.migration.segment;

import static dev.statecraft.migration.Laboratory.BY;
import static dev.statecraft.migration.Laboratory.GAME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.definition.SemanticVersion;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.migration.run.Progress;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.Segment;
import dev.statecraft.migration.run.SegmentStore;
import dev.statecraft.replication.Realm;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.testing.fault.AwsOperation;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

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

    /** The SDK sends a commit again whose response was lost, and gives up when the repetition is throttled. */
    @Test
    void recordsOfACommitWhoseRepetitionFailedAreCountedOnce() {
        other.create("arena", "p1", "{'hp': 1}");
        other.register(Laboratory.definition("1.0.0"));
        other.runs.apply(GAME, null, null, BY, 0);
        other.steps.advance(GAME, () -> 60_000);
        AtomicInteger commits = new AtomicInteger();
        ExecutionInterceptor throttled = new ExecutionInterceptor() {
            @Override
            public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
                if (context.request() instanceof TransactWriteItemsRequest && commits.getAndIncrement() == 0) {
                    throw TransactionCanceledException.builder()
                            .cancellationReasons(CancellationReason.builder()
                                    .code("ThrottlingError")
                                    .build())
                            .build();
                }
            }
        };
        Realm realm = new Realm(other.realm.tables, Map.of("type-cache", "0s"), throttled, Clock.systemUTC());
        Laboratory worker = new Laboratory(realm, Map.of(), List.of(), throttled);
        worker.work(GAME, other.lastRun(GAME).id(), 0);
        assertTrue(commits.get() > 0);
        other.drive(GAME);

        Progress outcome = Objects.requireNonNull(other.lastRun(GAME).outcome());
        assertEquals(1, outcome.main().done());
        assertEquals(0, outcome.main().skipped());
        assertEquals(1, other.lastRun(GAME).total());
    }

    /** The SDK sends the end of a page again whose response was lost. */
    @Test
    void pageThatIsCompletedTwiceIsCountedOnce() {
        String run = "run-00000009";
        Segment lease = other.segmentStore
                .take(GAME, other.segmentStore.read(GAME, run, 0), 1, "worker")
                .orElseThrow();
        SegmentStore.Page page =
                new SegmentStore.Page(false, new Segment.Checkpoint("a", "b"), false, 0, 1, 1, 1, List.of(), List.of());
        assertTrue(other.segmentStore.complete(GAME, lease, page).isPresent());
        assertTrue(other.segmentStore.complete(GAME, lease, page).isPresent());
        assertEquals(1, other.segmentStore.read(GAME, run, 0).main().skipped());
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
