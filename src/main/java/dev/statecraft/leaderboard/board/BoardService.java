package dev.statecraft.leaderboard.board;

import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import dev.statecraft.leaderboard.settings.Terms;
import dev.statecraft.table.Backoff;
import dev.statecraft.table.ContentionException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Creates, changes, turns and removes boards, and knows the ones this instance has read lately. */
@ApplicationScoped
public class BoardService {

    private static final long CONTENTION_MILLIS = 2;

    private record Known(Board board, long readAtNanos) {}

    private record Name(String game, String id) {}

    private final BoardStore boards;
    private final SeasonStore seasons;
    private final LeaderboardConfig config;
    private final Clock clock;
    private final Map<Name, Known> known = new ConcurrentHashMap<>();
    private final AtomicLong news = new AtomicLong();

    public BoardService(BoardStore boards, SeasonStore seasons, LeaderboardConfig config, Clock clock) {
        this.boards = boards;
        this.seasons = seasons;
        this.config = config;
        this.clock = clock;
    }

    /** How a change of a board ended; in order of precedence. */
    public sealed interface Change {}

    /** There is no such board. */
    public record Unknown() implements Change {}

    /** The board has scores that would not mean the same under the new settings, or were taken before the new start. */
    public record Fixed(Board board) implements Change {}

    /** The board has closed for good: its start and end are final. */
    public record Final(Board board) implements Change {}

    /** Others changed the board all the time. */
    public record Busy() implements Change {}

    /** The board as it is now. */
    public record Changed(Board board) implements Change {}

    /**
     * Creates a board.
     *
     * @return nothing if the id is taken
     */
    public Optional<Board> create(String game, String id, BoardSettings settings) {
        Instant now = now();
        Board first = Board.first(game, id, settings, now, now.plus(config.snapshotInterval()));
        Optional<Board> created = boards.create(first);
        created.ifPresent(this::learn);
        return created;
    }

    /** The board, at most {@code board-cache} old; no read, or 1 RCU. */
    public Optional<Board> find(String game, String id) {
        Known last = known.get(new Name(game, id));
        if (last != null && fresh(last)) {
            return current(last.board());
        }
        return read(game, id);
    }

    /** Whether a board that was listed has to be read: its season has ended, or this instance knows it otherwise. */
    public boolean isDue(Board listed) {
        return listed.passedEnd(now(), config.seasonalResets()) != null || isFresh(listed.game(), listed.id());
    }

    /** The board as this instance last saw it, however long ago. */
    public Optional<Board> lastSeen(String game, String id) {
        return Optional.ofNullable(known.get(new Name(game, id))).map(Known::board);
    }

    /** Whether {@link #find} would answer without a read. */
    public boolean isFresh(String game, String id) {
        Known last = known.get(new Name(game, id));
        return last != null && fresh(last);
    }

    private void learn(Board board) {
        Known last = known.put(new Name(board.game(), board.id()), new Known(board, System.nanoTime()));
        if (last == null || last.board().version() != board.version()) {
            news.incrementAndGet();
        }
    }

    private void forget(String game, String id) {
        if (known.remove(new Name(game, id)) != null) {
            news.incrementAndGet();
        }
    }

    /** Rises whenever this instance learns of a board that is new, changed or gone, its own changes included. */
    public long news() {
        return news.get();
    }

    /** The board as it is stored now; 1 RCU. */
    public Optional<Board> read(String game, String id) {
        Optional<Board> board = boards.read(game, id);
        if (board.isEmpty()) {
            forget(game, id);
            return board;
        }
        return learned(board.get());
    }

    /** Remembers a board that was just read; answers as {@link #current}. */
    public Optional<Board> learned(Board board) {
        learn(board);
        return current(board);
    }

    /**
     * The board in the season that the clock says. Whoever looks first at a board whose season has ended closes it, so
     * that seasons end on time whether or not anything runs then: 4 WCU for each end that has passed. A board whose own
     * end has passed closes with that season for good; the guard on the board's version makes that happen once.
     *
     * @return nothing if the board is gone
     */
    private Optional<Board> current(Board board) {
        Board current = board;
        int attempt = 0;
        Instant end;
        while ((end = current.passedEnd(now(), config.seasonalResets())) != null) {
            Instant now = now();
            boolean last = current.closesWith(end);
            Board turned = last
                    ? current.closed(snapshotsWith(current))
                    : current.turned(end, current.endAfter(end, now, config.missedSeasons()), snapshotsWith(current));
            Season closed = Season.closed(current, end, now, SnapshotTrigger.SEASON, "", null, last);
            if (seasons.close(turned, current.version(), closed)) {
                current = turned;
                learn(current);
                continue;
            }
            if (++attempt == config.writeAttempts()) {
                throw new ContentionException("gave up after too many concurrent writes of the board");
            }
            Backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Optional<Board> again = boards.read(board.game(), board.id());
            if (again.isEmpty()) {
                forget(board.game(), board.id());
                return again;
            }
            current = again.get();
            learn(current);
        }
        return Optional.of(current);
    }

    /**
     * Closes the running season now and begins the next, if nobody changed the board meanwhile. Answers when every
     * instance has seen it.
     *
     * @return the season that was closed
     */
    public Optional<Season> close(Board board, String reason, @Nullable String requestId) {
        Instant now = now();
        Season closed = Season.closed(board, now, now, SnapshotTrigger.RESET, reason, requestId, false);
        Board turned = board.turned(now, board.endAfterReset(now), snapshotsWith(board));
        if (!seasons.close(turned, board.version(), closed)) {
            return Optional.empty();
        }
        learn(turned);
        awaitOtherInstances();
        return Optional.of(closed);
    }

    private int snapshotsWith(Board board) {
        int kept = board.history().snapshots();
        return config.historicalData() ? Math.min(kept + 1, config.maxHistoricalEntries()) : kept;
    }

    /** The boards of a game with something to be done by the clock, the longest due first. */
    public List<String> due(String game) {
        return boards.due(game, now());
    }

    /** Lists the boards of a game by id, after {@code afterId}. */
    public BoardStore.BoardPage list(String game, @Nullable String afterId, int limit) {
        return boards.list(game, afterId, limit);
    }

    /** The first board of a game behind an id, as it is stored now; see {@link BoardStore#following}. */
    public Optional<Board> following(String game, @Nullable String afterId) {
        return boards.following(game, afterId);
    }

    /** Some boards of a game by id, those after {@code afterId} only; fewer than the limit at the end. */
    public List<Board> after(String game, @Nullable String afterId, int limit) {
        return boards.list(game, afterId, limit).boards();
    }

    /** Changes what a studio decides about a board. Answers when every instance has seen it. */
    public Change change(String game, String id, UnaryOperator<BoardSettings> change) {
        for (int attempt = 0; attempt < config.writeAttempts(); attempt++) {
            Backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Optional<Board> found = read(game, id);
            if (found.isEmpty()) {
                return new Unknown();
            }
            Board board = found.get();
            BoardSettings settings = change.apply(board.settings());
            if (settings.equals(board.settings())) {
                return new Changed(board);
            }
            if (board.seasons().closed()
                    && !settings.terms().samePeriod(board.settings().terms())) {
                return new Final(board);
            }
            if (board.scored() && !alike(board.settings(), settings)) {
                return new Fixed(board);
            }
            Board changed = board.with(settings, now());
            if (boards.replace(changed, board.version())) {
                learn(changed);
                awaitOtherInstances();
                return new Changed(changed);
            }
        }
        return new Busy();
    }

    private static boolean alike(BoardSettings scored, BoardSettings settings) {
        return settings.scoresAlike(scored)
                && Objects.equals(settings.terms().startsAt(), scored.terms().startsAt());
    }

    /** Whether a board takes scores now. */
    public Terms.Status status(Board board) {
        return board.status(now());
    }

    /**
     * Removes a board. What was scored on it cannot be reached any more, and is waiting to be purged. Answers when every
     * instance has seen it.
     */
    public Change delete(String game, String id) {
        for (int attempt = 0; attempt < config.writeAttempts(); attempt++) {
            Backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Optional<Board> found = read(game, id);
            if (found.isEmpty()) {
                return new Unknown();
            }
            if (boards.delete(Purge.of(found.get(), now().plus(config.purge().after())))) {
                forget(game, id);
                awaitOtherInstances();
                return new Changed(found.get());
            }
        }
        return new Busy();
    }

    /**
     * Notes that a board has scores, and perhaps subscores, before the first is written.
     *
     * @return the board as it is then, which may have changed in other ways too; nothing if it is gone or others
     *     change it all the time
     */
    public Optional<Board> mark(Board board, boolean withSubscore) {
        Board current = board;
        for (int attempt = 0; attempt < config.writeAttempts(); attempt++) {
            Backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            if (current.scored() && (current.subscored() || !withSubscore)) {
                return Optional.of(current);
            }
            Board marked = current.marked(withSubscore);
            if (boards.replace(marked, current.version())) {
                learn(marked);
                if (withSubscore && current.scored()) {
                    // Until then other instances would leave the subscores out of their ranks.
                    awaitOtherInstances();
                }
                return Optional.of(marked);
            }
            Optional<Board> again = read(board.game(), board.id());
            if (again.isEmpty()) {
                return again;
            }
            current = again.get();
        }
        return Optional.empty();
    }

    /**
     * Replaces a board by a state derived from it, if nobody else did.
     *
     * @param seen whether to answer only when every instance has seen it
     */
    public boolean replace(Board next, Board board, boolean seen) {
        boolean replaced = boards.replace(next, board.version());
        if (replaced) {
            learn(next);
            if (seen) {
                awaitOtherInstances();
            }
        }
        return replaced;
    }

    private boolean fresh(Known last) {
        return System.nanoTime() - last.readAtNanos() < config.boardCache().toNanos();
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private void awaitOtherInstances() {
        long until = System.nanoTime() + config.boardCache().toNanos();
        long left;
        while ((left = until - System.nanoTime()) > 0) {
            LockSupport.parkNanos(left);
        }
    }
}
