package dev.statecraft.leaderboard.upkeep;

import org.jspecify.annotations.Nullable;

/**
 * How far an erasure has come on the boards of a game. It goes through the boards there are by id, then through the deleted
 * ones that are waiting to be purged: a board that is deleted meanwhile is met there, unless it was done before.
 *
 * <p>As text: {@code board} once a board is done, {@code board#epoch#season} within it; the same behind a {@code #} for
 * deleted boards, where the board is named with its epoch.
 *
 * @param purged whether deleted boards are being gone through
 * @param after the board, or purge, behind which it goes on; null for the first
 * @param within the board, or purge, in the middle of which it goes on; null if it is at none
 * @param epoch of the board in the middle of which it goes on; otherwise 0
 * @param season from which it goes on there; otherwise 0
 */
record ErasurePosition(
        boolean purged, @Nullable String after, @Nullable String within, int epoch, int season) {

    /** The beginning of the boards there are. */
    static final ErasurePosition FIRST = new ErasurePosition(false, null, null, 0, 0);

    /** The beginning of the deleted ones. */
    static final ErasurePosition FIRST_PURGED = new ErasurePosition(true, null, null, 0, 0);

    /** Behind a board or purge. */
    ErasurePosition behind(String name) {
        return new ErasurePosition(purged, name, null, 0, 0);
    }

    /** In the middle of a board or purge. */
    ErasurePosition in(String name, int ofEpoch, int fromSeason) {
        return new ErasurePosition(purged, null, name, ofEpoch, fromSeason);
    }

    /** This position as text. */
    String text() {
        String prefix = purged ? "#" : "";
        if (within != null) {
            return prefix + within + "#" + epoch + "#" + season;
        }
        return after == null ? prefix : prefix + after;
    }

    /** Reads what {@link #text} wrote; null is the beginning. */
    static ErasurePosition of(@Nullable String text) {
        if (text == null) {
            return FIRST;
        }
        boolean purged = text.startsWith("#");
        String[] parts = (purged ? text.substring(1) : text).split("#", -1);
        ErasurePosition start = purged ? FIRST_PURGED : FIRST;
        int nameParts = purged ? 2 : 1;
        if (parts.length < nameParts) {
            return start;
        }
        String name = purged ? parts[0] + "#" + parts[1] : parts[0];
        return parts.length == nameParts
                ? start.behind(name)
                : start.in(name, Integer.parseInt(parts[nameParts]), Integer.parseInt(parts[nameParts + 1]));
    }
}
