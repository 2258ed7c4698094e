package dev.statecraft.leaderboard.listing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.LargeBoard;
import dev.statecraft.leaderboard.board.RankedEntry;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Score;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests and capacity of the entries around a player, and their order, against a sorted list. */
class SurroundingsCostTest {

    private static final int WINDOW = 11;

    @ParameterizedTest
    @CsvSource({
        "1000,  1000000, COMPETITION, 3.0,  3.5",
        "50000, 1000000, COMPETITION, 3.0,  3.5",
        "10000, 1000000, UNIQUE,      3.0,  3.5",
        "10000, 1000000, DENSE,       3.0,  3.5",
        "10000, 10000,   COMPETITION, 3.0,  3.5",
        "10000, 1000,    COMPETITION, 3.0,  3.5",
        "10000, 1000,    UNIQUE,      3.0,  3.5",
        "10000, 100,     COMPETITION, 3.6,  3.5",
        "10000, 10,      COMPETITION, 5.5, 20.0"
    })
    void windowCostsOneBatchReadAndOneQuery(int size, int largest, Ranking ranking, double requests, double readUnits) {
        Random random = new Random(size + largest);
        BoardSettings settings = BoardSettings.of(RankingType.SCORE, Order.DESCENDING, null, 0, 1)
                .with(ranking);
        LargeBoard large = new LargeBoard(settings, size, player -> random.nextInt(largest), Map.of());
        List<Entry> sorted = large.sorted();
        LargeBoard.Cost cost = large.costOf(200, i -> {
            int place = random.nextInt(WINDOW, size - WINDOW);
            Entry read =
                    large.arena.entries.read(large.board, 1, sorted.get(place).playerId());
            check(sorted, ranking, place, large.arena.surroundings.around(large.board, 1, read, WINDOW), 5);
        });
        assertTrue(cost.requests() <= requests && cost.readUnits() <= readUnits, cost.toString());
        for (int place : new int[] {0, 1, 3, 5, 8, size - 9, size - 6, size - 2, size - 1}) {
            Entry read =
                    large.arena.entries.read(large.board, 1, sorted.get(place).playerId());
            int before = Math.min(place, Math.max(5, WINDOW - size + place));
            check(sorted, ranking, place, large.arena.surroundings.around(large.board, 1, read, WINDOW), before);
        }
    }

    private static void check(List<Entry> sorted, Ranking ranking, int place, Listing listing, int before) {
        List<RankedEntry> rows = listing.entries();
        assertEquals(WINDOW, rows.size(), "at " + place);
        assertEquals(sorted.size(), listing.totalEntries());
        int first = place - before;
        for (int i = 0; i < WINDOW; i++) {
            Entry expected = sorted.get(first + i);
            RankedEntry row = rows.get(i);
            assertEquals(expected.playerId(), row.playerId(), "row " + i + " at " + place);
            assertEquals(first + i + 1, row.position());
            assertEquals(rank(sorted, ranking, first + i), row.rank(), "row " + i + " at " + place);
        }
        assertEquals(first > 0, listing.previous().isPresent());
        assertEquals(first + WINDOW < sorted.size(), listing.next().isPresent());
    }

    private static long rank(List<Entry> sorted, Ranking ranking, int place) {
        Score own = sorted.get(place).requireScore();
        int tie = place;
        while (tie > 0 && sorted.get(tie - 1).requireScore().equals(own)) {
            tie--;
        }
        long distinct = ranking == Ranking.DENSE
                ? sorted.subList(0, tie).stream()
                        .map(Entry::requireScore)
                        .distinct()
                        .count()
                : 0;
        return ranking.of(tie + 1, distinct + 1, place + 1);
    }
}
