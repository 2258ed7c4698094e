package dev.statecraft.leaderboard.upkeep;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardService;
import dev.statecraft.leaderboard.board.BoardStore;
import dev.statecraft.leaderboard.listing.ListingCache;
import dev.statecraft.leaderboard.rank.RankNode;
import dev.statecraft.leaderboard.rank.RankStore;
import dev.statecraft.leaderboard.rank.RecentWrites;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The statistics of the seed's {@code getLeaderboardStats}. */
@ApplicationScoped
public class LeaderboardStatisticsService {

    private static final int PAGE = 1000;

    private final BoardService boards;
    private final RankStore ranks;
    private final RecentWrites recent;
    private final ListingCache pages;
    private final LeaderboardConfig config;
    private final Clock clock;
    private final Map<String, Kept> kept = new ConcurrentHashMap<>();

    public LeaderboardStatisticsService(
            BoardService boards,
            RankStore ranks,
            RecentWrites recent,
            ListingCache pages,
            LeaderboardConfig config,
            Clock clock) {
        this.boards = boards;
        this.ranks = ranks;
        this.recent = recent;
        this.pages = pages;
        this.config = config;
        this.clock = clock;
    }

    /**
     * How much a game has on its leaderboards.
     *
     * @param totalEntries entries of all running seasons
     * @param cachedLeaderboards boards that this instance knows without reading them, or has a page of
     * @param updateQueueSize scores written by this instance that the rankings do not count yet
     * @param historicalDataSize snapshots kept
     * @param seasonalDataSize seasons closed
     * @param cacheHits lists that this instance answered from a page kept
     * @param cacheMisses lists for which it read a page anew
     * @param cacheHitRatio the part of these lists that were answered from a page kept, 0 to 1; 0 if there were none
     */
    @Schema(name = "LeaderboardStatistics")
    public record Statistics(
            long totalLeaderboards,
            long totalEntries,
            int cachedLeaderboards,
            int updateQueueSize,
            long historicalDataSize,
            long seasonalDataSize,
            long cacheHits,
            long cacheMisses,
            double cacheHitRatio) {

        Statistics with(ListingCache.Ratio ratio) {
            return new Statistics(
                    totalLeaderboards,
                    totalEntries,
                    cachedLeaderboards,
                    updateQueueSize,
                    historicalDataSize,
                    seasonalDataSize,
                    ratio.hits(),
                    ratio.misses(),
                    ratio.hitRatio());
        }
    }

    /**
     * Statistics as they were read.
     *
     * @param news what this instance had learned of boards before
     * @param writes how many scores it had written before
     * @param readAt when that was, epoch milliseconds
     */
    private record Kept(Statistics statistics, long news, long writes, long readAt) {}

    /** The statistics of a game, perhaps as this instance keeps them. */
    public Statistics of(String game) {
        return of(game, false);
    }

    /**
     * The statistics of a game, at most {@code cache-update-interval} old and never older than what this instance itself
     * wrote; while scores are on their way they are read each time.
     *
     * @param fresh whether to read them anew in any case
     */
    public Statistics of(String game, boolean fresh) {
        long now = clock.millis();
        Kept last = kept.get(game);
        if (!fresh
                && last != null
                && last.news() == boards.news()
                && last.writes() == recent.count()
                && now >= last.readAt()
                && now - last.readAt() < config.cacheUpdateInterval().toMillis()) {
            return last.statistics().with(pages.ratio(game));
        }
        long news = boards.news();
        long writes = recent.count();
        Statistics read = read(game);
        if (read.updateQueueSize() == 0) {
            kept.put(game, new Kept(read, news, writes, now));
        }
        return read.with(pages.ratio(game));
    }

    /** Reads the boards and the root of each tree: no entry is touched. */
    private Statistics read(String game) {
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
        long closed = all.stream()
                .mapToLong(board -> board.season() - (board.seasons().closed() ? 0L : 1L))
                .sum();
        Set<String> listed = pages.boards(game);
        return new Statistics(
                all.size(),
                running.stream()
                        .mapToLong(
                                tree -> roots.getOrDefault(tree, RankNode.EMPTY).total())
                        .sum(),
                (int) all.stream()
                        .filter(board -> boards.isFresh(game, board.id()) || listed.contains(board.id()))
                        .count(),
                recent.notYetCounted(game, roots),
                all.stream().mapToLong(board -> board.history().snapshots()).sum(),
                closed,
                0,
                0,
                0);
    }
}
