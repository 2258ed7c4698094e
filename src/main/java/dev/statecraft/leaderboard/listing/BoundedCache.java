package dev.statecraft.leaderboard.listing;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * Values by key, no more than fit: those that were not used for the longest time go. Safe for use by several threads.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
final class BoundedCache<K, V> {

    private final int most;
    private final long mostWeight;
    private final ToLongFunction<V> weigher;
    private final Map<K, V> values = new LinkedHashMap<>(16, 0.75f, true);
    private long weight;

    /**
     * An empty cache.
     *
     * @param most how many values are kept
     * @param mostWeight how much they may weigh together; what is heavier alone is not kept at all
     */
    BoundedCache(int most, long mostWeight, ToLongFunction<V> weigher) {
        this.most = most;
        this.mostWeight = mostWeight;
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
        while (values.size() > most || weight > mostWeight) {
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
