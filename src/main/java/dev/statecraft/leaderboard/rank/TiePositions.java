package dev.statecraft.leaderboard.rank;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.OrderIndexStore;
import dev.statecraft.leaderboard.entry.OrderKey;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.table.Parallel;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * Finds the positions of entries inside their ties: equal scores are ordered by time, then by player id.
 *
 * <p>The rank tree does not store that order, so the entries of a tie are counted in the order index, each at most once for
 * all requested players. Cost: one request and 0.5 RCU for about 40 tied entries, one more request for each 1 MB (about
 * 10,000 entries); none for an entry without ties.
 */
@ApplicationScoped
public class TiePositions {

    private final OrderIndexStore index;
    private final Parallel parallel;

    public TiePositions(OrderIndexStore index, Parallel parallel) {
        this.index = index;
        this.parallel = parallel;
    }

    /**
     * The positions of entries, in the given order. A batch with several scores of one player asks for the same entry
     * several times.
     *
     * @param standings the rank of each entry, in the same order
     */
    List<Long> of(Board board, int season, List<Entry> asked, List<EntryRank> standings) {
        Map<Score, List<Integer>> ties = new LinkedHashMap<>();
        for (int i = 0; i < asked.size(); i++) {
            ties.computeIfAbsent(asked.get(i).requireScore(), score -> new ArrayList<>())
                    .add(i);
        }
        Map<Integer, Long> positions = new ConcurrentHashMap<>();
        List<List<Integer>> open = new ArrayList<>();
        for (List<Integer> tie : ties.values()) {
            if (tie.size() == 1 && standings.get(tie.get(0)).ties() <= 1) {
                positions.put(tie.get(0), standings.get(tie.get(0)).place());
            } else {
                open.add(tie);
            }
        }
        if (open.size() == 1) {
            // Runs in the thread of the caller: a pool thread that waits for the pool could deadlock.
            count(board, season, asked, standings, open.get(0), positions);
        } else {
            parallel.all(open.stream()
                    .map(tie -> (Callable<Boolean>) () -> {
                        count(board, season, asked, standings, tie, positions);
                        return true;
                    })
                    .toList());
        }
        return IntStream.range(0, asked.size())
                .mapToObj(i -> Objects.requireNonNull(positions.get(i)))
                .toList();
    }

    private void count(
            Board board,
            int season,
            List<Entry> asked,
            List<EntryRank> standings,
            List<Integer> tie,
            Map<Integer, Long> positions) {
        List<Integer> inOrder = new ArrayList<>(tie);
        inOrder.sort(Comparator.comparingLong((Integer one) -> asked.get(one).reachedAt())
                .thenComparing(one -> asked.get(one).playerId()));
        long before = 0;
        OrderKey last = null;
        for (int i : inOrder) {
            OrderKey own = asked.get(i).orderKey();
            if (!own.equals(last)) {
                // The previous entry precedes this one, whether or not the index contains it yet.
                before += index.countBetween(board, season, last, own) + (last == null ? 0 : 1);
                last = own;
            }
            positions.put(i, standings.get(i).place() + before);
        }
    }
}
