package dev.statecraft.leaderboard.score;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.combining.Intent;
import dev.statecraft.combining.Round;
import dev.statecraft.combining.Round.Combined;
import dev.statecraft.combining.Round.QueueWrite;
import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.score.CombinedScores.Applied;
import dev.statecraft.leaderboard.score.CombinedScores.Request;
import dev.statecraft.leaderboard.score.SubmissionService.Identified;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.table.TransactionWrites;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.dynamo.ModelDatabase;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A round of the scores of one player, on a database in memory, with an instance whose cached board is outdated. */
final class ScoreRound {

    static final String PLAYER = "p";

    private final ModelDatabase database = new ModelDatabase();
    final FaultyDynamo faults = new FaultyDynamo();
    final Arena arena = new Arena(
            Machine.real(), database.client(List.of(faults)), database::streams, database.freshTables(), Map.of());
    /** The instance that combines, whose cached board is outdated after any change. */
    final Arena combining = new Arena(
            Machine.real(),
            database.client(List.of(faults)),
            database::streams,
            arena.tables,
            Map.of("statecraft.leaderboard.board-cache", "PT1H"));

    private final List<ByteBuffer> outcomes = new ArrayList<>();
    private int generated;
    int stateWritesAlone;

    Board board(RankingType type) {
        arena.create("board", type, Order.DESCENDING, null, 1);
        return scored();
    }

    Board board(BoardSettings settings) {
        arena.create("board", settings);
        return scored();
    }

    /** The board after a score of another player. */
    Board scored() {
        arena.submit("board", "other", 1, 0, null);
        return combining.boards.read(Arena.GAME, "board").orElseThrow();
    }

    Identified score(long value, @Nullable String id) {
        NewScore score = new NewScore(PLAYER, BigDecimal.valueOf(value), BigDecimal.ZERO, null, id, null);
        return new Identified(score, id == null ? "generated-" + generated++ : id);
    }

    static ByteBuffer request(Board board, Identified... scores) {
        return CombinedScores.pack(new Request(List.of(scores), board.version(), scores.length));
    }

    /** The scores that a round leaves after each of its requests; none for a request that is returned. */
    List<List<Long>> round(Board board, ByteBuffer... requests) {
        List<Intent> intents = new ArrayList<>();
        for (ByteBuffer request : requests) {
            intents.add(new Intent(intents.size() + 1L, 1, intents.size(), request));
        }
        outcomes.clear();
        if (!(combine(board, intents) instanceof Combined<Applied> combined)) {
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

    Round.RoundResult<Applied> combine(Board board, List<Intent> intents) {
        return combining.combinedScores.combine(
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
    }

    Entry entry() {
        return arena.entries.read(arena.board("board"), arena.board("board").season(), PLAYER);
    }

    long value() {
        Score score = entry().score();
        return score == null ? 0 : score.value();
    }
}
