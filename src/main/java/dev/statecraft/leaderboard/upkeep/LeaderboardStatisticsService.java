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

/** Computes and caches the statistics of the leaderboards of a game. */
@ApplicationScoped
public class LeaderboardStatisticsService {

    private static final int PAGE = 1000;

    private final BoardService boards;
    private final RankStore ranks;
    private final RecentWrites recent;
    private final ListingCache pages;
    private final LeaderboardConfig config;
    private final Clock clock;
    private final Map<String, CachedStatistics> cache = new ConcurrentHashMap<>();

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
     * Statistics of the leaderboards of a game.
     *
     * @param totalLeaderboards number of boards
     * @param totalEntries number of ranked entries in all current seasons
     * @param cachedLeaderboards number of boards that this instance caches, or of which it caches a first page
     * @param updateQueueSize number of scores that this instance wrote and that are not in the rank trees yet
     * @param historicalDataSize number of stored snapshots
     * @param seasonalDataSize number of closed seasons
     * @param cacheHits number of lists that this instance returned from the first-page cache
     * @param cacheMisses number of lists for which this instance read the first page
     * @param cacheHitRatio hits divided by hits and misses, 0 to 1; 0 if there were none
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
     * Cached statistics of a game.
     *
     * @param cacheVersion {@link BoardService#cacheVersion} before the read
     * @param writes number of scores that this instance had written before the read
     * @param readAt the time of the read, in Unix milliseconds
     */
    private record CachedStatistics(Statistics statistics, long cacheVersion, long writes, long readAt) {}

    /** Returns the statistics of a game, possibly from the cache of this instance. */
    public Statistics of(String game) {
        return of(game, false);
    }

    /**
     * Returns the statistics of a game, at most {@code cache-update-interval} old. They include every board change and score
     * that this instance has written. While scores of this instance are not in the rank trees yet, the statistics are not
     * cached.
     *
     * @param fresh whether to bypass the cache
     */
    public Statistics of(String game, boolean fresh) {
        long now = clock.millis();
        CachedStatistics last = cache.get(game);
        if (!fresh
                && last != null
                && last.cacheVersion() == boards.cacheVersion()
                && last.writes() == recent.count()
                && now >= last.readAt()
                && now - last.readAt() < config.cacheUpdateInterval().toMillis()) {
            return last.statistics().with(pages.ratio(game));
        }
        long cacheVersion = boards.cacheVersion();
        long writes = recent.count();
        Statistics read = read(game);
        if (read.updateQueueSize() == 0) {
            cache.put(game, new CachedStatistics(read, cacheVersion, writes, now));
        }
        return read.with(pages.ratio(game));
    }

    /** Computes the statistics from the boards and the roots of their rank trees. Reads no entry. */
    private Statistics read(String game) {
        List<Board> all = new ArrayList<>();
        String after = null;
        do {
            BoardStore.BoardPage page = boards.list(game, after, PAGE);
            all.addAll(page.boards());
            after = page.next();
        } while (after != null);
        List<String> current = all.stream()
                .flatMap(board -> RankStore.treesOf(board, board.season()).stream())
                .toList();
        Set<String> trees = new LinkedHashSet<>(current);
        trees.addAll(recent.trees(game));
        Map<String, RankNode> roots = ranks.roots(List.copyOf(trees));
        long closed = all.stream()
                .mapToLong(board -> board.season() - (board.seasons().closed() ? 0L : 1L))
                .sum();
        Set<String> listed = pages.boards(game);
        return new Statistics(
                all.size(),
                current.stream()
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
