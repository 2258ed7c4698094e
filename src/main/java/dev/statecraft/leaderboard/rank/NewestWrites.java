package dev.statecraft.leaderboard.rank;

import dev.statecraft.leaderboard.entry.Entry;
import java.util.Comparator;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.TreeMap;

/**
 * The newest writes of each lane. A root keeps the times of fewer players, so if it counts all of these writes, at least one
 * of them is not newer than its bound, and all older ones are counted too.
 */
final class NewestWrites {

    private static final int MOST = CountedWrites.KEPT + 1;

    private record Write(long player, long at) {}

    private final Map<Integer, Queue<Write>> byLane = new TreeMap<>();

    /** Adds the last write of an entry. */
    void add(int lane, Entry entry) {
        Queue<Write> writes =
                byLane.computeIfAbsent(lane, none -> new PriorityQueue<>(Comparator.comparingLong(Write::at)));
        Write oldest = writes.peek();
        if (writes.size() < MOST || oldest == null || oldest.at() < entry.writtenAt()) {
            writes.add(new Write(CountedWrites.tagOf(entry.playerId()), entry.writtenAt()));
        }
        if (writes.size() > MOST) {
            writes.remove();
        }
    }

    /** Whether the tree with this root counts all writes. */
    boolean counted(RankNode root) {
        return byLane.entrySet().stream()
                .allMatch(lane -> lane.getValue().stream().allMatch(write -> {
                    Long until = root.countedUntil(lane.getKey(), write.player());
                    return until != null && until >= write.at();
                }));
    }
}
