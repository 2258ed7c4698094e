package dev.statecraft.leaderboard.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;


import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.combining.Intent;
import dev.statecraft.combining.Round;
import dev.statecraft.combining.Round.Combined;
import dev.statecraft.combining.Round.QueueWrite;
import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.score.CombinedScores.Applied;
import dev.statecraft.leaderboard.score.CombinedScores.Request;
import dev.statecraft.leaderboard.score.SubmissionService.Identified;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Bounds;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.leaderboard.settings.Terms;
import dev.statecraft.rating.Elo;
import dev.statecraft.table.TransactionWrites;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.dynamo.ModelDatabase;
import dev.statecraft.testing.fault.AwsOperation;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What one round does with the requests that wait: which scores it applies, and which requests it returns. */
class ScoreRoundsTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PLAYER = "p";

    private final ModelDatabase database = new ModelDatabase();
    private final FaultyDynamo faults = new FaultyDynamo();
    private final Arena arena = new Arena(
            Machine.real(), database.client(List.of(faults)), database::streams, database.freshTables(), Map.of());
    /** The instance that combines, whose cached board is outdated after any change. */
    private final Arena combining = new Arena(
            Machine.real(),
            database.client(List.of(faults)),
            database::streams,
            arena.tables,
            Map.of("statecraft.leaderboard.board-cache", "PT1H"));

    private final List<ByteBuffer> outcomes = new ArrayList<>();
    private int generated;
    private int stateWritesAlone;

    private Board board(RankingType type) {
        arena.create("board", type, Order.DESCENDING, null, 1);
        return scored();
    }

    private Board board(BoardSettings settings) {
        arena.create("board", settings);
        return scored();
    }

    /** The board after a score of another player. */
    private Board scored() {
        arena.submit("board", "other", 1, 0, null);
        return combining.boards.read(Arena.GAME, "board").orElseThrow();
    }

    private Identified score(long value, @Nullable String id) {
        NewScore score = new NewScore(PLAYER, BigDecimal.valueOf(value), BigDecimal.ZERO, null, id, null);
        return new Identified(score, id == null ? "generated-" + generated++ : id);
    }

    private static ByteBuffer request(Board board, Identified... scores) {
        return CombinedScores.pack(new Request(List.of(scores), board.version(), scores.length));
    }

    /** The scores that a round leaves after each of its requests; none for a request that is returned. */
    private List<List<Long>> round(Board board, ByteBuffer... requests) {
        List<Intent> intents = new ArrayList<>();
        for (ByteBuffer request : requests) {
            intents.add(new Intent(intents.size() + 1L, 1, intents.size(), request));
        }
        outcomes.clear();
        Round.RoundResult<Applied> result = combining.combinedScores.combine(
                board,
                PLAYER,
                intents,
                new QueueWrite(
                        made -> {
                            outcomes.addAll(made);
                            return TransactionWrites.NONE;
                        },
                        made -> {
                            stateWritesAlone++;
                            return outcomes.addAll(made);
                        }));
        if (!(result instanceof Combined<Applied> combined)) {
            throw new AssertionError("lost the race");
        }
        assertEquals(
                combined.results(),
                outcomes.stream().map(CombinedScores::unpackApplied).toList(),
                "the others read the same outcome");
        return combined.results().stream()
                .map(applied -> applied.receipts().stream()
                        .map(receipt -> receipt.score().value())
                        .toList())
                .toList();
    }

    private Entry entry() {
        return arena.entries.read(arena.board("board"), arena.board("board").season(), PLAYER);
    }

    private long value() {
        Score score = entry().score();
        return score == null ? 0 : score.value();
    }

    @Test
    void requestsAreAppliedInOrderInOneWrite() {
        Board board = board(RankingType.POINTS);
        assertEquals(
                List.of(List.of(1L), List.of(3L, 6L), List.of(10L)),
                round(
                        board,
                        request(board, score(1, null)),
                        request(board, score(2, "a"), score(3, null)),
                        request(board, score(4, "b"))));
        assertEquals(10, value());
        assertEquals(0, stateWritesAlone);
        List<Receipt> receipts = entry().receipts();
        assertEquals(4, receipts.size());
        assertEquals(1, receipts.stream().map(Receipt::at).distinct().count(), "one write has one time");
    }

    @Test
    void repeatedAndReusedIdsAreReturned() {
        Board board = board(RankingType.POINTS);
        assertEquals(
                List.of(List.of(5L), List.of(), List.of(), List.of(6L)),
                round(
                        board,
                        request(board, score(5, "a")),
                        request(board, score(5, "a")),
                        request(board, score(9, "a")),
                        request(board, score(1, "b"))));
        assertEquals(List.of(List.of(), List.of(7L)), round(board, request(board, score(5, "a")), request(board, score(1, "c"))));
    }

    /** A request is combined whole or not at all: its score that changes the entry must not stay without the other. */
    @Test
    void requestWithOneReturnedScoreIsReturnedAsAWhole() {
        Board board = board(RankingType.POINTS);
        assertEquals(List.of(List.of(5L)), round(board, request(board, score(5, "a"))));
        assertEquals(
                List.of(List.of(), List.of(6L), List.of(), List.of(8L)),
                round(
                        board,
                        request(board, score(100, "b"), score(5, "a"), score(100, "c")),
                        request(board, score(1, null)),
                        request(board, score(100, "d"), score(100, "d")),
                        request(board, score(2, null))));
        assertEquals(8, value());
    }

    /** The second score repeats one of a request that is returned, so it is the first with its id. */
    @Test
    void requestAfterAReturnedOneIsEvaluatedWithoutIt() {
        Board board = board(RankingType.POINTS);
        round(board, request(board, score(5, "a")));
        assertEquals(
                List.of(List.of(), List.of(6L)),
                round(board, request(board, score(1, "b"), score(5, "a")), request(board, score(1, "b"))));
    }

    @Test
    void scoreThatChangesNothingIsReturned() {
        Board board = board(RankingType.SCORE);
        assertEquals(
                List.of(List.of(5L), List.of(), List.of(7L), List.of(7L)),
                round(
                        board,
                        request(board, score(5, null)),
                        request(board, score(4, null)),
                        request(board, score(7, null)),
                        request(board, score(6, "with-receipt"))));
        assertEquals(List.of(List.of()), round(board, request(board, score(1, null))));
        assertEquals(1, stateWritesAlone);
    }

    @ParameterizedTest
    @EnumSource(Bounds.Action.class)
    void implausibleScoreIsReturned(Bounds.Action action) {
        BoardSettings plain = BoardSettings.of(RankingType.POINTS, Order.DESCENDING, null, 0, 1);
        Bounds bounds = new Bounds(null, BigDecimal.valueOf(100), null, null, null, action);
        Board board = board(PlausibilityTest.bounded(plain, bounds, List.of()));
        assertEquals(
                List.of(List.of(60L), List.of(), List.of(100L)),
                round(
                        board,
                        request(board, score(60, "a")),
                        request(board, score(50, "b")),
                        request(board, score(40, "c"))));
    }

    @Test
    void exhaustedAttemptIsReturned() {
        BoardSettings plain = BoardSettings.of(RankingType.POINTS, Order.DESCENDING, null, 0, 1);
        Board board = board(plain.with(new Terms(null, null, 2)));
        assertEquals(
                List.of(List.of(1L), List.of(), List.of(2L), List.of()),
                round(
                        board,
                        request(board, score(1, null)),
                        request(board, score(1, null), score(1, null)),
                        request(board, score(1, null)),
                        request(board, score(1, null))));
        assertEquals(2, entry().attempts());
    }

    @Test
    void boardThatIsNotOpenReturnsAll() {
        Board open = board(RankingType.POINTS);
        arena.boards.change(Arena.GAME, "board", old -> old.with(new Terms(null, Instant.EPOCH, 0)));
        Board closed = arena.board("board");
        assertEquals(List.of(List.of(), List.of()), round(closed, request(open, score(1, null)), request(closed, score(1, null))));
        assertEquals(List.of(List.of()), round(open, request(closed, score(1, null))), "the request has a newer board");
        assertEquals(0, entry().version());
    }

    @Test
    void boardThatWasNeverScoredReturnsAll() {
        Board board = arena.create("board", RankingType.POINTS, Order.DESCENDING, null, 1);
        assertEquals(List.of(List.of()), round(board, request(board, score(1, null))));
        Board marked = scored();
        assertEquals(List.of(List.of(1L)), round(board, request(marked, score(1, null))), "the request has a newer board");
    }

    @Test
    void ratingBoardReturnsAll() {
        Board board = arena.createRated("board", new Elo(1500, 32, Elo.Expectation.LOGISTIC));
        Board marked = arena.boards.markScored(board, false).orElseThrow();
        assertEquals(List.of(List.of()), round(marked, request(marked, score(1, null))));
    }

    @Test
    void closedEntryReturnsAll() {
        Board board = board(RankingType.POINTS);
        arena.submit("board", PLAYER, 1, 0, "a");
        arena.reset("board", "end", null);
        arena.submit("board", PLAYER, 1, 0, "b");
        assertTrue(arena.entries.read(board, 1, PLAYER).closed(), "the entry of the first season is closed");
        assertEquals(List.of(List.of()), round(board, request(board, score(1, null))));
        assertEquals(1, value());
    }

    /** The instance of the second request has seen the new season; that of the round has not. */
    @Test
    void requestOfANewerSeasonIsNotAppliedToTheOldOne() {
        Board board = board(RankingType.POINTS);
        round(board, request(board, score(1, null)));
        arena.reset("board", "end", null);
        Board newer = arena.board("board");
        assertEquals(
                List.of(List.of(2L), List.of(5L)),
                round(board, request(board, score(2, null)), request(newer, score(3, null))));
        assertEquals(5, value());
        assertEquals(new Score(1, 0), arena.entries.read(board, 1, PLAYER).score());
    }

    @Test
    void deletedOrRecreatedBoardReturnsAll() {
        Board board = board(RankingType.POINTS);
        Board newer = arena.boards.markScored(board, true).orElseThrow();
        arena.boards.delete(Arena.GAME, "board");
        assertEquals(List.of(List.of()), round(board, request(newer, score(1, null))));
        board(RankingType.POINTS);
        assertEquals(List.of(List.of()), round(board, request(newer, score(1, null))));
        assertEquals(0, entry().version());
    }

    @Test
    void moreScoresThanOneWriteStoresWaitForTheNextRound() {
        Board board = board(RankingType.POINTS);
        List<List<Long>> applied =
                round(board, many(board, "x", 60), many(board, "y", 39), many(board, "z", 1), many(board, "w", 1));
        assertEquals(List.of(60, 39), applied.stream().map(List::size).toList());
        assertEquals(99, value());
        assertEquals(99, entry().receipts().size(), "all of them can be repeated safely");
        assertEquals(List.of(List.of(100L)), round(board, many(board, "z", 1)));
    }

    private ByteBuffer many(Board board, String name, int count) {
        return request(
                board, IntStream.range(0, count).mapToObj(i -> score(1, name + i)).toArray(Identified[]::new));
    }

    /** The last score of a batch of 100 is a request of its own; the receipts of the others must stay. */
    @Test
    void receiptsOfALargeBatchStay() {
        Board board = board(RankingType.POINTS);
        List<NewScore> batch = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            batch.add(score(1, "x" + i).score());
        }
        for (int repeated = 0; repeated < 2; repeated++) {
            arena.queue.collided(CombinedScores.key(board, PLAYER));
            arena.scores.submitAll(Arena.GAME, "board", batch, false).orElseThrow().forEach(result ->
                    assertTrue(result instanceof ScoreResult.Taken, result::toString));
            assertEquals(100, value());
        }
    }

    @Test
    void unreadableRequestsAreReturned() throws IOException {
        Board board = board(RankingType.POINTS);
        byte[] known = request(board, score(1, null)).array();
        ObjectNode later = (ObjectNode) JSON.readTree(known);
        later.put("later", 1);
        ObjectNode laterScore = (ObjectNode) JSON.readTree(known);
        ((ObjectNode) laterScore.get("s").get(0)).put("later", 1);
        ObjectNode operator = (ObjectNode) JSON.readTree(known);
        ((ObjectNode) operator.get("s").get(0)).put("op", "LATER");
        ObjectNode noValue = (ObjectNode) JSON.readTree(known);
        ((ObjectNode) noValue.get("s").get(0)).putNull("v");
        ObjectNode noPlayer = (ObjectNode) JSON.readTree(known);
        ((ObjectNode) noPlayer.get("s").get(0)).put("p", "another");
        List<ByteBuffer> requests = new ArrayList<>();
        for (ObjectNode one : List.of(later, laterScore, operator, noValue, noPlayer)) {
            requests.add(ByteBuffer.wrap(one.toString().getBytes(StandardCharsets.UTF_8)));
        }
        requests.add(ByteBuffer.wrap(Arrays.copyOf(known, known.length / 2)));
        requests.add(ByteBuffer.wrap(new byte[] {(byte) 0xff, 0}));
        requests.add(ByteBuffer.allocate(0));
        requests.add(request(board, score(1, null)));
        List<List<Long>> applied = new ArrayList<>(round(board, requests.toArray(ByteBuffer[]::new)));
        assertEquals(List.of(1L), applied.remove(applied.size() - 1));
        applied.forEach(one -> assertEquals(List.of(), one));
        assertEquals(8, applied.size());
    }

    @Test
    void lostRaceWritesNothing() {
        Board board = board(RankingType.POINTS);
        faults.beforeNext(Set.of(AwsOperation.TRANSACT_WRITE), () -> arena.submit("board", PLAYER, 7, 0, "direct"));
        Round.RoundResult<Applied> result = combining.combinedScores.combine(
                board,
                PLAYER,
                List.of(new Intent(1, 1, 1, request(board, score(1, null)))),
                new QueueWrite(made -> TransactionWrites.NONE, made -> true));
        assertTrue(faults.hasActed());
        assertFalse(result instanceof Combined<Applied>);
        assertEquals(7, value());
    }
}
