package dev.statecraft.table;

import org.jspecify.annotations.Nullable;

/**
 * How far a long walk over stored items has come.
 *
 * @param next what to go on with; null at the end
 * @param touched how many items were changed or removed
 */
public record Swept(@Nullable String next, long touched) {

    /** What a player is called that was erased from something which is kept. */
    public static final String ERASED_PLAYER = "@erased";
}
