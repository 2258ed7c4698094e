package dev.statecraft.leaderboard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.EntryItems;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.rank.RankStore;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.local.Meter;
import dev.statecraft.table.StreamRecord;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.PausingTicker;
import dev.statecraft.testing.dynamo.ModelDatabase;
import dev.statecraft.testing.dynamo.ModelSettings;
import dev.statecraft.testing.dynamo.storage.CapacitySum;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * A board with many entries on the model of DynamoDB, written in bulk and counted by the real consumer, and the requests and
 * capacity of operations on it. Its clock stands still until a test moves it.
 */
public final class LargeBoard {

    /** Average requests and capacity units of an operation. */
    public record Cost(double requests, double readUnits, double writeUnits) {}

    private static final Receipt.Retention RETENTION = new Receipt.Retention(16, 64, Duration.ofMinutes(1));

    /** The clock of the board's instance. */
    public final MovingClock clock = new MovingClock(Instant.parse("2093-11-25T00:00:00Z"));

    /** Elapsed time of the board's instance. */
    public final PausingTicker ticker = new PausingTicker();

    /** The instance. */
    public final Arena arena;

    /** The board in its first season. */
    public final Board board;

    private final Meter meter = new Meter();
    private final ModelDatabase database;
    private final DynamoDbClient dynamo;
    private final List<Entry> entries = new ArrayList<>();
    private long sequence = 1;

    /**
     * Creates a board with entries of the players {@code p0}, {@code p1} and so on.
     *
     * @param scores the score of each player
     * @param config settings of the instance
     */
    public LargeBoard(BoardSettings settings, int size, IntToLongFunction scores, Map<String, String> config) {
        database = new ModelDatabase(ModelSettings.likeLocal(clock, ticker, new SplittableRandom(0)));
        dynamo = database.client(List.of(meter));
        Machine real = Machine.real(clock);
        arena = new Arena(
                new Machine(clock, ticker, real.random(), real.threads()),
                dynamo,
                database::streams,
                database.freshTables(),
                config);
        arena.create("large", settings);
        arena.submit("large", "p0", scores.applyAsLong(0), 0, null);
        board = arena.board("large");
        entries.add(arena.entries.read(board, 1, "p0"));
        for (int i = 1; i < size; i++) {
            Score score = new Score(scores.applyAsLong(i), 0);
            long reachedAt = clock.millis() + (i * 7L) % 1_000;
            entries.add(new Entry("p" + i, score, reachedAt, clock.millis(), 1, 0, null, List.of()));
        }
        assertEquals(
                Optional.empty(),
                arena.counter.count(
                        entries.stream().map(entry -> record(null, entry)).toList()));
        for (int from = 1; from < size; from += 25) {
            List<WriteRequest> batch = entries.subList(from, Math.min(size, from + 25)).stream()
                    .map(entry -> EntryItems.toItem(board, 1, entry))
                    .map(item -> WriteRequest.builder()
                            .putRequest(put -> put.item(item))
                            .build())
                    .toList();
            dynamo.batchWriteItem(write -> write.requestItems(Map.of(arena.tables.entries(), batch)));
        }
    }

    /** Changes the score of a player; the rank tree counts it with {@link #count}. */
    public StreamRecord move(int player, long value) {
        Entry before = entries.get(player);
        long at = before.nextWriteAt(clock.millis());
        Score score = new Score(value, 0);
        Receipt receipt = new Receipt(at, 0, before.requireScore().value(), score, at, false, false, false);
        Entry after = before.next(score, at, 0, null, receipt, RETENTION, null, null);
        entries.set(player, after);
        dynamo.putItem(put -> put.tableName(arena.tables.entries()).item(EntryItems.toItem(board, 1, after)));
        return record(before, after);
    }

    /** Notes that the application has written the entry of a player. */
    public StreamRecord written(int player, Entry after) {
        return record(entries.set(player, after), after);
    }

    /** Counts changes in the rank tree. */
    public void count(List<StreamRecord> records) {
        assertEquals(Optional.empty(), arena.counter.count(records));
    }

    /** The entry of a player. */
    public Entry entry(int player) {
        return entries.get(player);
    }

    /** The entries from the best to the worst. */
    public List<Entry> sorted() {
        Comparator<Entry> byScore =
                Comparator.comparing(Entry::requireScore, board.order().bestFirst());
        return entries.stream()
                .sorted(byScore.thenComparing(Entry::reachedAt).thenComparing(Entry::playerId))
                .toList();
    }

    /** A stream record of a lane's entry that changes. */
    private StreamRecord record(@Nullable Entry before, Entry after) {
        String key = RankStore.treeKey(board, 1, board.laneOf(after.playerId()));
        return new StreamRecord(Long.toString(sequence++), key, before == null ? null : image(before), image(after));
    }

    private Map<String, String> image(Entry entry) {
        Map<String, String> image = new HashMap<>();
        image.put("s", Long.toString(entry.requireScore().value()));
        image.put("w", Long.toString(entry.writtenAt()));
        image.put("sk", entry.playerId());
        if (board.ranking() == Ranking.DENSE) {
            image.put(EntryItems.DISTINCT, "1");
        }
        return image;
    }

    /** The average cost of an operation that is repeated. */
    public Cost costOf(int times, IntConsumer operation) {
        meter.take();
        CapacitySum before = consumed();
        for (int i = 0; i < times; i++) {
            operation.accept(i);
        }
        CapacitySum after = consumed();
        return new Cost(
                (double) meter.take().requests() / times,
                (after.readUnits() - before.readUnits()) / times,
                (after.writeUnits() - before.writeUnits()) / times);
    }

    private CapacitySum consumed() {
        CapacitySum sum = new CapacitySum(0, 0);
        for (CapacitySum table : database.model().consumed().values()) {
            sum = new CapacitySum(sum.readUnits() + table.readUnits(), sum.writeUnits() + table.writeUnits());
        }
        return sum;
    }
}
