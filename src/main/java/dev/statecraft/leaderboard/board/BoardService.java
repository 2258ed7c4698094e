package dev.statecraft.leaderboard.board;

import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import dev.statecraft.leaderboard.settings.Terms;
import dev.statecraft.runtime.Deadline;
import dev.statecraft.table.Backoff;
import dev.statecraft.table.ContentionException;
import dev.statecraft.table.TransactionWrites;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Creates, replaces, advances and deletes boards. Caches the boards that this instance has read. */
@ApplicationScoped
public class BoardService {

    private static final long CONTENTION_MILLIS = 2;

    private final BoardStore boards;
    private final SeasonStore seasons;
    private final LeaderboardConfig config;
    private final Clock clock;
    private final Backoff backoff;
    private final BoardCache cache = new BoardCache();

    public BoardService(
            BoardStore boards, SeasonStore seasons, LeaderboardConfig config, Clock clock, Backoff backoff) {
        this.boards = boards;
        this.seasons = seasons;
        this.config = config;
        this.clock = clock;
        this.backoff = backoff;
    }

    /**
     * Creates a board.
     *
     * @return empty if a board with this id exists
     */
    public Optional<Board> create(String game, String id, BoardSettings settings) {
        Deadline staleAt = staleAt();
        Optional<Board> created = boards.create(first(game, id, settings));
        created.ifPresent(board -> cache.put(board, staleAt::passed));
        return created;
    }

    /** Returns a new board, which is not stored. */
    Board first(String game, String id, BoardSettings settings) {
        Instant now = now();
        return Board.first(game, id, settings, now, now.plus(config.snapshotInterval()));
    }

    /**
     * Returns a board from the cache if it was read within {@code board-cache}, otherwise from the table; empty if it does
     * not exist. Cost: 1 RCU if the board is read.
     */
    public Optional<Board> find(String game, String id) {
        Optional<Board> cached = cache.fresh(game, id);
        return cached.isPresent() ? current(cached.get()) : read(game, id);
    }

    /** Whether a listed board must be looked up with {@link #find}: its season has ended, or a fresh cached version exists. */
    public boolean isDue(Board listed) {
        return listed.passedEnd(now(), config.seasonalResets()) != null || isFresh(listed.game(), listed.id());
    }

    /** Returns the cached board regardless of its age; empty if the board is not cached. */
    public Optional<Board> lastCached(String game, String id) {
        return cache.last(game, id);
    }

    /** Whether {@link #find} returns the board from the cache. */
    public boolean isFresh(String game, String id) {
        return cache.fresh(game, id).isPresent();
    }

    /** When a board becomes stale in the cache that a request reads or writes which is sent now. */
    public Deadline staleAt() {
        return backoff.deadline(config.boardCache());
    }

    /** A number that increases whenever a board is added to the cache, changes in it or is evicted. */
    public long cacheVersion() {
        return cache.version();
    }

    /** Reads a board from the table and caches it; empty if it does not exist. Cost: 1 RCU. */
    public Optional<Board> read(String game, String id) {
        Deadline staleAt = staleAt();
        Optional<Board> board = boards.read(game, id);
        if (board.isEmpty()) {
            cache.evict(game, id);
            return board;
        }
        return cacheRead(board.get(), staleAt);
    }

    /**
     * Caches a board that was just read, and closes its current season if the season end has passed.
     *
     * @param staleAt {@link #staleAt} before the request was sent
     * @return the board in its current season; empty if the board was deleted concurrently
     */
    public Optional<Board> cacheRead(Board board, Deadline staleAt) {
        cache.put(board, staleAt::passed);
        return current(board);
    }

    /**
     * Closes the current season of a board as long as its end has passed, and returns the resulting board. The first read
     * after a season end closes the season. Therefore seasons end on time even if no scheduled work runs. If the end of the
     * board has passed, the board is closed permanently with that season. The condition on the board's version ensures that
     * each season is closed once. Cost: 4 WCU for each season that is closed.
     *
     * @return empty if the board was deleted concurrently
     * @throws ContentionException after {@code write-attempts} lost races
     */
    private Optional<Board> current(Board board) {
        Board current = board;
        int attempt = 0;
        Instant end;
        while ((end = current.passedEnd(now(), config.seasonalResets())) != null) {
            Instant now = now();
            boolean last = current.closesWith(end);
            Board next = last
                    ? current.closed(snapshotsWith(current))
                    : current.advanced(end, current.endAfter(end, now, config.missedSeasons()), snapshotsWith(current));
            Season closed = Season.closed(current, end, now, SnapshotTrigger.SEASON, "", null, last);
            Deadline staleAt = staleAt();
            if (seasons.close(next, current.version(), closed)) {
                current = next;
                cache.put(current, staleAt::passed);
                continue;
            }
            if (++attempt == config.writeAttempts()) {
                throw new ContentionException("gave up after too many concurrent writes of the board");
            }
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            staleAt = staleAt();
            Optional<Board> reread = boards.read(board.game(), board.id());
            if (reread.isEmpty()) {
                cache.evict(board.game(), board.id());
                return reread;
            }
            current = reread.get();
            cache.put(current, staleAt::passed);
        }
        return Optional.of(current);
    }

    /**
     * Closes the current season and starts the next. Returns after {@code board-cache}, when every instance sees the change.
     *
     * @return the closed season; empty if another writer changed the board
     */
    public Optional<Season> close(Board board, String reason, @Nullable String requestId) {
        Instant now = now();
        Season closed = Season.closed(board, now, now, SnapshotTrigger.RESET, reason, requestId, false);
        Board next = board.advanced(now, board.endAfterReset(now), snapshotsWith(board));
        Deadline staleAt = staleAt();
        if (!seasons.close(next, board.version(), closed)) {
            return Optional.empty();
        }
        cache.put(next, staleAt::passed);
        awaitOtherInstances();
        return Optional.of(closed);
    }

    private int snapshotsWith(Board board) {
        int stored = board.history().snapshots();
        return config.historicalData() ? Math.min(stored + 1, config.maxHistoricalEntries()) : stored;
    }

    /** Returns the ids of boards with scheduled work that is due now, earliest first. */
    public List<String> due(String game) {
        return boards.due(game, now());
    }

    /** Lists the boards of a game by id, after {@code afterId}; null for the first page. */
    public BoardStore.BoardPage list(String game, @Nullable String afterId, int limit) {
        return boards.list(game, afterId, limit);
    }

    /** Returns the first board of a game after an id, not from the cache; see {@link BoardStore#firstAfter}. */
    public Optional<Board> firstAfter(String game, @Nullable String afterId) {
        return boards.firstAfter(game, afterId);
    }

    /** Lists boards of a game by id, after {@code afterId}; fewer than the limit at the end. */
    public List<Board> after(String game, @Nullable String afterId, int limit) {
        return boards.list(game, afterId, limit).boards();
    }

    /** Returns a board with other settings, which is not stored. */
    Board with(Board board, BoardSettings settings) {
        return board.with(settings, now());
    }

    /** Whether a board accepts scores now. */
    public Terms.Status status(Board board) {
        return board.status(now());
    }

    /**
     * Deletes a board and starts the purge of its data. The data is unreachable afterwards. Returns after
     * {@code board-cache}, when every instance sees the deletion.
     */
    public BoardChange delete(String game, String id) {
        for (int attempt = 0; attempt < config.writeAttempts(); attempt++) {
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Optional<Board> found = read(game, id);
            if (found.isEmpty()) {
                return new BoardChange.Unknown();
            }
            if (boards.delete(Purge.of(found.get(), now().plus(config.purge().after())))) {
                cache.evict(game, id);
                awaitOtherInstances();
                return new BoardChange.Deleted(found.get());
            }
        }
        return new BoardChange.Busy();
    }

    /**
     * Sets the scored flag of a board before its first score is written.
     *
     * @param withSubscore whether to set the flag for subscores too
     * @return the current board, which may contain other changes too; empty if the board was deleted, or after
     *     {@code write-attempts} lost races
     */
    public Optional<Board> markScored(Board board, boolean withSubscore) {
        Board current = board;
        for (int attempt = 0; attempt < config.writeAttempts(); attempt++) {
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            if (current.scored() && (current.subscored() || !withSubscore)) {
                return Optional.of(current);
            }
            Board marked = withMetadataSchema(current).markedScored(withSubscore);
            // Instances with the old board compute ranks without subscores.
            if (replace(marked, current, withSubscore && current.scored())) {
                return Optional.of(marked);
            }
            Optional<Board> reread = read(board.game(), board.id());
            if (reread.isEmpty()) {
                return reread;
            }
            current = reread.get();
        }
        return Optional.empty();
    }

    /**
     * Replaces a board by a state that was derived from it.
     *
     * @param awaitOthers whether to return only after {@code board-cache}, when every instance sees the change
     * @return false if another writer changed the board
     */
    public boolean replace(Board next, Board board, boolean awaitOthers) {
        Deadline staleAt = staleAt();
        boolean replaced = boards.replace(next, board.version());
        if (replaced) {
            cache.put(next, staleAt::passed);
            if (awaitOthers) {
                awaitOtherInstances();
            }
        }
        return replaced;
    }

    /**
     * Sets the schema version of the metadata of new scores, in the same transaction as other writes. Cost: 2 WCU and the
     * other writes; nothing if the board has the schema version.
     */
    public SchemaMove moveMetadataSchema(Board board, String schema, TransactionWrites others) {
        Optional<Board> current = Optional.of(board);
        for (int attempt = 0; current.isPresent() && current.get().epoch() == board.epoch(); attempt++) {
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Board before = current.get();
            if (schema.equals(before.metadataSchema())) {
                return SchemaMove.UNCHANGED;
            }
            SchemaMove move = boards.replace(before.withMetadataSchema(schema), before.version(), others);
            if (move != SchemaMove.OVERTAKEN) {
                return move;
            }
            current = read(board.game(), board.id());
        }
        return SchemaMove.UNCHANGED;
    }

    /** The schema versions of metadata in boards without scores, by board, or {@code *} for all others. Cost: 1 RCU. */
    public Map<String, String> metadataSchemas(String game) {
        return boards.metadataSchemas(game);
    }

    /**
     * Sets the schema version of metadata in a board without scores, or {@code *} for all others, in the same transaction as
     * other writes.
     */
    public SchemaMove moveMetadataSchema(String game, String board, String schema, TransactionWrites others) {
        for (int attempt = 0; !schema.equals(metadataSchemas(game).get(board)); attempt++) {
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            SchemaMove move = boards.putMetadataSchema(game, board, schema, others);
            if (move != SchemaMove.OVERTAKEN) {
                return move;
            }
        }
        return SchemaMove.UNCHANGED;
    }

    /**
     * A board with the schema version of its first metadata. It is read after the board was created, not before: a migration
     * sets it for new boards first, and then on each board that exists.
     */
    private Board withMetadataSchema(Board board) {
        if (board.scored() || board.metadataSchema() != null) {
            return board;
        }
        Map<String, String> schemas = boards.metadataSchemas(board.game());
        @Nullable String schema = schemas.getOrDefault(board.id(), schemas.get("*"));
        return schema == null ? board : board.ofMetadataSchema(schema);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private void awaitOtherInstances() {
        backoff.deadline(config.boardCache()).await();
    }
}
