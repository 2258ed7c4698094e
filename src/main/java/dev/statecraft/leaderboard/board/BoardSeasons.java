package dev.statecraft.leaderboard.board;

import dev.statecraft.leaderboard.settings.BoardSettings;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The season state of a board.
 *
 * @param current the number of the current season, from 1
 * @param startedAt the start of the current season
 * @param endsAt the scheduled end of the current season, null if there is none
 * @param unfinished numbers of closed seasons that are not finalized yet
 * @param closed whether the board is closed permanently; then {@code current} is its last season, which is closed
 */
public record BoardSeasons(
        int current, Instant startedAt, @Nullable Instant endsAt, Set<Integer> unfinished, boolean closed) {

    /** Returns this state with the start and the scheduled end of the current season computed from changed settings. */
    BoardSeasons rescheduled(BoardSettings changed, Instant now) {
        // The start of a season that has not started can move in both directions.
        Instant start = changed.terms().notBeforeStart(now.isBefore(startedAt) ? now : startedAt);
        Instant end = changed.nextEnd(start.isAfter(now) ? start : now);
        return new BoardSeasons(current, start, end, unfinished, false);
    }

    /** Returns this state after the current season is closed and the next one has started. */
    BoardSeasons next(Instant start, @Nullable Instant end) {
        return new BoardSeasons(current + 1, start, end, withCurrent(), false);
    }

    /** Returns this state after the current season is closed as the last one. */
    BoardSeasons last() {
        return new BoardSeasons(current, startedAt, null, withCurrent(), true);
    }

    /** Returns this state after a closed season is finalized. */
    BoardSeasons finished(int season) {
        Set<Integer> left = new TreeSet<>(unfinished);
        left.remove(season);
        return new BoardSeasons(current, startedAt, endsAt, left, closed);
    }

    private Set<Integer> withCurrent() {
        Set<Integer> added = new TreeSet<>(unfinished);
        added.add(current);
        return added;
    }
}
