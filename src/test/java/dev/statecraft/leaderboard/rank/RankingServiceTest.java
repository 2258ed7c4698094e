package dev.statecraft.leaderboard.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.MovingClock;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.score.NewScore;
import dev.statecraft.leaderboard.settings.Operator;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The rank of a player whose own score the rank tree counts or does not count yet. */
class RankingServiceTest {

    /** The other player's write has the millisecond that the score in between would have had as a write of its own. */
    @Test
    void scoreBetweenTwoOthersOfOneWrite_isNoScoreThatATreeCounts() {
        MovingClock clock = new MovingClock(Instant.parse("2093-11-25T00:00:00Z"));
        Arena arena = new Arena(Map.of(), new FaultyDynamo(), clock);
        arena.create("board", RankingType.SCORE, Order.DESCENDING, Operator.LAST, 1);
        arena.submit("board", "p", 1_000, 0, null);
        clock.move(Duration.ofSeconds(1));
        arena.scores.submitAll(Arena.GAME, "board", List.of(score(1_000_000), score(1_000)), false);
        arena.submit("board", "q", 1_001, 0, null);
        arena.drain();
        Board board = arena.board("board");
        EntryRank rank = arena.rankings.rank(board, 1, arena.entries.read(board, 1, "p"));
        assertEquals(2, rank.rank());
        assertEquals(1, rank.ties());
        assertEquals(2, rank.total());
    }

    private static NewScore score(long value) {
        return new NewScore("p", BigDecimal.valueOf(value), BigDecimal.ZERO, null, "s" + value, null);
    }
}
