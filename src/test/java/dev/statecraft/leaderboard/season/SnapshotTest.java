package dev.statecraft.leaderboard.season;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.MovingClock;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.SnapshotTrigger;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.testing.OnDynamoDbLocal;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Snapshots of a board and samples of player ranks. */
@OnDynamoDbLocal
class SnapshotTest {

    private static final Instant MONDAY = Instant.parse("2026-11-23T00:00:00Z");

    private final FaultyDynamo faults = new FaultyDynamo();
    private final MovingClock clock = new MovingClock(MONDAY);
    private final Arena arena = new Arena(
            Map.of(
                    "statecraft.leaderboard.snapshot-interval", "PT1H",
                    "statecraft.leaderboard.max-historical-entries", "3"),
            faults,
            clock);

    @Test
    void currentSeason_hasHourlySnapshotsIfScoresChanged() {
        Board board = arena.create("board", RankingType.SCORE, Order.DESCENDING, null, 1);
        clock.move(Duration.ofMinutes(59));
        arena.submit("board", "a", 10, 0, null);
        arena.upkeep();
        assertEquals(List.of(), timesOf(board));
        clock.move(Duration.ofMinutes(1));
        arena.upkeep();
        assertEquals(List.of("2026-11-23T01:00:00Z"), timesOf(board));
        clock.move(Duration.ofHours(1));
        arena.upkeep();
        assertEquals(List.of("2026-11-23T01:00:00Z"), timesOf(board), "nothing has changed");
        arena.submit("board", "b", 20, 0, null);
        // No run for three hours: missed snapshots cannot be taken later.
        clock.move(Duration.ofMinutes(185));
        arena.submit("board", "b", 30, 0, null);
        arena.upkeep();
        assertEquals(List.of("2026-11-23T05:00:00Z", "2026-11-23T01:00:00Z"), timesOf(board));
        Snapshot last = arena.snapshots.list(board, null, 1).snapshots().get(0);
        assertEquals(SnapshotTrigger.SCHEDULED, last.eventType());
        assertEquals(2, last.totalEntries());
        assertEquals("b", last.entries().get(0).playerId());
        assertEquals(2, arena.board("board").history().snapshots());
    }

    @Test
    void rankOfAPlayer_isSampledOverTime() {
        Board board = arena.create("board", RankingType.SCORE, Order.DESCENDING, null, 1);
        for (int hour = 1; hour <= 5; hour++) {
            arena.submit("board", "a", hour * 10L, 0, null);
            arena.submit("board", "b", hour % 2 == 0 ? hour * 10L + 5 : 0, 0, null);
            clock.move(Duration.ofHours(1));
            arena.upkeep();
        }
        assertEquals(
                List.of(1L, 2L, 1L, 2L, 1L),
                arena.players.samples(board, "a", null, 10).stream()
                        .map(Sample::rank)
                        .toList());
        assertEquals(
                List.of(2L, 1L),
                arena.players.samples(board, "a", MONDAY.plus(Duration.ofHours(5)), 2).stream()
                        .map(Sample::rank)
                        .toList());
        assertEquals(List.of(), arena.players.samples(board, "nobody", null, 10));
    }

    @Test
    void tooManySnapshots_deleteTheOldest() {
        Board board = arena.create("board", RankingType.SCORE, Order.DESCENDING, null, 1);
        for (int hour = 1; hour <= 5; hour++) {
            arena.submit("board", "a", hour, 0, null);
            clock.move(Duration.ofHours(1));
            arena.upkeep();
        }
        arena.submit("board", "a", 100, 0, null);
        arena.reset("board", "over", null);
        clock.move(Duration.ofSeconds(10));
        arena.upkeep();
        assertEquals(
                List.of(SnapshotTrigger.RESET, SnapshotTrigger.SCHEDULED, SnapshotTrigger.SCHEDULED),
                arena.snapshots.list(board, null, 10).snapshots().stream()
                        .map(Snapshot::eventType)
                        .toList());
        assertEquals(3, arena.board("board").history().snapshots());
        assertEquals(3, arena.statistics.of(Arena.GAME).historicalDataSize());
    }

    @Test
    void snapshots_areListedLatestFirstInPages() {
        Board board = arena.create("board", RankingType.SCORE, Order.DESCENDING, null, 1);
        for (int hour = 1; hour <= 3; hour++) {
            arena.submit("board", "a", hour, 0, null);
            clock.move(Duration.ofHours(1));
            arena.upkeep();
        }
        SnapshotStore.SnapshotPage first = arena.snapshots.list(board, null, 2);
        assertEquals(2, first.snapshots().size());
        SnapshotStore.SnapshotPage second = arena.snapshots.list(board, first.next(), 2);
        assertEquals(List.of("2026-11-23T01:00:00Z"), times(second.snapshots()));
        assertEquals(null, second.next());
    }

    @Test
    void withoutHistoricalData_nothingIsStored() {
        Arena plain = new Arena(
                arena.tables,
                Map.of(
                        "statecraft.leaderboard.historical-data", "false",
                        "statecraft.leaderboard.snapshot-interval", "PT1H"),
                faults,
                clock);
        Board board = plain.create("board", RankingType.SCORE, Order.DESCENDING, null, 1);
        plain.submit("board", "a", 1, 0, null);
        clock.move(Duration.ofHours(1));
        plain.upkeep();
        plain.reset("board", "over", null);
        clock.move(Duration.ofSeconds(10));
        plain.upkeep();
        assertEquals(List.of(), timesOf(board));
        assertEquals(List.of(), plain.players.samples(board, "a", null, 10));
        assertEquals(
                1, plain.seasons.list(plain.board("board"), null, 10).get(0).totalEntries());
        assertEquals(0, plain.statistics.of(Arena.GAME).historicalDataSize());
    }

    private List<String> timesOf(Board board) {
        return times(arena.snapshots.list(board, null, 100).snapshots());
    }

    private static List<String> times(List<Snapshot> snapshots) {
        return snapshots.stream()
                .map(snapshot -> snapshot.timestamp().toString())
                .toList();
    }
}
