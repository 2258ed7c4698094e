package dev.statecraft.leaderboard.score;

import static dev.statecraft.leaderboard.score.ScoreRound.PLAYER;
import static dev.statecraft.leaderboard.score.ScoreRound.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.combining.Intent;
import dev.statecraft.combining.Round;
import dev.statecraft.combining.Round.Combined;
import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.score.CombinedScores.Applied;
import dev.statecraft.leaderboard.score.SubmissionService.Identified;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.leaderboard.settings.Terms;
import dev.statecraft.rating.Elo;
import dev.statecraft.testing.fault.AwsOperation;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What one round does on boards that are closed, reset or changed, and with many scores. */
class ScoreRoundBoardsTest {

    private final ScoreRound round = new ScoreRound();

    @Test
    void boardThatIsNotOpenReturnsAll() {
        Board open = round.board(RankingType.POINTS);
        round.arena.settings.change(Arena.GAME, "board", old -> old.with(new Terms(null, Instant.EPOCH, 0)));
        Board closed = round.arena.board("board");
        assertEquals(
                List.of(List.of(), List.of()),
                round.round(closed, request(open, round.score(1, null)), request(closed, round.score(1, null))));
        assertEquals(
                List.of(List.of()),
                round.round(open, request(closed, round.score(1, null))),
                "the request has a newer board");
        assertEquals(0, round.entry().version());
    }

    @Test
    void boardThatWasNeverScoredReturnsAll() {
        Board board = round.arena.create("board", RankingType.POINTS, Order.DESCENDING, null, 1);
        assertEquals(List.of(List.of()), round.round(board, request(board, round.score(1, null))));
        Board marked = round.scored();
        assertEquals(
                List.of(List.of(1L)),
                round.round(board, request(marked, round.score(1, null))),
                "the request has a newer board");
    }

    @Test
    void ratingBoardReturnsAll() {
        Board board = round.arena.createRated("board", new Elo(1500, 32, Elo.Expectation.LOGISTIC));
        Board marked = round.arena.boards.markScored(board, false).orElseThrow();
        assertEquals(List.of(List.of()), round.round(marked, request(marked, round.score(1, null))));
    }

    @Test
    void closedEntryReturnsAll() {
        Board board = round.board(RankingType.POINTS);
        round.arena.submit("board", PLAYER, 1, 0, "a");
        round.arena.reset("board", "end", null);
        round.arena.submit("board", PLAYER, 1, 0, "b");
        assertTrue(round.arena.entries.read(board, 1, PLAYER).closed(), "the entry of the first season is closed");
        assertEquals(List.of(List.of()), round.round(board, request(board, round.score(1, null))));
        assertEquals(1, round.value());
    }

    /** The instance of the second request has seen the new season; that of the round has not. */
    @Test
    void requestOfANewerSeasonIsNotAppliedToTheOldOne() {
        Board board = round.board(RankingType.POINTS);
        round.round(board, request(board, round.score(1, null)));
        round.arena.reset("board", "end", null);
        Board newer = round.arena.board("board");
        assertEquals(
                List.of(List.of(2L), List.of(5L)),
                round.round(board, request(board, round.score(2, null)), request(newer, round.score(3, null))));
        assertEquals(5, round.value());
        assertEquals(new Score(1, 0), round.arena.entries.read(board, 1, PLAYER).score());
    }

    @Test
    void deletedOrRecreatedBoardReturnsAll() {
        Board board = round.board(RankingType.POINTS);
        Board newer = round.arena.boards.markScored(board, true).orElseThrow();
        round.arena.boards.delete(Arena.GAME, "board");
        assertEquals(List.of(List.of()), round.round(board, request(newer, round.score(1, null))));
        round.board(RankingType.POINTS);
        assertEquals(List.of(List.of()), round.round(board, request(newer, round.score(1, null))));
        assertEquals(0, round.entry().version());
    }

    @Test
    void moreScoresThanOneWriteStoresWaitForTheNextRound() {
        Board board = round.board(RankingType.POINTS);
        List<List<Long>> applied = round.round(
                board, many(board, "x", 60), many(board, "y", 39), many(board, "z", 1), many(board, "w", 1));
        assertEquals(List.of(60, 39), applied.stream().map(List::size).toList());
        assertEquals(99, round.value());
        assertEquals(99, round.entry().receipts().size(), "all of them can be repeated safely");
        assertEquals(List.of(List.of(100L)), round.round(board, many(board, "z", 1)));
    }

    private ByteBuffer many(Board board, String name, int count) {
        return request(
                board,
                IntStream.range(0, count)
                        .mapToObj(i -> round.score(1, name + i))
                        .toArray(Identified[]::new));
    }

    /** The last score of a batch of 100 is a request of its own; the receipts of the others must stay. */
    @Test
    void receiptsOfALargeBatchStay() {
        Board board = round.board(RankingType.POINTS);
        List<NewScore> batch = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            batch.add(round.score(1, "x" + i).score());
        }
        for (int repeated = 0; repeated < 2; repeated++) {
            round.arena.queue.collided(CombinedScores.key(board, PLAYER));
            round.arena
                    .scores
                    .submitAll(Arena.GAME, "board", batch, false)
                    .orElseThrow()
                    .forEach(result -> assertTrue(result instanceof ScoreResult.Taken, result::toString));
            assertEquals(100, round.value());
        }
    }

    @Test
    void lostRaceWritesNothing() {
        Board board = round.board(RankingType.POINTS);
        round.faults.beforeNext(
                Set.of(AwsOperation.TRANSACT_WRITE), () -> round.arena.submit("board", PLAYER, 7, 0, "direct"));
        Round.RoundResult<Applied> result =
                round.combine(board, List.of(new Intent(1, 1, 1, request(board, round.score(1, null)))));
        assertTrue(round.faults.hasActed());
        assertFalse(result instanceof Combined<Applied>);
        assertEquals(7, round.value());
    }
}
