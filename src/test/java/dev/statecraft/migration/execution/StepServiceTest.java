package dev.statecraft.migration.execution;

import static dev.statecraft.migration.Laboratory.BY;
import static dev.statecraft.migration.Laboratory.GAME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.migration.Laboratory;
import dev.statecraft.migration.run.MigrationStatus;
import dev.statecraft.testing.fault.AwsOperation;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Two drivers of one run. */
class StepServiceTest {

    private final FaultyDynamo calls = new FaultyDynamo();
    private final Laboratory lab = new Laboratory(Map.of(), List.of(), calls);
    private final Laboratory other = new Laboratory(lab.realm, Map.of(), List.of(), new ExecutionInterceptor() {});

    /** The step has read the registry, which names the run, and reads the run after its end. */
    @ParameterizedTest
    @CsvSource({"false, APPLIED", "true, CANCELLED"})
    void runThatAnotherDriverEndsBetweenTwoReadsOfAStepIsNoWork(boolean cancelled, MigrationStatus end) {
        other.create("arena", "p1", "{'hp': 1}");
        other.register(Laboratory.definition("1.0.0"));
        other.runs.apply(GAME, null, null, BY, 0);
        other.steps.advance(GAME, () -> 60_000);
        if (cancelled) {
            other.runs.cancel(GAME, other.lastRun(GAME).id());
        }
        Set<AwsOperation> read = Set.of(AwsOperation.GET_ITEM);
        calls.beforeNext(read, () -> calls.beforeNext(read, () -> other.drive(GAME)));

        StepService.Next next = lab.steps.advance(GAME, () -> 60_000);

        assertTrue(calls.hasActed());
        assertEquals(StepService.Next.NOTHING, next);
        assertEquals(end, other.lastRun(GAME).status());
        assertFalse(other.lastRun(GAME).active());
    }
}
