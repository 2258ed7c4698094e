package dev.statecraft.leaderboard.board;

import dev.statecraft.leaderboard.settings.BoardSettings;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How the seasons of a board go.
 *
 * @param running the number of the running season, from 1
 * @param startedAt when it began
 * @param endsAt when it ends by itself, null if it does not
 * @param unfinished closed seasons whose end is still being worked off
 * @param closed whether the board has closed for good: {@code running} was its last season, which has ended
 */
public record BoardSeasons(
        int running, Instant startedAt, @Nullable Instant endsAt, Set<Integer> unfinished, boolean closed) {

    /** These seasons when the start or the end of the running one follows from changed settings. */
    BoardSeasons rescheduled(BoardSettings changed, Instant now) {
        // A season that has not started may start earlier as well as later.
        Instant start = changed.terms().notBeforeStart(now.isBefore(startedAt) ? now : startedAt);
        Instant end = changed.nextEnd(start.isAfter(now) ? start : now);
        return new BoardSeasons(running, start, end, unfinished, false);
    }

    /** These seasons when the running one has ended and the next one runs from a start to an end, if it has one. */
    BoardSeasons next(Instant start, @Nullable Instant end) {
        return new BoardSeasons(running + 1, start, end, withRunning(), false);
    }

    /** These seasons when the running one has ended and no other follows. */
    BoardSeasons last() {
        return new BoardSeasons(running, startedAt, null, withRunning(), true);
    }

    /** These seasons when the end of a closed one has been processed. */
    BoardSeasons finished(int season) {
        Set<Integer> left = new TreeSet<>(unfinished);
        left.remove(season);
        return new BoardSeasons(running, startedAt, endsAt, left, closed);
    }

    private Set<Integer> withRunning() {
        Set<Integer> open = new TreeSet<>(unfinished);
        open.add(running);
        return open;
    }
}
