package dev.statecraft.leaderboard.rank;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.ScorePath;
import dev.statecraft.leaderboard.entry.ScorePath.Step;
import dev.statecraft.leaderboard.settings.Score;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The counts of all entries but some, in nodes of a rank tree. */
final class OtherEntries {

    private OtherEntries() {}

    /**
     * The nodes without the counts of entries. Each node is corrected for the score that it counts, because the nodes of a tree
     * are neither written nor read together: one may count an entry's old score while another counts the new one.
     */
    static Map<String, RankNode> of(Board board, List<Entry> entries, Map<String, RankNode> nodes) {
        Map<String, RankNode> others = new HashMap<>(nodes);
        for (Entry entry : entries) {
            int lane = board.laneOf(entry.playerId());
            long player = CountedWrites.tagOf(entry.playerId());
            others.replaceAll((key, node) -> without(entry, key, node, node.countedUntil(lane, player)));
        }
        return others;
    }

    /** Whether a node counts a later write of the player than the last one of this entry. */
    static boolean isOvertaken(Board board, Entry entry, Map<String, RankNode> nodes) {
        int lane = board.laneOf(entry.playerId());
        long player = CountedWrites.tagOf(entry.playerId());
        return nodes.values().stream()
                .anyMatch(node -> node.writes(lane).last().getOrDefault(player, 0L) > entry.writtenAt());
    }

    private static RankNode without(Entry entry, String key, RankNode node, @Nullable Long until) {
        Score counted = entry.countedAt(until);
        if (counted != null) {
            for (Step step : ScorePath.of(counted)) {
                if (step.node().equals(key)) {
                    return node.minusOne(step.child());
                }
            }
        }
        return node;
    }
}
