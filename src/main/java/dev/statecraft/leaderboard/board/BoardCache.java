package dev.statecraft.leaderboard.board;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * The boards that an instance has read or written. A board is fresh for {@code board-cache} from when its request was sent,
 * not from when the response arrived: a response may be late, and a change waits only {@code board-cache} for the instances
 * that have read the board before it.
 */
final class BoardCache {

    private record Cached(Board board, BooleanSupplier stale) {}

    private record Key(String game, String id) {}

    private final Map<Key, Cached> boards = new ConcurrentHashMap<>();
    private final AtomicLong version = new AtomicLong();

    /** Stores a board. {@code stale} becomes true {@code board-cache} after the request that read or wrote it was sent. */
    void put(Board board, BooleanSupplier stale) {
        Cached last = boards.put(new Key(board.game(), board.id()), new Cached(board, stale));
        if (last == null || last.board().version() != board.version()) {
            version.incrementAndGet();
        }
    }

    void evict(String game, String id) {
        if (boards.remove(new Key(game, id)) != null) {
            version.incrementAndGet();
        }
    }

    /** The stored board if it is fresh; empty otherwise. */
    Optional<Board> fresh(String game, String id) {
        return Optional.ofNullable(boards.get(new Key(game, id)))
                .filter(cached -> !cached.stale().getAsBoolean())
                .map(Cached::board);
    }

    /** The stored board regardless of its age; empty if there is none. */
    Optional<Board> last(String game, String id) {
        return Optional.ofNullable(boards.get(new Key(game, id))).map(Cached::board);
    }

    /** A number that increases whenever a board is added, changes or is evicted. */
    long version() {
        return version.get();
    }
}
