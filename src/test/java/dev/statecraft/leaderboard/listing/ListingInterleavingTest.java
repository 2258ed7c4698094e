package dev.statecraft.leaderboard.listing;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.EntryStore;
import dev.statecraft.leaderboard.entry.OrderIndexStore;
import dev.statecraft.leaderboard.entry.ScorePath;
import dev.statecraft.leaderboard.rank.KeptNodes;
import dev.statecraft.leaderboard.rank.RankNode;
import dev.statecraft.leaderboard.rank.RankStore;
import dev.statecraft.leaderboard.rank.RankWalk;
import dev.statecraft.leaderboard.rank.RankingService;
import dev.statecraft.leaderboard.rank.RecentWrites;
import dev.statecraft.leaderboard.rank.TiePositions;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import dev.statecraft.table.Parallel;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.ThreadInterleavings;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** The caches of lists, with their threads in every order that matters. */
public class ListingInterleavingTest {

    @Test
    void boundedCacheIsLinearizable() {
        ThreadInterleavings.check(Cache.class, Cache.class);
    }

    /** A cache of two values of weight up to 6. */
    @Param(name = "key", gen = IntGen.class, conf = "1:3")
    @Param(name = "value", gen = IntGen.class, conf = "1:5")
    public static class Cache {

        private final BoundedCache<Integer, Integer> cache = new BoundedCache<>(2, 6, value -> value);

        @Operation
        public Optional<Integer> get(@Param(name = "key") int key) {
            return cache.get(key);
        }

        @Operation
        public void put(@Param(name = "key") int key, @Param(name = "value") int value) {
            cache.put(key, value);
        }

        @Operation
        public void remove(@Param(name = "key") int key) {
            cache.remove(key);
        }

        @Operation
        public int size() {
            return cache.entries().size();
        }
    }

    @Test
    void listsShowEveryScoreThatThisInstanceAcknowledged() {
        ThreadInterleavings.check(Lists.class, Scores.class);
    }

    /** The number of scores, without a cache. */
    public static class Scores {

        private int scores;

        @Operation
        public int submit() {
            return ++scores;
        }

        @Operation
        public long list() {
            return scores;
        }
    }

    /**
     * The first page of a board through its cache. A submission writes the score, then notes it in the recent writes, as
     * the writer of scores does. The rank tree counts a score at once, and the clock stands still, so that only the recent
     * writes tell that a cached page is old.
     */
    public static class Lists {

        private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(60_000), ZoneOffset.UTC);
        private static final TableNames TABLES = () -> "none-";
        private static final LeaderboardConfig CONFIG = config(LeaderboardConfig.class);
        private static final Machine MACHINE = Machine.real(CLOCK);
        private static final Parallel PARALLEL = new Parallel(config(Parallel.Limits.class), MACHINE.threads());
        private static final Board BOARD = Board.guess("g", "b");

        /** Every call fails: the stores of this test are replaced. */
        private static final DynamoDbClient NO_DATABASE = new DynamoDbClient() {
            @Override
            public String serviceName() {
                return "none";
            }

            @Override
            public void close() {}
        };

        private final AtomicInteger scores = new AtomicInteger();
        private final RecentWrites recent = new RecentWrites(CLOCK);
        private final RankStore ranks = new RankStore(NO_DATABASE, TABLES, MACHINE.batches(NO_DATABASE), PARALLEL) {
            @Override
            public Map<String, RankNode> read(List<String> trees, Collection<String> nodes) {
                long count = scores.get();
                RankNode root = new RankNode(new TreeMap<>(Map.of(0, count)), Map.of(), Map.of(0, count), Map.of());
                return Map.of(ScorePath.ROOT, root);
            }
        };
        private final OrderIndexStore index = new OrderIndexStore(NO_DATABASE, TABLES);
        private final EntryStore entries =
                new EntryStore(NO_DATABASE, TABLES, MACHINE.batches(NO_DATABASE), MACHINE.random());
        private final KeptNodes kept = new KeptNodes(ranks, CONFIG, MACHINE.ticker());
        private final ListingService lists =
                new ListingService(
                        index,
                        ranks,
                        kept,
                        new RankingService(ranks, kept, entries, new TiePositions(index, PARALLEL))) {
                    @Override
                    Listing first(RankWalk tree, Board board, int season, int limit) {
                        return new Listing(
                                board,
                                season,
                                List.of(),
                                tree.node(ScorePath.ROOT).total(),
                                Instant.EPOCH,
                                Instant.EPOCH,
                                Optional.empty(),
                                Optional.empty());
                    }
                };
        private final ListingCache cache = new ListingCache(lists, ranks, recent, CONFIG, CLOCK);

        private static <T> T config(Class<T> mapping) {
            return new SmallRyeConfigBuilder()
                    .withConverter(Duration.class, 200, new DurationConverter())
                    .withMapping(mapping)
                    .build()
                    .getConfigMapping(mapping);
        }

        @Operation
        public int submit() {
            int count = scores.incrementAndGet();
            recent.add(BOARD, Entry.none("p").movedTo(0, count));
            return count;
        }

        @Operation
        public long list() {
            return cache.first(BOARD, BOARD.season(), 10, false).totalEntries();
        }
    }
}
