package dev.statecraft.leaderboard.match;

import static dev.statecraft.leaderboard.match.MatchArena.ELO;
import static dev.statecraft.leaderboard.match.MatchArena.freeForAll;
import static dev.statecraft.leaderboard.match.MatchArena.match;
import static dev.statecraft.leaderboard.match.MatchArena.side;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
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
import dev.statecraft.leaderboard.match.CombinedMatches.Request;
import dev.statecraft.leaderboard.match.MatchResult.Taken;
import dev.statecraft.leaderboard.match.MatchWriter.Attempt;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Terms;
import dev.statecraft.table.TransactionWrites;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.dynamo.ModelDatabase;
import dev.statecraft.testing.fault.AwsOperation;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What one round does with the requests that wait: which matches it rates, and which requests it returns. */
class MatchRoundsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

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

    private final MatchArena rated = new MatchArena(arena);
    private int stateWritesAlone;

    private Board board() {
        arena.createRated("board", ELO);
        return marked();
    }

    /** The board after a match of other players. */
    private Board marked() {
        rated.rate("board", "others", side(1, "x"), side(2, "y"));
        return combining.boards.read(Arena.GAME, "board").orElseThrow();
    }

    private static ByteBuffer request(Board board, Match... matches) {
        return CombinedMatches.pack(new Request(List.of(matches), board.version()));
    }

    private static Match duel(String id) {
        return match(id, side(1, "a"), side(2, "b"));
    }

    private Round.RoundResult<Optional<List<Attempt>>> roundOf(
            Board board, List<ByteBuffer> outcomes, List<ByteBuffer> requests) {
        List<Intent> intents = new ArrayList<>();
        for (ByteBuffer request : requests) {
            intents.add(new Intent(intents.size() + 1L, 1, intents.size(), request));
        }
        return combining.combinedMatches.combine(
                board,
                intents,
                new QueueWrite(
                        made -> {
                            outcomes.clear();
                            outcomes.addAll(made);
                            return TransactionWrites.NONE;
                        },
                        made -> {
                            stateWritesAlone++;
                            outcomes.clear();
                            return outcomes.addAll(made);
                        }));
    }

    /** Whether a round rates each of its requests; the others are returned. */
    private List<Boolean> round(Board board, ByteBuffer... requests) {
        List<ByteBuffer> outcomes = new ArrayList<>();
        if (!(roundOf(board, outcomes, List.of(requests)) instanceof Combined<Optional<List<Attempt>>> combined)) {
            throw new AssertionError("lost the race");
        }
        List<Boolean> done =
                combined.results().stream().map(Optional::isPresent).toList();
        assertEquals(
                done, outcomes.stream().map(ByteBuffer::hasRemaining).toList(), "the others read the same outcome");
        combined.results()
                .forEach(result -> result.ifPresent(
                        attempts -> attempts.forEach(attempt -> assertInstanceOf(Taken.class, attempt.result()))));
        return done;
    }

    private long games(String player) {
        Board board = arena.board("board");
        Entry entry = arena.entries.read(board, board.season(), player);
        return entry.receipts().size();
    }

    @Test
    void matchesAreRatedInOrderInOneTransaction() {
        Board board = board();
        Match[] all = {
            duel("m1"), match("m2", side(1, "b"), side(2, "c")), match("m3", side(1, "c"), side(1, "a")), duel("m4")
        };
        faults.heal();
        assertEquals(
                List.of(true, true, true),
                round(board, request(board, all[0]), request(board, all[1], all[2]), request(board, all[3])));
        assertEquals(1, faults.writes());
        assertSequential(all);
    }

    /** The ratings are those of the matches rated one after the other. */
    private void assertSequential(Match... matches) {
        arena.createRated("sequential", ELO);
        Board board = arena.board("board");
        for (Match match : matches) {
            Taken expected = assertInstanceOf(Taken.class, arena.matches.rate(Arena.GAME, "sequential", match, false));
            Taken actual = assertInstanceOf(Taken.class, arena.matches.rate(Arena.GAME, "board", match, false));
            assertTrue(actual.replayed());
            assertEquals(expected.match().changes(), actual.match().changes(), match.matchId());
        }
        for (Match match : matches) {
            for (String player : match.players()) {
                assertEquals(
                        rated.entry("sequential", 1, player).score(),
                        arena.entries.read(board, 1, player).score());
            }
        }
    }

    @Test
    void repeatedMatchesAreReturned() {
        Board board = board();
        Match other = match("m1", side(2, "a"), side(1, "b"));
        assertEquals(
                List.of(true, false, false, true),
                round(
                        board,
                        request(board, duel("m1")),
                        request(board, duel("m1")),
                        request(board, other),
                        request(board, duel("m2"))));
        assertEquals(2, games("a"));
        assertEquals(
                List.of(false, false, true),
                round(
                        board,
                        request(board, duel("m1")),
                        request(board, other, duel("m3")),
                        request(board, duel("m4"))));
        assertEquals(3, games("a"));
        assertEquals(List.of(false), round(board, request(board, duel("m4"))));
        assertEquals(1, stateWritesAlone);
    }

    /** Callers of one instance use the same id for different matches: only their instance can answer each of them. */
    @Test
    void requestWhoseMatchesContradictIsReturned() {
        Board board = board();
        Match other = match("m1", side(2, "a"), side(1, "b"));
        assertEquals(
                List.of(false, true, true),
                round(
                        board,
                        request(board, duel("m1"), other),
                        request(board, duel("m2"), duel("m2")),
                        request(board, duel("m1"))));
        assertEquals(2, games("a"));
    }

    @Test
    void exhaustedMatchIsReturnedWithoutTheOthers() {
        arena.createRated("board", ELO);
        arena.settings.change(Arena.GAME, "board", old -> old.with(new Terms(null, null, 2)));
        Board board = marked();
        assertEquals(
                List.of(true, true, false, true),
                round(
                        board,
                        request(board, duel("m1")),
                        request(board, duel("m2")),
                        request(board, duel("m3")),
                        request(board, match("m4", side(1, "c"), side(2, "d")))));
        assertEquals(2, games("a"));
    }

    @Test
    void boardThatRatesNothingReturnsAll() {
        Board board = board();
        arena.settings.change(Arena.GAME, "board", old -> old.with(new Terms(null, Instant.EPOCH, 0)));
        Board closed = arena.board("board");
        assertEquals(List.of(false, false), round(board, request(board, duel("m1")), request(closed, duel("m2"))));
        Board unscored = arena.createRated("unscored", ELO);
        assertEquals(List.of(false), round(unscored, request(unscored, duel("m1"))));
        Board points = arena.create("points", RankingType.POINTS, Order.DESCENDING, null, 1);
        assertEquals(List.of(false), round(points, request(points, duel("m1"))));
        assertEquals(3, stateWritesAlone);
        assertEquals(0, games("a"));
    }

    @Test
    void requestOfANewerSeasonIsNotRatedInTheOldOne() {
        Board board = board();
        arena.reset("board", "end", null);
        rated.rate("board", "again", side(1, "x"), side(2, "y"));
        Board newer = arena.board("board");
        assertEquals(List.of(true, true), round(board, request(board, duel("m1")), request(newer, duel("m2"))));
        assertEquals(2, games("a"));
        assertEquals(0, rated.entry("board", 1, "a").version());
    }

    @Test
    void deletedOrRecreatedBoardReturnsAll() {
        Board board = board();
        arena.settings.change(Arena.GAME, "board", old -> old.with(new Terms(null, null, 9)));
        Board newer = arena.board("board");
        arena.boards.delete(Arena.GAME, "board");
        assertEquals(List.of(false), round(board, request(newer, duel("m1"))));
        board();
        assertEquals(List.of(false), round(board, request(newer, duel("m1"))));
        assertEquals(0, games("a"));
    }

    @Test
    void moreItemsThanATransactionWaitForTheNextRound() {
        Board board = board();
        Match large = match("large", freeForAll(59));
        Match fits = match("fits", freeForAll(38));
        assertEquals(
                List.of(true, true),
                round(
                        board,
                        request(board, large),
                        request(board, fits),
                        request(board, duel("m1")),
                        request(board, duel("m2"))));
        assertEquals(List.of(true), round(board, request(board, match("most", freeForAll(98)))));
    }

    @Test
    void unreadableRequestsAreReturned() throws IOException {
        Board board = board();
        byte[] known = request(board, duel("m1")).array();
        ObjectNode later = (ObjectNode) JSON.readTree(known);
        later.put("later", 1);
        ObjectNode laterMatch = (ObjectNode) JSON.readTree(known);
        ((ObjectNode) laterMatch.get("m").get(0)).put("later", 1);
        ObjectNode laterSide = (ObjectNode) JSON.readTree(known);
        ((ObjectNode) laterSide.get("m").get(0).get("s").get(0)).put("later", 1);
        ObjectNode noId = (ObjectNode) JSON.readTree(known);
        ((ObjectNode) noId.get("m").get(0)).putNull("i");
        List<ByteBuffer> requests = new ArrayList<>();
        for (ObjectNode one : List.of(later, laterMatch, laterSide, noId)) {
            requests.add(ByteBuffer.wrap(one.toString().getBytes(StandardCharsets.UTF_8)));
        }
        requests.add(ByteBuffer.wrap(Arrays.copyOf(known, known.length / 2)));
        requests.add(ByteBuffer.allocate(0));
        requests.add(request(board, duel("m1")));
        assertEquals(
                List.of(false, false, false, false, false, false, true),
                round(board, requests.toArray(ByteBuffer[]::new)));
        assertEquals(1, games("a"));
    }

    @Test
    void lostRaceIsRepeatedOnNewRatings() {
        Board board = board();
        faults.beforeNext(
                Set.of(AwsOperation.TRANSACT_WRITE), () -> rated.rate("board", "m0", side(1, "b"), side(2, "a")));
        assertEquals(List.of(true), round(board, request(board, duel("m1"))));
        assertTrue(faults.hasActed());
        assertSequential(match("m0", side(1, "b"), side(2, "a")), duel("m1"));
    }

    @Test
    void roundThatLosesEveryRaceRatesNothing() {
        Board board = board();
        faults.conflictNext(3);
        assertFalse(roundOf(board, new ArrayList<>(), List.of(request(board, duel("m1")))) instanceof Combined);
        assertEquals(0, games("a"));
    }
}
