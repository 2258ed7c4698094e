package dev.statecraft.leaderboard.upkeep;

import org.jspecify.annotations.Nullable;

/**
 * Position of an erasure in the boards of a game. The erasure processes the existing boards by id, then the deleted boards
 * that are not purged yet. A board that is deleted during the erasure is processed as a deleted board, unless it was
 * processed before.
 *
 * <p>Text form: {@code board} after a processed board, {@code board#epoch#season} within a board. For deleted boards the text
 * starts with {@code #}, and the name of the purge (board and epoch) takes the place of the board.
 *
 * @param purged whether deleted boards are being processed
 * @param after the name of the last processed board or purge; null before the first one and within one
 * @param within the name of the board or purge that is partly processed; null if there is none
 * @param epoch the epoch of the partly processed board; otherwise 0
 * @param season the next season of the partly processed board; otherwise 0
 */
record ErasurePosition(
        boolean purged, @Nullable String after, @Nullable String within, int epoch, int season) {

    /** The position before the first existing board. */
    static final ErasurePosition FIRST = new ErasurePosition(false, null, null, 0, 0);

    /** The position before the first deleted board. */
    static final ErasurePosition FIRST_PURGED = new ErasurePosition(true, null, null, 0, 0);

    /** Returns the position after a board or purge. */
    ErasurePosition after(String name) {
        return new ErasurePosition(purged, name, null, 0, 0);
    }

    /** Returns a position within a board or purge. */
    ErasurePosition in(String name, int ofEpoch, int fromSeason) {
        return new ErasurePosition(purged, null, name, ofEpoch, fromSeason);
    }

    /** Returns this position as text. */
    String text() {
        String prefix = purged ? "#" : "";
        if (within != null) {
            return prefix + within + "#" + epoch + "#" + season;
        }
        return after == null ? prefix : prefix + after;
    }

    /** Parses the result of {@link #text}; null is the position before the first existing board. */
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
                ? start.after(name)
                : start.in(name, Integer.parseInt(parts[nameParts]), Integer.parseInt(parts[nameParts + 1]));
    }
}
