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
 * Scores that this instance wrote recently. Compared with the roots of the rank trees they show how many are not yet counted,
 * and which cached lists are older than the instance's own writes.
 */
@ApplicationScoped
public class RecentWrites {

    private static final int MOST = 10_000;

    /** Older writes are removed: their tree may be deleted and would never count them. */
    private static final long WINDOW_MILLIS = 60_000;

    /** Seasons that share a slot share their writes: then a list is read once more than necessary. */
    private static final int SLOTS = 4096;

    private record Write(String tree, int lane, long player, long at) {

        boolean isCounted(RankNode root) {
            Long until = root.countedUntil(lane, player);
            return until != null && until >= at;
        }
    }

    private record Last(long number, Write write) {}

    /** A bounded deque, so that adding has constant cost. */
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
                CountedWrites.tagOf(entry.playerId()),
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

    /** Number of scores that this instance has written. */
    public long count() {
        return count.get();
    }

    /** Number of scores written up to the last one in a season of a board; 0 if there was none. */
    public long lastOn(Board board, int season) {
        Last last = lastOn.get(slotOf(board, season));
        return last == null ? 0 : last.number();
    }

    /** Whether the tree with this root counts the last score that this instance wrote in the season. */
    public boolean counted(Board board, int season, RankNode root) {
        Last last = lastOn.get(slotOf(board, season));
        return last == null
                || last.write().at() < clock.millis() - WINDOW_MILLIS
                || last.write().isCounted(root);
    }

    private static int slotOf(Board board, int season) {
        return Math.floorMod(Objects.hash(board.game(), board.id(), season), SLOTS);
    }

    /** The trees of a game with known uncounted writes. */
    public Set<String> trees(String game) {
        return writes.stream()
                .map(Write::tree)
                .filter(tree -> PartitionKey.isOf(game, tree))
                .collect(Collectors.toSet());
    }

    /**
     * Number of writes of a game in the last minute that its trees do not count yet.
     *
     * @param roots the roots of {@link #trees}; counted writes are removed
     */
    public int notYetCounted(String game, Map<String, RankNode> roots) {
        long oldest = clock.millis() - WINDOW_MILLIS;
        writes.removeIf(write -> {
            RankNode root = roots.get(write.tree());
            return write.at() < oldest || (root != null && write.isCounted(root));
        });
        return (int) writes.stream()
                .filter(write -> PartitionKey.isOf(game, write.tree()))
                .count();
    }
}
