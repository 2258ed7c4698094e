package dev.statecraft.replication.commit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.replication.commit.CommitResult.Busy;
import dev.statecraft.replication.commit.CommitResult.Done;
import dev.statecraft.replication.commit.SharedSpace.Instance;
import dev.statecraft.testing.fault.AwsOperation;
import dev.statecraft.testing.fault.FaultKind;
import dev.statecraft.testing.fault.FaultPlan;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Instances that write one space and die or lose messages: an acknowledged update is applied once, one without an answer
 * at most once, and the log is whole. The updates have no mutation id, so no receipt hides a second application.
 */
class CombinedCommitFaultTest {

    private static final int UPDATES = 4;

    /** What the caller knows of an update. */
    private enum Known {
        ACKNOWLEDGED,
        NOT_APPLIED,
        UNKNOWN
    }

    /** An instance that appends to the entity of all and to its own one in turn, until it dies. */
    private static Runnable appending(String name, Instance instance, Map<String, Known> known) {
        return () -> {
            for (int i = 0; i < UPDATES; i++) {
                String text = name + "-" + i;
                known.put(text, Known.UNKNOWN);
                try {
                    CommitResult result = instance.commit(instance.append(i % 2 == 0 ? "all" : name, text, null));
                    assertTrue(result instanceof Done || result instanceof Busy, result::toString);
                    known.put(text, result instanceof Done ? Known.ACKNOWLEDGED : Known.NOT_APPLIED);
                } catch (RuntimeException e) {
                    known.put(text, Known.UNKNOWN);
                }
            }
        };
    }

    private static void assertApplied(SharedSpace space, Map<String, Known> known, String run) {
        List<String> all = new ArrayList<>();
        for (String entity : List.of("all", "victim", "second", "third")) {
            all.addAll(space.texts(entity));
        }
        assertEquals(all.size(), new HashSet<>(all).size(), run + ": twice in " + all);
        known.forEach((text, what) -> {
            if (what != Known.UNKNOWN) {
                assertEquals(what == Known.ACKNOWLEDGED, all.contains(text), run + ": " + text + " is " + what);
            }
        });
        assertTrue(known.keySet().containsAll(all), run);
        space.assertConsistent();
    }

    private static List<Instance> instances(SharedSpace space) {
        space.create("all", "victim", "second", "third");
        return List.of(
                space.instance().busy(),
                space.instance().busy(),
                space.instance().busy());
    }

    private static void run(SharedSpace space, List<Instance> instances, Map<String, Known> known) {
        space.run(List.of(
                appending("victim", instances.get(0), known),
                appending("second", instances.get(1), known),
                appending("third", instances.get(2), known)));
    }

    /** Every call of one instance is its last one in one of the runs: after its effect, and so before the next call. */
    @Test
    void instanceDiesAtAnyCall() {
        int call = 0;
        for (boolean died = true; died; call++) {
            try (SharedSpace space = new SharedSpace(call)) {
                List<Instance> instances = instances(space);
                instances.get(0).faults().stopAfterCalls(call);
                Map<String, Known> known = new TreeMap<>();
                run(space, instances, known);
                died = known.size() < 3 * UPDATES || known.containsValue(Known.UNKNOWN);
                known.forEach((text, what) ->
                        assertTrue(text.startsWith("victim") || what == Known.ACKNOWLEDGED, text + " is " + what));
                assertApplied(space, known, "died after call " + call);
            }
        }
        assertTrue(call > 4 * UPDATES, call + " calls");
    }

    /** The instance dies in a space in which transactions conflict and an instance outside of the queue writes, too. */
    @ParameterizedTest
    @ValueSource(longs = {100, 200, 300})
    void instanceDiesWhileTransactionsConflict(long seed) {
        for (int call = 0; call < 40; call += 3) {
            try (SharedSpace space = new SharedSpace(seed + call)) {
                space.create("all", "victim", "second", "third");
                List<Instance> instances =
                        List.of(space.instance().busy(), space.instance().busy(), space.instance());
                FaultPlan conflicts =
                        FaultPlan.NONE.with(FaultKind.TRANSACTION_CONFLICT, 0.3, AwsOperation.TRANSACT_WRITE);
                instances.get(1).faults().plan(conflicts);
                instances.get(2).faults().plan(conflicts);
                instances.get(0).faults().stopAfterCalls(call);
                Map<String, Known> known = new TreeMap<>();
                run(space, instances, known);
                known.forEach((text, what) ->
                        assertTrue(text.startsWith("victim") || what == Known.ACKNOWLEDGED, text + " is " + what));
                assertApplied(space, known, "seed " + seed + ", died after call " + call);
            }
        }
    }

    /** Every write of one instance fails once, before or after its effect. */
    @ParameterizedTest
    @ValueSource(strings = {"BEFORE", "AFTER"})
    void anyWriteFails(String when) {
        int failures = 0;
        for (int write = 0; write < 3 * UPDATES; write++) {
            try (SharedSpace space = new SharedSpace(write)) {
                List<Instance> instances = instances(space);
                instances.get(0).faults().failOnce(write, FaultyDynamo.When.valueOf(when));
                Map<String, Known> known = new TreeMap<>();
                run(space, instances, known);
                failures += (int)
                        known.values().stream().filter(Known.UNKNOWN::equals).count();
                assertApplied(space, known, when + " write " + write);
            }
        }
        assertTrue(failures > 2, failures + " failures");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void anyCallFails(long seed) {
        try (SharedSpace space = new SharedSpace(seed)) {
            List<Instance> instances = instances(space);
            FaultPlan plan = FaultPlan.each(0.004).slowUpTo(Duration.ofSeconds(2));
            instances.forEach(instance -> instance.faults().plan(plan));
            Map<String, Known> known = new TreeMap<>();
            run(space, instances, known);
            assertApplied(space, known, "seed " + seed);
            long acknowledged =
                    known.values().stream().filter(Known.ACKNOWLEDGED::equals).count();
            assertTrue(acknowledged > UPDATES, "seed " + seed + ": " + known);
        }
    }
}
