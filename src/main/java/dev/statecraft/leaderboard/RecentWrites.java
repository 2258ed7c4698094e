package dev.statecraft.leaderboard;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * The scores this instance wrote lately: compared with the roots of the rank trees they tell how many are still on
 * their way through the stream.
 */
@ApplicationScoped
class RecentWrites {

    private static final int MOST = 10_000;

    private record Write(String tree, int lane, long at) {}

    private final ConcurrentLinkedDeque<Write> writes = new ConcurrentLinkedDeque<>();

    void add(Board board, Entry entry) {
        writes.addLast(new Write(
                RankStore.treeKey(board, board.season(), entry.tree()),
                board.laneOf(entry.playerId()),
                entry.writtenAt()));
        if (writes.size() > MOST) {
            writes.pollFirst();
        }
    }

    /** How many writes the given roots do not count yet; those that are counted are forgotten. */
    int notYetCounted(Map<String, RankNode> roots) {
        writes.removeIf(write -> {
            RankNode root = roots.get(write.tree());
            return root != null && root.times().getOrDefault(write.lane(), 0L) >= write.at();
        });
        return writes.size();
    }
}
