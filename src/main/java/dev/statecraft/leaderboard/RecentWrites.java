package dev.statecraft.leaderboard;

import dev.statecraft.table.PartitionKey;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.stream.Collectors;

/**
 * The scores this instance wrote lately: compared with the roots of the rank trees they tell how many are still on
 * their way through the stream.
 */
@ApplicationScoped
class RecentWrites {

    private static final int MOST = 10_000;

    /** Older writes are forgotten: their tree may have been dropped, and then would never count them. */
    private static final long WINDOW_MILLIS = 60_000;

    private record Write(String tree, int lane, long at) {}

    private final ConcurrentLinkedDeque<Write> writes = new ConcurrentLinkedDeque<>();
    private final Clock clock;

    RecentWrites(Clock clock) {
        this.clock = clock;
    }

    void add(Board board, Entry entry) {
        writes.addLast(new Write(
                RankStore.treeKey(board, board.season(), entry.tree()),
                board.laneOf(entry.playerId()),
                entry.writtenAt()));
        if (writes.size() > MOST) {
            writes.pollFirst();
        }
    }

    /** The trees of a game that are still to count something, as far as is known. */
    Set<String> trees(String game) {
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
    int notYetCounted(String game, Map<String, RankNode> roots) {
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
