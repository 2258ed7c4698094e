package dev.statecraft.leaderboard;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The statistics of the seed's {@code getLeaderboardStats}. */
@ApplicationScoped
public class StatisticsService {

    private static final int PAGE = 1000;

    private final BoardService boards;
    private final RankStore ranks;
    private final RecentWrites recent;

    StatisticsService(BoardService boards, RankStore ranks, RecentWrites recent) {
        this.boards = boards;
        this.ranks = ranks;
        this.recent = recent;
    }

    /**
     * How much a game has on its leaderboards.
     *
     * @param totalEntries entries of all running seasons
     * @param cachedLeaderboards boards that this instance would answer for without reading them
     * @param updateQueueSize scores written by this instance that the rankings do not count yet
     * @param historicalDataSize snapshots kept
     * @param seasonalDataSize seasons closed
     */
    public record Statistics(
            long totalLeaderboards,
            long totalEntries,
            int cachedLeaderboards,
            int updateQueueSize,
            long historicalDataSize,
            long seasonalDataSize) {}

    /** Reads the boards and the root of each tree: no entry is touched. */
    public Statistics of(String game) {
        List<Board> all = new ArrayList<>();
        String after = null;
        do {
            BoardStore.BoardPage page = boards.list(game, after, PAGE);
            all.addAll(page.boards());
            after = page.next();
        } while (after != null);
        List<String> running = all.stream()
                .flatMap(board -> RankStore.treesOf(board, board.season()).stream())
                .toList();
        Set<String> trees = new LinkedHashSet<>(running);
        trees.addAll(recent.trees(game));
        Map<String, RankNode> roots = ranks.roots(List.copyOf(trees));
        long closed = all.stream().mapToLong(board -> board.season() - 1L).sum();
        return new Statistics(
                all.size(),
                running.stream()
                        .mapToLong(
                                tree -> roots.getOrDefault(tree, RankNode.EMPTY).total())
                        .sum(),
                boards.cached(game),
                recent.notYetCounted(game, roots),
                all.stream().mapToLong(board -> board.history().snapshots()).sum(),
                closed);
    }
}
