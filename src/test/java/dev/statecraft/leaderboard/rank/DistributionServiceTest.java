package dev.statecraft.leaderboard.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.LargeBoard;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.rank.Distribution.Bucket;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Buckets, their counts and cost, against a sorted list. */
class DistributionServiceTest {

    private static LargeBoard board(int size, long lowest, long highest) {
        Random random = new Random(size);
        BoardSettings settings = BoardSettings.of(RankingType.SCORE, Order.ASCENDING, null, 0, 1);
        return new LargeBoard(settings, size, player -> random.nextLong(lowest, highest), Map.of());
    }

    /** The number of requested buckets, and how much wider than an equal part of the range the widest bucket may be. */
    @ParameterizedTest
    @CsvSource({
        "1000,  0,         1000000,          20, 20, 1.2",
        "5000,  0,         1000000,          20, 20, 1.2",
        "5000,  0,         1000000,          100, 90, 1.5",
        "5000,  -5000,     5000,             20, 20, 1.2",
        "5000,  0,         3900000,          20, 14, 2.6",
        "5000,  1000000,   1003000,          20, 10, 1.5",
        "5000,  0,         9007199254740991, 20, 15, 2.6",
        "50,    0,         40,               20, 20, 1.5",
        "2,     0,         1000000,          20, 1, 20",
        "1,     7,         8,                20, 1, 1"
    })
    void bucketsEndAtNodes_inTwoRequests(int size, long lowest, long highest, int most, int least, double widest) {
        LargeBoard large = board(size, lowest, highest);
        LargeBoard.Cost cost = large.costOf(1, i -> large.arena.distributions.distribution(large.board, 1, most));
        assertTrue(cost.requests() <= (lowest == 1_000_000 ? 3 : 2) && cost.readUnits() <= 2.5, cost.toString());
        Distribution spread = large.arena.distributions.distribution(large.board, 1, most);
        List<Bucket> buckets = spread.buckets();
        assertEquals(size, spread.total());
        check(large, buckets);
        assertTrue(buckets.size() >= least && buckets.size() <= most, buckets.toString());
        long range = buckets.get(buckets.size() - 1).to() - buckets.get(0).from() + 1;
        buckets.forEach(bucket -> assertTrue(
                bucket.to() - bucket.from() <= Math.max(1, widest * range / most), bucket + " of " + buckets));
    }

    @Test
    void equalWidthsOnRequest() {
        LargeBoard large = board(2000, 100, 100_000);
        List<Bucket> buckets =
                large.arena.distributions.exact(large.board, 1, 20).buckets();
        check(large, buckets);
        assertEquals(20, buckets.size());
        long width = buckets.get(0).to() - buckets.get(0).from();
        buckets.subList(0, 19).forEach(bucket -> assertEquals(width, bucket.to() - bucket.from()));
    }

    @Test
    void boardWithoutEntriesHasNoBuckets() {
        Arena arena = new Arena();
        Board empty = arena.create("empty", RankingType.SCORE, Order.ASCENDING, null, 1);
        assertEquals(List.of(), arena.distributions.distribution(empty, 1, 20).buckets());
        assertEquals(List.of(), arena.distributions.exact(empty, 1, 20).buckets());
    }

    private static void check(LargeBoard large, List<Bucket> buckets) {
        for (int i = 0; i < buckets.size(); i++) {
            Bucket bucket = buckets.get(i);
            boolean last = i == buckets.size() - 1;
            long count = large.sorted().stream()
                    .mapToLong(entry -> entry.requireScore().value())
                    .filter(value -> value >= bucket.from() && (last ? value <= bucket.to() : value < bucket.to()))
                    .count();
            assertEquals(count, bucket.count(), bucket + " of " + buckets);
            assertTrue(last || bucket.to() == buckets.get(i + 1).from(), buckets.toString());
        }
        assertEquals(
                large.sorted().size(), buckets.stream().mapToLong(Bucket::count).sum());
    }
}
