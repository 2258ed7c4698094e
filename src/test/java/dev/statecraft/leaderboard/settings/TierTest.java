package dev.statecraft.leaderboard.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.score.PlausibilityTest;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TierTest {

    @Test
    void entry_isInTheFirstTierWhoseConditionsItMeets() {
        Board board = board(
                Order.DESCENDING,
                List.of(
                        tier("champion", 1L, null, "1000"),
                        tier("gold", null, "10", null),
                        tier("silver", null, null, "100"),
                        tier("bronze", null, null, null)));
        assertEquals("champion", tierOf(board, 10_000, 1, 100));
        assertEquals("gold", tierOf(board, 9_999, 1, 100));
        assertEquals("gold", tierOf(board, 5, 10, 100));
        assertEquals("silver", tierOf(board, 1_000, 11, 100));
        assertEquals("bronze", tierOf(board, 999, 11, 100));
    }

    @Test
    void ascendingBoard_scoreOfATierIsAMaximum() {
        Board board = board(Order.ASCENDING, List.of(tier("fast", null, null, "59.5")));
        assertEquals("fast", tierOf(board, 595, 7, 10));
        assertEquals(null, tierOf(board, 596, 7, 10));
    }

    @Test
    void boardWithoutTiers_returnsNoTier() {
        assertEquals(null, tierOf(board(Order.DESCENDING, List.of()), 1, 1, 1));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void betterEntry_isNeverInALaterTier(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            Order order = random.nextBoolean() ? Order.ASCENDING : Order.DESCENDING;
            List<Tier> tiers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                tiers.add(new Tier(
                        "t" + i,
                        random.nextBoolean() ? null : (long) random.nextInt(1, 30),
                        random.nextBoolean() ? null : BigDecimal.valueOf(random.nextInt(1, 1001), 1),
                        random.nextBoolean() ? null : BigDecimal.valueOf(random.nextInt(-50, 50), 1)));
            }
            Board board = board(order, tiers);
            int total = random.nextInt(1, 40);
            int before = -1;
            long score = order == Order.DESCENDING ? 500 : -500;
            for (int rank = 1; rank <= total; rank++) {
                String name = tierOf(board, score, rank, total);
                int place = name == null ? tiers.size() : Integer.parseInt(name.substring(1));
                String context = "seed " + seed + ", round " + round + ", rank " + rank;
                assertEquals(Math.max(before, place), place, context);
                assertEquals(bruteForce(tiers, order, score, rank, total), name, context);
                before = place;
                score += order == Order.DESCENDING ? -random.nextInt(60) : random.nextInt(60);
            }
        }
    }

    private static @Nullable String bruteForce(List<Tier> tiers, Order order, long score, long rank, long total) {
        for (Tier tier : tiers) {
            boolean byRank = tier.rank() == null || rank <= tier.rank();
            // Tenths of a percent, so that no value is rounded.
            boolean byPercentile = tier.percentile() == null
                    || rank * 1000 <= tier.percentile().movePointRight(1).longValueExact() * total;
            long least =
                    tier.score() == null ? 0 : tier.score().movePointRight(1).longValueExact();
            boolean byScore = tier.score() == null || (order == Order.DESCENDING ? score >= least : score <= least);
            if (byRank && byPercentile && byScore) {
                return Objects.requireNonNull(tier.name());
            }
        }
        return null;
    }

    private static @Nullable String tierOf(Board board, long tenths, long rank, long total) {
        return board.tier(new Score(tenths, 0), rank, rank, total);
    }

    private static Tier tier(String name, @Nullable Long rank, @Nullable String percentile, @Nullable String score) {
        return new Tier(
                name,
                rank,
                percentile == null ? null : new BigDecimal(percentile),
                score == null ? null : new BigDecimal(score));
    }

    /** Scores of these boards have one digit after the point. */
    private static Board board(Order order, List<Tier> tiers) {
        BoardSettings plain = BoardSettings.of(RankingType.SCORE, order, null, 1, 1);
        return Board.first(
                "default", "board", PlausibilityTest.bounded(plain, null, tiers), Instant.EPOCH, Instant.EPOCH);
    }
}
