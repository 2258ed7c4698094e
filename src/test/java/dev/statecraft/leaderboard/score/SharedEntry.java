package dev.statecraft.leaderboard.score;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.score.ScoreResult.Taken;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.testing.ConcurrentInstances;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Instances that write the entry of one player. */
final class SharedEntry implements AutoCloseable {

    static final String BOARD = "board";
    static final String PLAYER = "p";

    final ConcurrentInstances all;
    final Arena observer;

    SharedEntry(long seed) {
        all = new ConcurrentInstances(seed);
        observer = new Arena(all.time.machine(), all.database.client(), all.database::streams, all.tables, Map.of());
    }

    /** An instance and its network. */
    record Instance(Arena arena, FaultyDynamo network) {

        /** Lets the instance use the queue of the player from now on, as after a lost race. */
        Instance busy(Board board) {
            arena.queue.collided(CombinedScores.key(board, PLAYER));
            return this;
        }

        ScoreResult submit(long value, @Nullable String id) {
            return arena.scores.submit(Arena.GAME, BOARD, score(value, id), true);
        }

        Callable<ScoreResult> submitting(long value, @Nullable String id) {
            return () -> submit(value, id);
        }
    }

    static NewScore score(long value, @Nullable String id) {
        return new NewScore(PLAYER, BigDecimal.valueOf(value), BigDecimal.ZERO, null, id, null);
    }

    Instance instance(Map<String, String> settings) {
        FaultyDynamo network = all.network();
        return new Instance(
                new Arena(all.time.machine(), all.client(network), all.database::streams, all.tables, settings),
                network);
    }

    /** Creates a board that another player has scored on. */
    Board board(BoardSettings settings) {
        return all.alone(() -> {
            observer.create(BOARD, settings);
            observer.submit(BOARD, "other", 1, 0, null);
            return observer.board(BOARD);
        });
    }

    Board board(RankingType type) {
        return board(BoardSettings.of(type, Order.DESCENDING, null, 0, 1));
    }

    /** Runs calls at once. None of them may fail. */
    List<ScoreResult> run(List<Callable<ScoreResult>> calls) {
        return all.run(calls).stream().map(ConcurrentInstances.Answer::orFail).toList();
    }

    Entry entry() {
        return all.alone(() -> {
            Board board = observer.board(BOARD);
            return observer.entries.read(board, board.season(), PLAYER);
        });
    }

    long value() {
        Score score = entry().score();
        return score == null ? 0 : score.value();
    }

    /** The number of combined writes. */
    long writes() {
        return all.database.client().scan(scan -> scan.tableName(all.tables.intents())).items().stream()
                .filter(item -> item.containsKey("g"))
                .mapToLong(item -> Long.parseLong(item.get("g").n()))
                .sum();
    }

    static Taken taken(ScoreResult result) {
        return assertInstanceOf(Taken.class, result);
    }

    @Override
    public void close() {
        all.close();
    }
}
