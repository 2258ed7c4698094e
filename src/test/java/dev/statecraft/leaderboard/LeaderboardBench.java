package dev.statecraft.leaderboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.Season;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.EntryItems;
import dev.statecraft.leaderboard.listing.ListingCache;
import dev.statecraft.leaderboard.rank.RankStore;
import dev.statecraft.leaderboard.score.NewScore;
import dev.statecraft.leaderboard.score.ScoreResult;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Reward;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.leaderboard.upkeep.LeaderboardMaintenance;
import dev.statecraft.table.StreamRecord;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.bench.Bench;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** Consumed capacity of operations by board size, and of counting by batch size. */
@Tag("bench")
class LeaderboardBench {

    private static final int OPERATIONS = 200;
    private static final int LARGEST_SCORE = 1_000_000;
    private static final int COUNTED_TOGETHER = 200_000;

    private static final int LARGEST_IN_MEMORY = 100_000;

    /** Ranks that an instance reads before it counts as warm. */
    private static final int WARMING = 1_000;

    private static final Map<String, String> KEEPING = Map.of(
            "statecraft.leaderboard.board-cache", "PT10S", "statecraft.leaderboard.rank-nodes.checked-after", "PT0.5S");

    @RegisterExtension
    final Bench bench = new Bench();

    private final TableNames tables = bench.tablesToFill(true);
    private final Arena arena = arena(
            bench.client(),
            Duration.ZERO,
            Map.of(
                    "statecraft.leaderboard.board-cache", "PT10S",
                    "statecraft.leaderboard.settle-after", "PT0S",
                    "statecraft.leaderboard.snapshot-entries", "100"));
    private final Arena preparing = arena(bench.preparingClient(), Duration.ZERO, Map.of());
    private final Random random = new Random(1);
    private final List<StreamRecord> uncounted = new ArrayList<>();
    private long sequence = 1;
    private long[] values = {};

    private Arena arena(DynamoDbClient dynamo, Duration late, Map<String, String> settings) {
        Machine machine = bench.machine();
        return new Arena(
                new Machine(Clock.offset(machine.clock(), late), machine.ticker(), machine.random(), machine.threads()),
                dynamo,
                bench::streams,
                tables,
                settings);
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, 100_000, 1_000_000})
    void capacityAndClosingByBoardSize(int entries) throws InterruptedException, ExecutionException {
        assumeTrue(!Bench.isAws() || entries <= LARGEST_IN_MEMORY);
        Board board = loaded(entries);
        Bench.print("board of %,d entries", entries);

        bench.measure("submit, improving, with rank", OPERATIONS, i -> submit(board, i, LARGEST_SCORE + i, true));
        bench.measure(
                "submit, improving, without rank",
                OPERATIONS,
                i -> submit(board, i, LARGEST_SCORE + OPERATIONS + i, false));
        bench.measure("submit, not improving, own id", OPERATIONS, i -> submit(board, i, 1, false));
        assertEquals(Optional.empty(), arena.counter.count(uncounted));
        uncounted.clear();
        measureReads(arena, board, entries, "");
        bench.measure(
                "top 100",
                OPERATIONS,
                i -> assertEquals(
                        100, arena.lists.list(board, 1, 1, 100).entries().size()));
        Arena warm = arena(bench.client(), Duration.ZERO, KEEPING);
        for (int i = 0; i < WARMING; i++) {
            rank(warm, board, random.nextInt(entries));
        }
        measureReads(warm, board, entries, ", warm instance");
        bench.measure(
                "distribution, 20 buckets",
                20,
                i -> assertEquals(
                        20,
                        arena.distributions.distribution(board, 1, 20).buckets().size()));
        bench.measure(
                "distribution, 20 buckets of equal width",
                20,
                i -> assertEquals(
                        20, arena.distributions.exact(board, 1, 20).buckets().size()));
        close(board, entries);
    }

    private void measureReads(Arena instance, Board board, int entries, String suffix) {
        bench.measure("rank of a player" + suffix, OPERATIONS, i -> rank(instance, board, random.nextInt(entries)));
        bench.measure("page of 100 in the middle" + suffix, OPERATIONS, i -> {
            int position = entries / 4 + random.nextInt(entries / 2);
            assertEquals(
                    100, instance.lists.list(board, 1, position, 100).entries().size());
        });
        bench.measure("around a player, 11" + suffix, OPERATIONS, i -> {
            Entry entry = instance.scores.read(board, 1, "p" + random.nextInt(entries));
            assertEquals(
                    11,
                    instance.surroundings.around(board, 1, entry, 11).entries().size());
        });
    }

    /** Each change leads to a new root, so the kept nodes are valid until the next check only. */
    @Test
    void ranksOfBusyBoard() throws InterruptedException, ExecutionException {
        int entries = 100_000;
        Board board = loaded(entries);
        Arena warm = arena(bench.client(), Duration.ZERO, KEEPING);
        Bench.print("board of %,d entries", entries);
        bench.measure("rank of a player, one score is counted between two reads", WARMING, i -> {
            int moving = random.nextInt(entries);
            long next = random.nextInt(LARGEST_SCORE);
            assertEquals(Optional.empty(), preparing.counter.count(List.of(record(board, values[moving], next))));
            values[moving] = next;
            rank(warm, board, random.nextInt(entries));
        });
    }

    private static void rank(Arena instance, Board board, int player) {
        Entry entry = instance.scores
                .read(Arena.GAME, board.id(), "p" + player)
                .orElseThrow()
                .entry();
        assertTrue(instance.rankings.rank(board, 1, entry).rank() >= 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, 100_000})
    void topPageReadAndCached(int entries) throws InterruptedException, ExecutionException {
        Board board = loaded(entries);
        Duration later = Duration.ofSeconds(10);
        Bench.print("top 100 of a board of %,d entries, quiet for 10 s", entries);
        bench.measure("cache bypassed", OPERATIONS, i -> top(arena.pages, board, true));
        Map<String, String> asked = Map.of(
                "statecraft.leaderboard.board-cache",
                "PT10S",
                "statecraft.leaderboard.page-cache.used-unchecked",
                "0s");
        Arena checking = arena(bench.client(), later, asked);
        top(checking.pages, board, false);
        bench.measure("kept, root looked at each time", OPERATIONS, i -> top(checking.pages, board, false));
        Arena keeping = arena(bench.client(), later, Map.of());
        top(keeping.pages, board, false);
        bench.measure("kept, as asked 200 times in a row", OPERATIONS, i -> top(keeping.pages, board, false));
    }

    private static void top(ListingCache pages, Board board, boolean fresh) {
        assertEquals(100, pages.first(board, 1, 100, fresh).entries().size());
    }

    @Test
    void writesPerUpdateByBatchSize() throws InterruptedException, ExecutionException {
        int entries = 100_000;
        Board board = loaded(entries);
        Bench.print("counting on a board of %,d entries, scores moving by up to 1,000", entries);
        for (int size : new int[] {1, 10, 100, 1_000}) {
            int batches = Math.max(10, 2_000 / size);
            bench.start();
            long[] nanos = new long[batches];
            for (int batch = 0; batch < batches; batch++) {
                List<StreamRecord> records = new ArrayList<>();
                for (int i = 0; i < size; i++) {
                    int player = random.nextInt(entries);
                    long next = Math.max(0, values[player] + random.nextInt(-1_000, 1_001));
                    records.add(moved(board, player, values[player], next));
                    values[player] = next;
                }
                long started = bench.nanos();
                assertEquals(Optional.empty(), arena.counter.count(records));
                nanos[batch] = bench.nanos() - started;
            }
            bench.report("batches of " + size + ", capacity of an update", nanos, batches * size);
        }
    }

    private void submit(Board board, int player, long value, boolean ranked) {
        NewScore score =
                new NewScore("p" + player, BigDecimal.valueOf(value), BigDecimal.ZERO, null, "s" + sequence++, null);
        assertTrue(arena.scores.submit(Arena.GAME, board.id(), score, ranked) instanceof ScoreResult.Taken);
        if (value > values[player]) {
            uncounted.add(record(board, values[player], value));
            values[player] = value;
        }
    }

    /** Cost of the finalization of a season in which every player gets an award. */
    private void close(Board board, int entries) {
        arena.settings.change(
                Arena.GAME,
                board.id(),
                old -> new BoardSettings(
                        old.description(),
                        old.rankingType(),
                        old.order(),
                        old.operator(),
                        old.decimals(),
                        old.maxSize(),
                        old.lanes(),
                        null,
                        null,
                        List.of(new Reward("all", null, null, BigDecimal.valueOf(100), "1")),
                        List.of(),
                        null));
        bench.start();
        long asked = bench.nanos();
        Season closed = arena.reset(board.id(), "bench", null);
        Bench.print(
                "  %-34s %s %8.1f ms (10,000 of it waiting for other instances)",
                "reset with snapshot of 100", bench.use().per(1), (bench.nanos() - asked) / 1e6);
        arena.upkeep.run(Arena.GAME, () -> true);
        Season marked = arena.seasons.find(board, closed.season()).orElseThrow();
        List<StreamRecord> marks = new ArrayList<>();
        for (int lane = 0; lane < board.settings().lanes(); lane++) {
            Map<String, String> mark =
                    Map.of("k", Long.toString(marked.markedAt().toEpochMilli()));
            marks.add(new StreamRecord(Long.toString(sequence++), RankStore.treeKey(board, 1, lane), null, mark));
        }
        assertEquals(Optional.empty(), arena.counter.count(marks));
        Bench.print("  %-34s %s", "waiting until all is counted", bench.use().per(1));
        long[] steps = {0, 0};
        long started = bench.nanos();
        LeaderboardMaintenance.Done done = arena.upkeep.run(Arena.GAME, () -> {
            if (steps[0]++ % 100 == 0) {
                System.gc();
                Runtime runtime = Runtime.getRuntime();
                steps[1] = Math.max(steps[1], runtime.totalMemory() - runtime.freeMemory());
            }
            return true;
        });
        assertEquals(1, done.closed());
        assertEquals(entries, arena.seasons.find(board, 1).orElseThrow().awards());
        Bench.print(
                "  %-34s %s %8.0f ms, at most %d MB of heap",
                "snapshot, samples, all awards", bench.use().per(1), (bench.nanos() - started) / 1e6, steps[1] >> 20);
    }

    /** A board whose entries were written in bulk and counted by the real consumer. */
    private Board loaded(int entries) throws InterruptedException, ExecutionException {
        Board board = arena.create("bench", RankingType.SCORE, Order.DESCENDING, null, 1);
        arena.submit("bench", "p0", 0, 0, null);
        Board scored = arena.board("bench");
        Random scores = new Random(1);
        values = new long[entries];
        for (int i = 0; i < entries; i++) {
            values[i] = scores.nextInt(LARGEST_SCORE);
        }
        // Sequentially, because DynamoDB Local is slow at both in parallel.
        for (int from = 0; from < entries; from += COUNTED_TOGETHER) {
            List<StreamRecord> records = new ArrayList<>();
            for (int i = from; i < Math.min(entries, from + COUNTED_TOGETHER); i++) {
                records.add(record(scored, null, values[i]));
            }
            assertEquals(Optional.empty(), preparing.counter.count(records));
        }
        Bench.print("counted %,d entries", entries);
        write(scored);
        assertEquals(entries, arena.rankings.summary(board, 1).total());
        return arena.board("bench");
    }

    private void write(Board board) throws InterruptedException, ExecutionException {
        ExecutorService writers = bench.clients(4);
        DynamoDbClient dynamo = bench.preparingClient();
        long at = arena.clock.millis();
        List<Future<?>> writes = new ArrayList<>();
        for (int from = 0; from < values.length; from += 25) {
            List<WriteRequest> batch = new ArrayList<>();
            for (int i = from; i < Math.min(values.length, from + 25); i++) {
                Entry entry = new Entry("p" + i, new Score(values[i], 0), at, at, 1, 0, null, List.of());
                Map<String, AttributeValue> item = EntryItems.toItem(board, 1, entry);
                batch.add(
                        WriteRequest.builder().putRequest(put -> put.item(item)).build());
            }
            writes.add(writers.submit(
                    () -> dynamo.batchWriteItem(write -> write.requestItems(Map.of(arena.tables.entries(), batch)))));
        }
        for (Future<?> write : writes) {
            write.get();
        }
        writers.shutdown();
        Bench.print("written %,d entries", values.length);
    }

    private StreamRecord record(Board board, Long before, long after) {
        String key = RankStore.treeKey(board, 1, 0);
        return new StreamRecord(Long.toString(sequence++), key, before == null ? null : image(before), image(after));
    }

    private StreamRecord moved(Board board, int player, long before, long after) {
        Map<String, String> from = image(before);
        Map<String, String> to = image(after);
        from.put("sk", "p" + player);
        to.put("sk", "p" + player);
        return new StreamRecord(Long.toString(sequence++), RankStore.treeKey(board, 1, 0), from, to);
    }

    private Map<String, String> image(long value) {
        Map<String, String> image = new HashMap<>();
        image.put("s", Long.toString(value));
        image.put("w", Long.toString(arena.clock.millis()));
        return image;
    }
}
