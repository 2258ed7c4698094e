package dev.statecraft.leaderboard.listing;

import dev.statecraft.http.Cursor;
import dev.statecraft.http.Ids;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.RankedEntry;
import dev.statecraft.leaderboard.settings.Score;
import java.util.List;

/**
 * Cursors of a list of entries: the entry that the list continues from, and the direction. A cursor is valid for one
 * season of one board.
 */
final class EntryCursor {

    private static final String NEXT = "next";
    private static final String PREVIOUS = "previous";

    private EntryCursor() {}

    /**
     * The position that a list continues from.
     *
     * @param entry the last entry of the previous page, or, backwards, the first entry of the following page
     * @param backwards whether the entries before {@code entry} are requested
     */
    record Position(RankedEntry entry, boolean backwards) {}

    /** The cursor of the entries after an entry. */
    static String after(Board board, int season, RankedEntry entry) {
        return of(board, season, NEXT, entry);
    }

    /** The cursor of the entries before an entry. */
    static String before(Board board, int season, RankedEntry entry) {
        return of(board, season, PREVIOUS, entry);
    }

    /** Parses a cursor.
     *
     * @throws ProblemException 400 if it is malformed or belongs to another list
     */
    static Position read(Board board, int season, String cursor) {
        List<String> parts = Cursor.read(cursor, list(board, season), 8);
        try {
            RankedEntry entry = new RankedEntry(
                    Long.parseLong(parts.get(7)),
                    Long.parseLong(parts.get(6)),
                    Long.parseLong(parts.get(5)),
                    parts.get(4),
                    new Score(Long.parseLong(parts.get(1)), Long.parseLong(parts.get(2))),
                    Long.parseLong(parts.get(3)),
                    null);
            boolean backwards = parts.get(0).equals(PREVIOUS);
            if ((!backwards && !parts.get(0).equals(NEXT))
                    || entry.rank() < 1
                    || entry.place() < 1
                    || entry.rank() > entry.position()
                    || entry.place() > entry.position()
                    || entry.position() > Score.LIMIT
                    || !Ids.isStored(entry.playerId())) {
                throw Cursor.foreign();
            }
            return new Position(entry, backwards);
        } catch (IllegalArgumentException e) {
            throw Cursor.foreign();
        }
    }

    private static String of(Board board, int season, String direction, RankedEntry entry) {
        return Cursor.of(
                list(board, season),
                direction,
                entry.score().value(),
                entry.score().subscore(),
                entry.reachedAt(),
                entry.playerId(),
                entry.position(),
                // The numbers are read at different times than the position and may briefly exceed it.
                Math.min(entry.place(), entry.position()),
                Math.min(entry.rank(), entry.position()));
    }

    private static String list(Board board, int season) {
        return "entries#" + board.game() + "#" + board.id() + "#" + board.epoch() + "#" + season;
    }
}
