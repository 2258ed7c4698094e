package dev.statecraft.migration.expression;

import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Counts what one evaluation consumes and ends the evaluation when it exceeds its bounds. Work is charged before it is
 * done, and every value has a bounded size, so time and memory are bounded too.
 */
final class ExpressionMeter {

    /** Characters that cost one unit. */
    private static final int CHARACTERS_PER_UNIT = 16;

    private final ExpressionBounds bounds;
    private final IdentityHashMap<Object, Long> sizes = new IdentityHashMap<>();
    private long cost;
    private long iterations;

    ExpressionMeter(ExpressionBounds bounds) {
        this.bounds = bounds;
    }

    /** An evaluation exceeds a bound. This is not an {@link ExpressionFailure}, because no operator may absorb it. */
    static final class Exceeded extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final String reason;

        Exceeded(String reason) {
            super(reason, null, false, false);
            this.reason = reason;
        }

        String reason() {
            return reason;
        }
    }

    /** The cost so far. */
    long cost() {
        return Math.min(cost, bounds.cost());
    }

    /** Charges steps. */
    void charge(long units) {
        cost += units;
        if (cost > bounds.cost()) {
            throw new Exceeded("the evaluation needs more than " + bounds.cost() + " steps for this record");
        }
    }

    /** Charges work on a number of characters. */
    void chargeText(long characters) {
        charge(1 + characters / CHARACTERS_PER_UNIT);
    }

    /** Charges one iteration of a comprehension. */
    void iterate() {
        charge(1);
        iterations++;
        if (iterations > bounds.iterations()) {
            throw new Exceeded("the evaluation makes more than " + bounds.iterations() + " iterations");
        }
    }

    /** Checks and charges a text before it is created. */
    void expectText(long characters) {
        limit(characters);
        chargeText(characters);
    }

    /** Checks the size of a new list or map; its elements were charged before. */
    <T> T made(T container) {
        limit(size(container));
        return container;
    }

    /** Ends the evaluation if a value exceeds the maximum size. */
    void limit(long size) {
        if (size > bounds.valueLength()) {
            throw new Exceeded(
                    "the evaluation creates a value of more than " + bounds.valueLength() + " characters and values");
        }
    }

    /**
     * Number of characters and values in a value. A list that occurs several times counts each time. The size of each
     * list and map is computed once and cached.
     */
    long size(Object value) {
        if (value instanceof String text) {
            return 1L + text.length();
        }
        if (value instanceof Optional<?> optional) {
            return optional.isPresent() ? 1 + size(optional.get()) : 1;
        }
        if (!(value instanceof Map<?, ?> || value instanceof Collection<?>)) {
            return 1;
        }
        Long known = sizes.get(value);
        if (known != null) {
            return known;
        }
        long size = 1;
        if (value instanceof Map<?, ?> map) {
            charge(map.size());
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                size += size(entry.getKey()) + size(entry.getValue());
            }
        } else {
            Collection<?> list = (Collection<?>) value;
            charge(list.size());
            for (Object element : list) {
                size += size(element);
            }
        }
        sizes.put(value, size);
        return size;
    }
}
