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
 * The first pages of rankings that this instance has read. A page is used as it is for a moment; after that it is used
 * only as long as the root of the rank tree shows that nothing was counted since, so it trails the ranking by no more
 * than that moment. Where real-time updates are off a page is used for the whole interval instead.
 *
 * <p>A page is never used after this instance itself wrote a score on the board, and not under other settings. A reset
 * and a deletion need no care: another season, and another epoch, have pages of their own.
 */
@ApplicationScoped
public class ListingCache {

    /** About what an entry weighs beside its metadata, bytes. */
    private static final int ENTRY_BYTES = 256;

    private final ListingService lists;
    private final RankStore ranks;
    private final RecentWrites recent;
    private final LeaderboardConfig config;
    private final Clock clock;
    private final BoundedCache<Key, Page> pages;
    private final Map<String, Uses> uses = new ConcurrentHashMap<>();

    public ListingCache(ListingService lists, RankStore ranks, RecentWrites recent, LeaderboardConfig config, Clock clock) {
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
     * A page as it was read.
     *
     * @param root the root of the rank tree at that time
     * @param writes how many scores this instance had written before it was read
     * @param readAt when that was, epoch milliseconds
     * @param checkedAt when the root was last seen unchanged
     * @param bytes about how much memory it takes
     */
    private record Page(Listing listing, RankNode root, long writes, long readAt, long checkedAt, long bytes) {

        Page checked(long now) {
            return new Page(listing, root, writes, readAt, now, bytes);
        }
    }

    private record Uses(LongAdder hits, LongAdder misses) {}

    /**
     * How often pages of a game were asked for and there.
     *
     * @param hits answered from a page kept
     * @param misses read anew; reads that were to be fresh are not among them
     */
    public record Ratio(long hits, long misses) {

        /** The part of what was asked for that was there, 0 if nothing was. */
        public double hitRatio() {
            return hits + misses == 0 ? 0 : (double) hits / (hits + misses);
        }
    }

    /**
     * The first entries of a ranking. Costs nothing while a page is used as it is, 0.5 RCU to see that it still holds;
     * otherwise what {@link ListingService#list} costs.
     *
     * @param fresh whether to read it anew in any case
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

    /** The boards of a game that there is a page of which may still be used. */
    public Set<String> boards(String game) {
        long oldest = clock.millis() - config.cacheUpdateInterval().toMillis();
        return pages.entries().stream()
                .filter(page ->
                        page.getKey().game().equals(game) && page.getValue().readAt() > oldest)
                .map(page -> page.getKey().board())
                .collect(Collectors.toSet());
    }

    /** How often pages of a game were asked for and there, since this instance began. */
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
        // The order index may trail the tree: a page that was read soon after a change may lack it for good.
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
