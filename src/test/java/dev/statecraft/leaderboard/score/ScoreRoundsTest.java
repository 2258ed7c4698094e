package dev.statecraft.leaderboard.score;

import static dev.statecraft.leaderboard.score.ScoreRound.request;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Bounds;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Terms;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What one round does with the requests that wait: which scores it applies, and which requests it returns. */
class ScoreRoundsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ScoreRound round = new ScoreRound();

    @Test
    void requestsAreAppliedInOrderInOneWrite() {
        Board board = round.board(RankingType.POINTS);
        assertEquals(
                List.of(List.of(1L), List.of(3L, 6L), List.of(10L)),
                round.round(
                        board,
                        request(board, round.score(1, null)),
                        request(board, round.score(2, "a"), round.score(3, null)),
                        request(board, round.score(4, "b"))));
        assertEquals(10, round.value());
        assertEquals(0, round.stateWritesAlone);
        List<Receipt> receipts = round.entry().receipts();
        assertEquals(4, receipts.size());
        assertEquals(1, receipts.stream().map(Receipt::at).distinct().count(), "one write has one time");
    }

    @Test
    void repeatedAndReusedIdsAreReturned() {
        Board board = round.board(RankingType.POINTS);
        assertEquals(
                List.of(List.of(5L), List.of(), List.of(), List.of(6L)),
                round.round(
                        board,
                        request(board, round.score(5, "a")),
                        request(board, round.score(5, "a")),
                        request(board, round.score(9, "a")),
                        request(board, round.score(1, "b"))));
        assertEquals(
                List.of(List.of(), List.of(7L)),
                round.round(board, request(board, round.score(5, "a")), request(board, round.score(1, "c"))));
    }

    /** A request is combined whole or not at all: its score that changes the entry must not stay without the other. */
    @Test
    void requestWithOneReturnedScoreIsReturnedAsAWhole() {
        Board board = round.board(RankingType.POINTS);
        assertEquals(List.of(List.of(5L)), round.round(board, request(board, round.score(5, "a"))));
        assertEquals(
                List.of(List.of(), List.of(6L), List.of(), List.of(8L)),
                round.round(
                        board,
                        request(board, round.score(100, "b"), round.score(5, "a"), round.score(100, "c")),
                        request(board, round.score(1, null)),
                        request(board, round.score(100, "d"), round.score(100, "d")),
                        request(board, round.score(2, null))));
        assertEquals(8, round.value());
    }

    /** The second score repeats one of a request that is returned, so it is the first with its id. */
    @Test
    void requestAfterAReturnedOneIsEvaluatedWithoutIt() {
        Board board = round.board(RankingType.POINTS);
        round.round(board, request(board, round.score(5, "a")));
        assertEquals(
                List.of(List.of(), List.of(6L)),
                round.round(
                        board,
                        request(board, round.score(1, "b"), round.score(5, "a")),
                        request(board, round.score(1, "b"))));
    }

    @Test
    void scoreThatChangesNothingIsReturned() {
        Board board = round.board(RankingType.SCORE);
        assertEquals(
                List.of(List.of(5L), List.of(), List.of(7L), List.of(7L)),
                round.round(
                        board,
                        request(board, round.score(5, null)),
                        request(board, round.score(4, null)),
                        request(board, round.score(7, null)),
                        request(board, round.score(6, "with-receipt"))));
        assertEquals(List.of(List.of()), round.round(board, request(board, round.score(1, null))));
        assertEquals(1, round.stateWritesAlone);
    }

    @ParameterizedTest
    @EnumSource(Bounds.Action.class)
    void implausibleScoreIsReturned(Bounds.Action action) {
        BoardSettings plain = BoardSettings.of(RankingType.POINTS, Order.DESCENDING, null, 0, 1);
        Bounds bounds = new Bounds(null, BigDecimal.valueOf(100), null, null, null, action);
        Board board = round.board(PlausibilityTest.bounded(plain, bounds, List.of()));
        assertEquals(
                List.of(List.of(60L), List.of(), List.of(100L)),
                round.round(
                        board,
                        request(board, round.score(60, "a")),
                        request(board, round.score(50, "b")),
                        request(board, round.score(40, "c"))));
    }

    @Test
    void exhaustedAttemptIsReturned() {
        BoardSettings plain = BoardSettings.of(RankingType.POINTS, Order.DESCENDING, null, 0, 1);
        Board board = round.board(plain.with(new Terms(null, null, 2)));
        assertEquals(
                List.of(List.of(1L), List.of(), List.of(2L), List.of()),
                round.round(
                        board,
                        request(board, round.score(1, null)),
                        request(board, round.score(1, null), round.score(1, null)),
                        request(board, round.score(1, null)),
                        request(board, round.score(1, null))));
        assertEquals(2, round.entry().attempts());
    }

    @Test
    void unreadableRequestsAreReturned() throws IOException {
        Board board = round.board(RankingType.POINTS);
        byte[] known = request(board, round.score(1, null)).array();
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
        requests.add(request(board, round.score(1, null)));
        List<List<Long>> applied = new ArrayList<>(round.round(board, requests.toArray(ByteBuffer[]::new)));
        assertEquals(List.of(1L), applied.remove(applied.size() - 1));
        applied.forEach(one -> assertEquals(List.of(), one));
        assertEquals(8, applied.size());
    }
}
