package dev.statecraft.leaderboard.listing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedCacheTest {

    @Test
    void leastRecentlyUsedValuesAreEvictedFirst() {
        BoundedCache<String, Integer> cache = new BoundedCache<>(2, 1_000, value -> 1);
        cache.put("a", 1);
        cache.put("b", 2);
        cache.get("a");
        cache.put("c", 3);
        assertEquals(Optional.of(1), cache.get("a"));
        assertEquals(Optional.empty(), cache.get("b"));
        assertEquals(Optional.of(3), cache.get("c"));
    }

    @Test
    void valueAboveMaximumWeightIsNotCached() {
        BoundedCache<String, Integer> cache = new BoundedCache<>(10, 5, value -> value);
        cache.put("a", 6);
        assertEquals(Optional.empty(), cache.get("a"));
        cache.put("b", 5);
        assertEquals(Optional.of(5), cache.get("b"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void cacheAgreesWithListInOrderOfUse(long seed) {
        Random random = new Random(seed);
        BoundedCache<Integer, Integer> cache = new BoundedCache<>(6, 40, value -> value);
        List<Map.Entry<Integer, Integer>> model = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            int key = random.nextInt(12);
            Optional<Map.Entry<Integer, Integer>> there =
                    model.stream().filter(entry -> entry.getKey() == key).findFirst();
            switch (random.nextInt(5)) {
                case 0 -> {
                    cache.remove(key);
                    there.ifPresent(model::remove);
                }
                case 1, 2 -> {
                    assertEquals(there.map(Map.Entry::getValue), cache.get(key), "seed " + seed + ", step " + i);
                    there.ifPresent(entry -> {
                        model.remove(entry);
                        model.add(entry);
                    });
                }
                default -> {
                    int value = random.nextInt(20);
                    cache.put(key, value);
                    there.ifPresent(model::remove);
                    model.add(Map.entry(key, value));
                    while (model.size() > 6
                            || model.stream().mapToInt(Map.Entry::getValue).sum() > 40) {
                        model.remove(0);
                    }
                }
            }
        }
        Map<Integer, Integer> left = new LinkedHashMap<>();
        cache.entries().forEach(entry -> left.put(entry.getKey(), entry.getValue()));
        Map<Integer, Integer> expected = new LinkedHashMap<>();
        model.forEach(entry -> expected.put(entry.getKey(), entry.getValue()));
        assertEquals(expected, left, "seed " + seed);
    }
}
