package dev.statecraft.leaderboard.listing;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.RankedEntry;
import dev.statecraft.leaderboard.entry.ScorePath;
import dev.statecraft.leaderboard.rank.RankNode;
import dev.statecraft.leaderboard.rank.RankStore;
import dev.statecraft.leaderboard.rank.RankWalk;
import dev.statecraft.leaderboard.rank.RecentWrites;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/**
 * The first-page cache of this instance. A page is served without validation for {@code used-unchecked}. Afterwards the
 * root of the rank tree is read, and the page is served if no score was counted since; so a page lags by at most that
 * time. Where real-time updates are off, a page is served for the whole update interval.
 *
 * <p>A page is not served after this instance wrote a score on the board or after the settings changed. A reset and a
 * deletion start a new season or a new board epoch, which are part of the cache key.
 */
@ApplicationScoped
public class ListingCache {

    /** Estimated memory of an entry without its metadata, in bytes. */
    private static final int ENTRY_BYTES = 256;

    private final ListingService lists;
    private final RankStore ranks;
    private final RecentWrites recent;
    private final LeaderboardConfig config;
    private final Clock clock;
    private final BoundedCache<Key, Page> pages;
    private final Map<String, Uses> uses = new ConcurrentHashMap<>();

    public ListingCache(
            ListingService lists, RankStore ranks, RecentWrites recent, LeaderboardConfig config, Clock clock) {
        this.lists = lists;
        this.ranks = ranks;
        this.recent = recent;
        this.config = config;
        this.clock = clock;
        this.pages = new BoundedCache<>(
                config.pageCache().pages(), config.pageCache().bytes(), Page::bytes);
    }

    private record Key(String game, String board, int epoch, int season, int limit) {}

    /**
     * A cached page.
     *
     * @param root the root of the rank tree when the page was read
     * @param writes number of scores that this instance had written before the read
     * @param readAt time of the read, Unix milliseconds
     * @param checkedAt time of the last validation, Unix milliseconds
     * @param bytes estimated memory
     */
    private record Page(Listing listing, RankNode root, long writes, long readAt, long checkedAt, long bytes) {

        Page checked(long now) {
            return new Page(listing, root, writes, readAt, now, bytes);
        }
    }

    private record Uses(LongAdder hits, LongAdder misses) {}

    /**
     * Cache hits and misses of a game.
     *
     * @param hits requests served from the cache
     * @param misses requests that read the ranking; requests that bypass the cache are not counted
     */
    public record Ratio(long hits, long misses) {

        /** Hits divided by requests, 0 without requests. */
        public double hitRatio() {
            return hits + misses == 0 ? 0 : (double) hits / (hits + misses);
        }
    }

    /**
     * The first entries of a ranking. Cost: none without validation, 0.5 RCU with validation, otherwise that of
     * {@link ListingService#list}.
     *
     * @param fresh whether to bypass the cache
     */
    public Listing first(Board board, int season, int limit, boolean fresh) {
        Key key = new Key(board.game(), board.id(), board.epoch(), season, limit);
        Uses counted = uses.computeIfAbsent(board.game(), game -> new Uses(new LongAdder(), new LongAdder()));
        if (!fresh) {
            Optional<Page> kept = pages.get(key).flatMap(page -> usable(key, page, board));
            if (kept.isPresent()) {
                counted.hits().increment();
                return kept.get().listing();
            }
            counted.misses().increment();
        }
        long writes = recent.count();
        long now = clock.millis();
        RankWalk tree = new RankWalk(ranks, board, season);
        Listing listing = lists.first(tree, board, season, limit);
        RankNode root = tree.node(ScorePath.ROOT);
        if (!config.realTimeUpdates() || recent.counted(board, season, root)) {
            pages.put(key, new Page(listing, root, writes, now, now, bytesOf(listing)));
        }
        return listing;
    }

    /** Ids of the boards of a game with a cached page that may still be served. */
    public Set<String> boards(String game) {
        long oldest = clock.millis() - config.cacheUpdateInterval().toMillis();
        return pages.entries().stream()
                .filter(page ->
                        page.getKey().game().equals(game) && page.getValue().readAt() > oldest)
                .map(page -> page.getKey().board())
                .collect(Collectors.toSet());
    }

    /** Hits and misses of a game since this instance started. */
    public Ratio ratio(String game) {
        Uses counted = uses.get(game);
        return counted == null
                ? new Ratio(0, 0)
                : new Ratio(counted.hits().sum(), counted.misses().sum());
    }

    private static long bytesOf(Listing listing) {
        long bytes = ENTRY_BYTES;
        for (RankedEntry entry : listing.entries()) {
            String metadata = entry.metadata();
            bytes += ENTRY_BYTES + (metadata == null ? 0 : metadata.length());
        }
        return bytes;
    }

    private Optional<Page> usable(Key key, Page page, Board board) {
        int season = key.season();
        long now = clock.millis();
        long age = now - page.readAt();
        if (age < 0
                || age >= config.cacheUpdateInterval().toMillis()
                || !page.listing().board().settings().equals(board.settings())) {
            return Optional.empty();
        }
        if (!config.realTimeUpdates()) {
            return Optional.of(page);
        }
        if (recent.lastOn(board, season) > page.writes()) {
            return Optional.empty();
        }
        LeaderboardConfig.PageCache limits = config.pageCache();
        if (now - page.checkedAt() < limits.usedUnchecked().toMillis()) {
            return Optional.of(page);
        }
        // The order index may lag behind the tree: a page read soon after a change may miss that change.
        long settled = page.listing().lastUpdated().plus(limits.settledAfter()).toEpochMilli();
        List<String> trees = RankStore.treesOf(board, season);
        if (page.readAt() < settled || !ranks.read(trees, ScorePath.ROOT).equals(page.root())) {
            return Optional.empty();
        }
        Page checked = page.checked(now);
        pages.put(key, checked);
        return Optional.of(checked);
    }
}
