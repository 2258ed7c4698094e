package dev.statecraft.testing.dynamo;

import static dev.statecraft.testing.dynamo.ModelFixture.TABLE;
import static dev.statecraft.testing.dynamo.ModelFixture.n;
import static dev.statecraft.testing.dynamo.ModelFixture.s;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Replicas and indexes that are late. */
class ModelLagTest {

    private static final Duration LAG = Duration.ofMillis(100);

    private static ModelFixture fixture(long seed) {
        return new ModelFixture(seed, settings -> settings.withLag(LAG, LAG));
    }

    @Test
    void eventuallyConsistentRead_isStaleForABoundedTime_andMayGoBack() {
        int stale = 0;
        int back = 0;
        for (long seed = 0; seed < 20; seed++) {
            ModelFixture model = fixture(seed);
            long newest = 0;
            for (int i = 0; i < 50; i++) {
                model.put("a", "x", i);
                assertEquals(i, model.number("a", "x", true), "seed " + seed);
                long read = model.number("a", "x", false);
                assertTrue(read >= i - 11, "at most 100 ms late, seed " + seed + ": " + read + " at " + i);
                stale += read < i ? 1 : 0;
                back += read < newest ? 1 : 0;
                newest = Math.max(newest, read);
                model.advance(Duration.ofMillis(10));
            }
            model.advance(LAG);
            for (int i = 0; i < 10; i++) {
                assertEquals(49, model.number("a", "x", false), "seed " + seed);
            }
        }
        assertTrue(stale > 100, stale + " stale reads");
        assertTrue(back > 20, back + " reads older than an earlier one");
    }

    /** A replica applies the writes of a partition in their order: a view never misses one before a visible one. */
    @Test
    void eventuallyConsistentQuery_seesAPrefixOfThePartitionsWrites() {
        Set<Integer> sizes = new HashSet<>();
        for (long seed = 0; seed < 20; seed++) {
            ModelFixture model = fixture(seed);
            for (int i = 0; i < 20; i++) {
                model.put(Map.of("pk", s("a"), "sk", s("k%02d".formatted(i)), "l", n(100 - i)));
                model.advance(Duration.ofMillis(7));
                List<String> seen = model.sortKeys(null, "pk", "a", false);
                for (int j = 0; j < seen.size(); j++) {
                    assertEquals("k%02d".formatted(j), seen.get(j), "seed " + seed);
                }
                sizes.add(i + 1 - seen.size());
                List<String> byLocal = model.sortKeys("local", "pk", "a", false);
                assertEquals(
                        byLocal.stream()
                                .sorted(java.util.Comparator.reverseOrder())
                                .toList(),
                        byLocal);
                assertEquals(i + 1, model.sortKeys("local", "pk", "a", true).size(), "seed " + seed);
            }
        }
        assertTrue(sizes.size() > 3, "delays " + sizes);
    }

    @Test
    void globalIndex_showsWritesLate_thoseOfOneItemInOrder() {
        int late = 0;
        for (long seed = 0; seed < 20; seed++) {
            ModelFixture model = fixture(seed);
            for (int i = 0; i < 10; i++) {
                Map<String, AttributeValue> moved = Map.of("pk", s("a"), "sk", s("x"), "g", s("g" + i), "n", n(i));
                model.put(moved);
                int places = 0;
                for (int j = 0; j <= i; j++) {
                    places += model.sortKeys("global", "g", "g" + j, false).size();
                }
                assertTrue(places <= 1, "an item has one place, seed " + seed);
                late += model.sortKeys("global", "g", "g" + i, false).isEmpty() ? 1 : 0;
                model.advance(Duration.ofMillis(30));
            }
            model.advance(LAG);
            assertEquals(List.of("x"), model.sortKeys("global", "g", "g9", false), "seed " + seed);
            assertEquals(List.of(), model.sortKeys("global", "g", "g8", false), "seed " + seed);
        }
        assertTrue(late > 50, late + " late rows");
    }

    @Test
    void deletedItem_isStillReadForAWhile_andNeverAfterTheLag() {
        int ghosts = 0;
        for (long seed = 0; seed < 20; seed++) {
            ModelFixture model = fixture(seed);
            model.put("a", "x", 1);
            model.advance(LAG);
            model.dynamo.deleteItem(delete -> delete.tableName(TABLE).key(ModelFixture.key("a", "x")));
            assertEquals(-1, model.number("a", "x", true));
            ghosts += model.number("a", "x", false) == 1 ? 1 : 0;
            ghosts += model.dynamo.scan(scan -> scan.tableName(TABLE)).count();
            model.advance(LAG);
            assertEquals(-1, model.number("a", "x", false), "seed " + seed);
            assertEquals(0, model.dynamo.scan(scan -> scan.tableName(TABLE)).count(), "seed " + seed);
        }
        assertTrue(ghosts > 5, ghosts + " reads of a deleted item");
    }
}
