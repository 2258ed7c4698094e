package dev.statecraft.testing;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;

/**
 * Checks that a structure which several threads use is linearizable, with the model checker of Lincheck. It generates
 * short scenarios of the structure's operations, runs each with the thread switches placed differently every time, and
 * compares the results with those of a sequential run. A failure shows the operations, the interleaving and the trace.
 *
 * <p>The structure is a public class with methods that are annotated with Lincheck's {@code Operation}; a new instance is
 * made for each run. Scenarios are the same in every run, so a failure repeats.
 */
public final class ThreadInterleavings {

    private static final int SCENARIOS = 5;
    private static final int RUNS = 25;

    private ThreadInterleavings() {}

    /** Checks a structure against a class with the same operations that one thread uses. */
    public static void check(Class<?> structure, Class<?> sequential) {
        new ModelCheckingOptions()
                .iterations(SCENARIOS)
                .invocationsPerIteration(RUNS)
                .threads(2)
                .actorsBefore(1)
                .actorsPerThread(2)
                .actorsAfter(1)
                .sequentialSpecification(sequential)
                .addGuarantee(forClasses(
                                "java.util.concurrent.ConcurrentHashMap",
                                "java.util.concurrent.LinkedBlockingDeque",
                                "java.util.concurrent.atomic.LongAdder")
                        .allMethods()
                        .treatAsAtomic())
                .check(structure);
    }
}
