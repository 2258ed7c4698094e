package dev.statecraft.migration.definition;

import static dev.statecraft.migration.Laboratory.definition;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.migration.run.InvariantSums;
import dev.statecraft.migration.run.RunOptions;
import dev.statecraft.migration.segment.CapacityPacer;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What leads from schema to schema, and the small decisions of a run. */
class SchemaChainTest {

    private final SchemaChain chain =
            new SchemaChain(List.of(definition("1.0.0"), definition("2.0.0"), definition("1.5.0")));

    @Test
    void stateIsUpgradedByMigrationsAppliedAfterItsSchemaVersion() {
        assertEquals(List.of("1.0.0", "2.0.0", "1.5.0"), versions(chain.after("0.0.0")));
        assertEquals(List.of("1.5.0"), versions(chain.after("2.0.0")));
        assertEquals(List.of(), versions(chain.after("1.5.0")));
        assertEquals(List.of("2.0.0"), versions(chain.after("1.7.0")));
        assertEquals(List.of("1.0.0", "2.0.0"), versions(chain.between("0.0.0", "2.0.0")));
        assertEquals(List.of(), versions(chain.between("1.5.0", "2.0.0")));
        assertEquals(List.of(), versions(chain.between("0.0.0", "0.0.0")));
        assertEquals("2.0.0", chain.before(SemanticVersion.of("1.5.0")));
        assertEquals("0.0.0", chain.before(SemanticVersion.of("1.0.0")));
    }

    @Test
    void aRunFailsOverItsThresholdOrWithTheFirstFailureWhereThereIsNone() {
        assertTrue(options("").exceeded(1, 1_000));
        assertFalse(options("").exceeded(0, 0));
        assertFalse(options(", 'options': {'failureThreshold': {'count': 3}}").exceeded(3, 10));
        assertTrue(options(", 'options': {'failureThreshold': {'count': 3}}").exceeded(4, 10));
        assertFalse(
                options(", 'options': {'failureThreshold': {'percent': 2.5}}").exceeded(25, 1_000));
        assertTrue(
                options(", 'options': {'failureThreshold': {'percent': 2.5}}").exceeded(26, 1_000));
        assertTrue(options(", 'options': {'failureThreshold': {'count': 9, 'percent': 1}}")
                .exceeded(5, 100));
        assertEquals(
                new RunOptions(null, null, 7, 3, 20, 90),
                options(", 'options': {'canaryPercent': 7, 'segments': 3, 'pageSize': 20, 'maxCapacity': 90}"));
    }

    @Test
    void pacerWaitsForConsumedCapacityMinusElapsedTime() {
        assertEquals(0, CapacityPacer.waitMillis(0, 1_000, 0));
        assertEquals(900, CapacityPacer.waitMillis(10, 10, 100));
        assertEquals(0, CapacityPacer.waitMillis(10, 10, 1_500));
    }

    @Test
    void sumsAreAddedOneByOne() {
        InvariantSums sums = InvariantSums.NONE
                .plus(new InvariantSums(List.of(new BigDecimal("1.5")), List.of(BigDecimal.ONE)))
                .plus(new InvariantSums(
                        List.of(BigDecimal.ONE, BigDecimal.TEN), List.of(BigDecimal.ONE, BigDecimal.TEN)));
        assertEquals(List.of(new BigDecimal("2.5"), BigDecimal.TEN), sums.before());
        assertEquals(new BigDecimal("2"), sums.after(0));
        assertEquals(BigDecimal.ZERO, sums.after(7));
    }

    private static RunOptions options(String more) {
        return RunOptions.of(definition("1.0.0", "{'worker': true}", more), new RunOptions.Defaults(1, 50, 0));
    }

    private static List<String> versions(List<Definition> steps) {
        return steps.stream().map(step -> step.version().toString()).toList();
    }
}
