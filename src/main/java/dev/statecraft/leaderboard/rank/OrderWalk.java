package dev.statecraft.leaderboard.rank;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.OrderIndexStore;
import dev.statecraft.leaderboard.entry.OrderIndexStore.Row;
import dev.statecraft.leaderboard.entry.OrderKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Walks the order index across its shards in one direction from a position. Cost: one query for each page.
 * A further page has at least as many rows as the one before.
 */
public final class OrderWalk implements Iterator<Row> {

    private static final int LARGEST_PAGE = 1000;

    private final OrderIndexStore index;
    private final Board board;
    private final int season;
    private final Deque<Integer> shards;
    private final boolean worse;
    private final Deque<Row> page = new ArrayDeque<>();
    private int expected;
    private @Nullable OrderKey from;
    private boolean inclusive;

    /**
     * Starts a walk.
     *
     * @param shards the shards to visit in this order; the first is the one of {@code from}
     * @param from where to start, null for the near end of the first shard
     * @param worse whether to walk towards worse entries
     * @param expected expected number of rows, which is the size of the first page
     */
    public OrderWalk(
            OrderIndexStore index,
            Board board,
            int season,
            List<Integer> shards,
            @Nullable OrderKey from,
            boolean inclusive,
            boolean worse,
            int expected) {
        this.index = index;
        this.board = board;
        this.season = season;
        this.shards = new ArrayDeque<>(shards);
        this.from = from;
        this.inclusive = inclusive;
        this.worse = worse;
        this.expected = Math.max(1, expected);
    }

    @Override
    public boolean hasNext() {
        while (page.isEmpty() && !shards.isEmpty()) {
            int limit = Math.min(expected, LARGEST_PAGE);
            List<Row> rows = index.page(board, season, shards.getFirst(), from, inclusive, worse, limit);
            page.addAll(rows);
            expected = Math.max(1, expected - rows.size());
            if (rows.size() < limit) {
                shards.removeFirst();
                from = null;
            } else {
                from = rows.get(rows.size() - 1).key();
                inclusive = false;
                // The caller expected too few rows; growing pages avoid many small queries.
                expected = Math.max(expected, Math.max(25, limit));
            }
        }
        return !page.isEmpty();
    }

    @Override
    public Row next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return page.removeFirst();
    }
}
