package dev.statecraft.leaderboard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.leaderboard.match.Match;
import dev.statecraft.leaderboard.match.Match.Side;
import dev.statecraft.leaderboard.match.MatchResult;
import dev.statecraft.leaderboard.score.NewScore;
import dev.statecraft.leaderboard.score.ScoreResult;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.rating.Elo;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.bench.Bench;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Latency and consumed capacity of 64 clients that write the entry of one player. */
@Tag("bench")
class ContentionBench {

    private static final int CLIENTS = 64;
    private static final int EACH = 20;

    @RegisterExtension
    final Bench bench = new Bench();

    private final TableNames tables = bench.tables();
    private final Arena arena = instance();

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 16, 64})
    void scoresOfOnePlayer(int instances) throws Exception {
        arena.create("bench", RankingType.POINTS, Order.DESCENDING, null, 1);
        arena.submit("bench", "one", 0, 0, null);
        List<Arena> arenas = instances(instances);
        run("scores of one player", instances, client -> {
            for (int i = 0; i < EACH; i++) {
                timed(() -> arenas.get(client % instances)
                                .scores
                                .submit(
                                        Arena.GAME,
                                        "bench",
                                        new NewScore("one", BigDecimal.ONE, BigDecimal.ZERO, null, null, null),
                                        false)
                        instanceof ScoreResult.Taken);
            }
        });
        assertEquals(
                new Score(CLIENTS * EACH - refused.get(), 0),
                arena.scores.read(arena.board("bench"), 1, "one").score());
    }

    /** Batches of 16 instances: those of up to 16 scores are combined. */
    @ParameterizedTest
    @ValueSource(ints = {8, 16, 17, 60})
    void batchesOfOnePlayer(int scores) throws Exception {
        arena.create("bench", RankingType.POINTS, Order.DESCENDING, null, 1);
        arena.submit("bench", "one", 0, 0, null);
        List<Arena> arenas = instances(16);
        List<NewScore> batch =
                Collections.nCopies(scores, new NewScore("one", BigDecimal.ONE, BigDecimal.ZERO, null, null, null));
        run("batches of %d scores of one player".formatted(scores), arenas.size(), arenas.size(), client -> {
            for (int i = 0; i < EACH; i++) {
                timed(() -> arenas.get(client)
                                .scores
                                .submitAll(Arena.GAME, "bench", batch, false)
                                .orElseThrow()
                                .get(0)
                        instanceof ScoreResult.Taken);
            }
        });
        assertEquals(
                new Score((16L * EACH - refused.get()) * scores, 0),
                arena.scores.read(arena.board("bench"), 1, "one").score());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 16})
    void matchesOfOnePlayer(int instances) throws Exception {
        arena.createRated("bench", new Elo(1500, 32, Elo.Expectation.LOGISTIC));
        arena.matches.rate(Arena.GAME, "bench", match("first", "one", "two"), false);
        List<Arena> arenas = instances(instances);
        run("matches of one player", instances, client -> {
            for (int i = 0; i < EACH; i++) {
                Match match = match(client + "-" + i, "one", "other" + client);
                timed(() -> arenas.get(client % instances).matches.rate(Arena.GAME, "bench", match, false)
                        instanceof MatchResult.Taken);
            }
        });
    }

    private final List<Long> nanos = Collections.synchronizedList(new ArrayList<>());

    /** Number of calls with a 503 response. */
    private final AtomicInteger refused = new AtomicInteger();

    private void timed(BooleanSupplier taken) {
        long started = bench.nanos();
        if (!taken.getAsBoolean()) {
            refused.incrementAndGet();
        }
        nanos.add(bench.nanos() - started);
    }

    private void run(String name, int instances, IntConsumer client) throws Exception {
        run(name, CLIENTS, instances, client);
    }

    private void run(String name, int count, int instances, IntConsumer client) throws Exception {
        ExecutorService clients = bench.clients(count);
        try {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int number = i;
                tasks.add(() -> {
                    client.accept(number);
                    return null;
                });
            }
            nanos.clear();
            refused.set(0);
            bench.start();
            for (Future<Void> done : clients.invokeAll(tasks)) {
                done.get();
            }
            bench.report(
                    "%s, %d clients, %2d instances, %d refused".formatted(name, count, instances, refused.get()),
                    nanos.stream().mapToLong(Long::longValue).toArray());
        } finally {
            clients.shutdownNow();
        }
    }

    private Arena instance() {
        return new Arena(
                bench.machine(),
                bench.client(),
                bench::streams,
                tables,
                Map.of("statecraft.leaderboard.board-cache", "PT60S"));
    }

    private List<Arena> instances(int count) {
        List<Arena> arenas = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            arenas.add(instance());
        }
        return arenas;
    }

    private static Match match(String id, String winner, String loser) {
        return new Match(id, List.of(new Side(List.of(winner), 1), new Side(List.of(loser), 2)));
    }
}
