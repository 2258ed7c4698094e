package dev.statecraft.leaderboard.rank;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.table.PartitionKey;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The scores this instance wrote lately: compared with the roots of the rank trees they tell how many are still on
 * their way through the stream, and which lists are older than what this instance itself has written.
 */
@ApplicationScoped
public class RecentWrites {

    private static final int MOST = 10_000;

    /** Older writes are forgotten: their tree may have been dropped, and then would never count them. */
    private static final long WINDOW_MILLIS = 60_000;

    /** Seasons that share a slot take each other's writes for their own: then a list is read once more than it needs. */
    private static final int SLOTS = 4096;

    private record Write(String tree, int lane, long at) {}

    private record Last(long number, Write write) {}

    /** Counts what it holds, as a linked deque without a bound does not: adding must not cost more the fuller it is. */
    private final LinkedBlockingDeque<Write> writes = new LinkedBlockingDeque<>(MOST);

    private final AtomicLong count = new AtomicLong();
    private final AtomicReferenceArray<@Nullable Last> lastOn = new AtomicReferenceArray<>(SLOTS);
    private final Clock clock;

    public RecentWrites(Clock clock) {
        this.clock = clock;
    }

    public void add(Board board, Entry entry) {
        Write write = new Write(
                RankStore.treeKey(board, board.season(), entry.tree()),
                board.laneOf(entry.playerId()),
                entry.writtenAt());
        while (!writes.offerLast(write)) {
            writes.pollFirst();
        }
        Last last = new Last(count.incrementAndGet(), write);
        lastOn.accumulateAndGet(
                slotOf(board, board.season()),
                last,
                (a, b) -> a != null && b != null && a.number() > b.number() ? a : b);
    }

    /** How many scores this instance has written. */
    public long count() {
        return count.get();
    }

    /** How many it had written with the last one in a season of a board; 0 if there was none. */
    public long lastOn(Board board, int season) {
        Last last = lastOn.get(slotOf(board, season));
        return last == null ? 0 : last.number();
    }

    /** Whether the tree of a season, with this root, counts the last score this instance wrote there. */
    public boolean counted(Board board, int season, RankNode root) {
        Last last = lastOn.get(slotOf(board, season));
        return last == null
                || last.write().at() < clock.millis() - WINDOW_MILLIS
                || root.times().getOrDefault(last.write().lane(), 0L)
                        >= last.write().at();
    }

    private static int slotOf(Board board, int season) {
        return Math.floorMod(Objects.hash(board.game(), board.id(), season), SLOTS);
    }

    /** The trees of a game that are still to count something, as far as is known. */
    public Set<String> trees(String game) {
        return writes.stream()
                .map(Write::tree)
                .filter(tree -> PartitionKey.isOf(game, tree))
                .collect(Collectors.toSet());
    }

    /**
     * How many writes of a game in the last minute its trees do not count yet.
     *
     * @param roots the roots of {@link #trees}; what they count is forgotten
     */
    public int notYetCounted(String game, Map<String, RankNode> roots) {
        long oldest = clock.millis() - WINDOW_MILLIS;
        writes.removeIf(write -> {
            RankNode root = roots.get(write.tree());
            return write.at() < oldest || (root != null && root.times().getOrDefault(write.lane(), 0L) >= write.at());
        });
        return (int) writes.stream()
                .filter(write -> PartitionKey.isOf(game, write.tree()))
                .count();
    }
}
