package dev.statecraft.table;

import org.jspecify.annotations.Nullable;

/**
 * Result of one page of a scan over stored items.
 *
 * @param next cursor of the next page; null at the end
 * @param touched number of changed or removed items
 */
public record ScanPage(@Nullable String next, long touched) {

    /** The id that replaces the id of an erased player in records that are retained. */
    public static final String ERASED_PLAYER = "@erased";
}
