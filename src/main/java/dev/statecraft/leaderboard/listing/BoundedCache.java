package dev.statecraft.leaderboard.listing;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * A cache with a maximum number and a maximum total weight of values. It evicts the least recently used values. Safe for
 * use by several threads.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
final class BoundedCache<K, V> {

    private final int most;
    private final long maxWeight;
    private final ToLongFunction<V> weigher;
    private final Map<K, V> values = new LinkedHashMap<>(16, 0.75f, true);
    private long weight;

    /**
     * An empty cache.
     *
     * @param most maximum number of values
     * @param maxWeight maximum total weight; a heavier value is not cached
     */
    BoundedCache(int most, long maxWeight, ToLongFunction<V> weigher) {
        this.most = most;
        this.maxWeight = maxWeight;
        this.weigher = weigher;
    }

    synchronized Optional<V> get(K key) {
        return Optional.ofNullable(values.get(key));
    }

    synchronized void put(K key, V value) {
        remove(key);
        values.put(key, value);
        weight += weigher.applyAsLong(value);
        Iterator<V> oldest = values.values().iterator();
        while (values.size() > most || weight > maxWeight) {
            weight -= weigher.applyAsLong(oldest.next());
            oldest.remove();
        }
    }

    synchronized void remove(K key) {
        V removed = values.remove(key);
        if (removed != null) {
            weight -= weigher.applyAsLong(removed);
        }
    }

    synchronized Set<Map.Entry<K, V>> entries() {
        return Set.copyOf(values.entrySet());
    }
}
