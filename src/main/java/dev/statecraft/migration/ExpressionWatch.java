package dev.statecraft.migration;

import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Ends an evaluation that goes beyond its bounds. One of these for each evaluation. */
final class ExpressionWatch {

    /** A step of the clock costs more than a step of an expression. */
    private static final int STEPS_BETWEEN_LOOKS = 64;

    private final Expression.Bounds bounds;
    private final long deadline;
    private final IdentityHashMap<Object, Long> sizes = new IdentityHashMap<>();
    private int depth;
    private long work;
    private long steps;

    ExpressionWatch(Expression.Bounds bounds) {
        this.bounds = bounds;
        this.deadline = System.nanoTime() + bounds.millis() * 1_000_000;
    }

    /** An evaluation went beyond a bound; {@link #reason()} says which. */
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

    /** A step begins. */
    void enter() {
        depth++;
        if (depth > bounds.depth()) {
            throw new Exceeded("the expression is nested deeper than " + bounds.depth() + " steps");
        }
        spend(1);
        if (++steps % STEPS_BETWEEN_LOOKS == 0 && System.nanoTime() > deadline) {
            throw new Exceeded("the expression takes longer than " + bounds.millis() + " ms");
        }
    }

    /** A step ends with a result. */
    void leave(@Nullable Object result) {
        depth--;
        if (result instanceof Pattern) {
            throw new Exceeded("regular expressions are not available: nothing could end one that runs for ever");
        }
        if (result instanceof String text) {
            expectLength(text.length());
        } else if (result instanceof Collection<?> list) {
            expectLength(list.size());
            spend(list.size());
            expectLength((double) size(list, 0));
        } else if (result instanceof Map<?, ?> map) {
            expectLength((double) size(map, 0));
        }
    }

    /** Something so long is about to be made. */
    void expectLength(double length) {
        if (length > bounds.length()) {
            throw new Exceeded(
                    "the expression makes a value of more than " + bounds.length() + " characters or values");
        }
    }

    private void spend(long amount) {
        work += amount;
        if (work > bounds.work()) {
            throw new Exceeded("the expression takes more than " + bounds.work() + " steps");
        }
    }

    /**
     * How long a value would be if it were written down: one that holds the same list many times holds it that often.
     * Each list and object is counted once and remembered, so a step pays for what it made only.
     */
    private long size(@Nullable Object value, int level) {
        if (value instanceof String text) {
            return text.length() + 1L;
        }
        if (level > bounds.depth() || !(value instanceof Map<?, ?> || value instanceof Collection<?>)) {
            return 1;
        }
        Long known = sizes.get(value);
        if (known != null) {
            return known;
        }
        long size = 1;
        if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> field : map.entrySet()) {
                size = Math.min(
                        Integer.MAX_VALUE, size + size(field.getKey(), level + 1) + size(field.getValue(), level + 1));
            }
        } else {
            for (Object element : (Collection<?>) value) {
                size = Math.min(Integer.MAX_VALUE, size + size(element, level + 1));
            }
        }
        spend(1);
        sizes.put(value, size);
        return size;
    }
}
