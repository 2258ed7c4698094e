package dev.statecraft.leaderboard.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.MovingClock;
import dev.statecraft.leaderboard.StoredItems;
import dev.statecraft.leaderboard.entry.EntryStore;
import dev.statecraft.leaderboard.match.Match;
import dev.statecraft.leaderboard.match.MatchResult;
import dev.statecraft.leaderboard.score.NewScore;
import dev.statecraft.leaderboard.settings.Bounds;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Reward;
import dev.statecraft.rating.Elo;
import dev.statecraft.table.StreamRecord;
import dev.statecraft.testing.fault.FaultyDynamo;
import dev.statecraft.testing.fault.FaultyDynamo.When;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The purge deletes all items of a deleted board and no item of a new board with the same id. */
class PurgeTest {

    private static final Instant START = Instant.parse("2093-11-23T00:00:00Z");
    private static final Duration SETTLED = Duration.ofSeconds(6);
    private static final Duration AFTER = Duration.ofMinutes(5);
    private static final Duration AGAIN_AFTER = Duration.ofHours(26);
    private static final Map<String, String> SMALL_STEPS = Map.of(
            "statecraft.leaderboard.rebuild-after", "PT0S",
            "statecraft.leaderboard.award-page", "3",
            "statecraft.leaderboard.sampled-players", "4",
            "statecraft.leaderboard.snapshot-entries", "5",
            "statecraft.leaderboard.purge.page", "4",
            "statecraft.leaderboard.purge.places", "3");

    private final FaultyDynamo faults = new FaultyDynamo();
    private final MovingClock clock = new MovingClock(START);
    private final Arena arena = new Arena(SMALL_STEPS, faults, clock);
    private final StoredItems items = new StoredItems(arena.tables);

    /** Random boards with several lanes and seasons, deleted and recreated while purges run. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void purge_retainsOnlyItemsOfExistingBoards(long seed) {
        Random random = new Random(seed);
        String context = "seed " + seed;
        List<StreamRecord> delivered = new ArrayList<>();
        for (int epoch = 0; epoch < 3; epoch++) {
            for (String id : List.of("gone", "again")) {
                play(id, random);
                if (epoch < 2 || id.equals("gone")) {
                    assertInstanceOf(BoardChange.Deleted.class, arena.boards.delete(Arena.GAME, id));
                }
                if (random.nextBoolean()) {
                    clock.move(AFTER);
                    int[] asked = {random.nextInt(6)};
                    arena.purges.resume(Arena.GAME, () -> asked[0]-- > 0);
                    delivered.addAll(drained());
                }
            }
        }
        Map<String, Map<String, AttributeValue>> live = items.of("again#2"::equals);
        assertTrue(live.size() > 20, context);
        assertEquals(
                Set.of("again#0000000000", "again#0000000001", "gone#0000000000", "gone#0000000001", "gone#0000000002"),
                items.purges(),
                context);

        clock.move(AFTER);
        assertEquals(0, arena.purges.resume(Arena.GAME, () -> true), context);
        delivered.addAll(drained());
        Map<String, Map<String, AttributeValue>> left = items.of(epoch -> !epoch.equals("again#2"));
        assertEquals(Set.of(), keysOutside(arena.tables.ranks(), left), context);
        // All entries were subtracted. Redelivered records are not counted again.
        assertEquals(Optional.empty(), arena.counter.count(delivered), context);
        items.of(epoch -> !epoch.equals("again#2")).forEach((key, node) -> assertEquals(Set.of(), counts(node), key));

        clock.move(AGAIN_AFTER);
        assertEquals(5, arena.purges.resume(Arena.GAME, () -> true), context);
        assertEquals(List.of(), drained(), context);
        assertEquals(Map.of(), items.of(epoch -> !epoch.equals("again#2")), context);
        assertEquals(Set.of(), items.purges(), context);
        assertEquals(live, items.of("again#2"::equals), context);
        assertEquals(0, arena.audits.audit(arena.board("again"), 1).drift(), context);
    }

    @ParameterizedTest
    @EnumSource(When.class)
    void interruptedPurge_isResumed(When when) {
        int cuts = 0;
        for (int write = 0; cuts == write; write++) {
            String id = "board-" + write;
            String context = "cut at write " + write + (when == When.AFTER ? ", its response lost" : "");
            playShortly(id);
            arena.boards.delete(Arena.GAME, id);
            clock.move(AFTER);
            int writes = writesOfPassCutAt(write, when);
            if (writes <= write) {
                arena.drain();
                clock.move(AGAIN_AFTER);
                writes += writesOfPassCutAt(write - writes, when);
            }
            cuts += writes > write ? 1 : 0;
            for (int pass = 0; pass < 3; pass++) {
                arena.drain();
                arena.purges.resume(Arena.GAME, () -> true);
                clock.move(AGAIN_AFTER);
            }
            assertEquals(Map.of(), items.of((id + "#0")::equals), context);
            assertEquals(Set.of(), items.purges(), context);
        }
        assertTrue(cuts >= 15, "only " + cuts + " writes could be cut");
    }

    private int writesOfPassCutAt(int write, When when) {
        faults.failFrom(write, when);
        arena.purges.resume(Arena.GAME, () -> true);
        int writes = faults.writes();
        faults.heal();
        return writes;
    }

    @ParameterizedTest
    @EnumSource(When.class)
    void deletionAndPurgeRecord_areOneTransaction(When when) {
        playShortly("board");
        faults.failFrom(0, when);
        assertThrows(SdkClientException.class, () -> arena.boards.delete(Arena.GAME, "board"));
        faults.heal();
        assertEquals(when == When.AFTER, arena.boards.read(Arena.GAME, "board").isEmpty());
        assertEquals(when == When.AFTER ? Set.of("board#0000000000") : Set.of(), items.purges());
        arena.boards.delete(Arena.GAME, "board");
        assertEquals(Set.of("board#0000000000"), items.purges());
    }

    @Test
    void concurrentPurges_deleteTheSameItems() throws Exception {
        ExecutorService both = Executors.newFixedThreadPool(2);
        Arena other = new Arena(arena.tables, SMALL_STEPS, faults, clock);
        for (int round = 0; round < 4; round++) {
            playShortly("board");
            arena.boards.delete(Arena.GAME, "board");
            clock.move(AFTER);
            int gone = 0;
            for (int pass = 0; pass < 2; pass++) {
                List<Future<Integer>> runs = List.of(
                        both.submit(() -> arena.purges.resume(Arena.GAME, () -> true)),
                        both.submit(() -> other.purges.resume(Arena.GAME, () -> true)));
                for (Future<Integer> run : runs) {
                    gone += run.get();
                }
                // A run that lost the race stops before the purge is complete.
                arena.purges.resume(Arena.GAME, () -> true);
                arena.drain();
                clock.move(AGAIN_AFTER);
            }
            assertTrue(gone >= 1, "round " + round);
            assertEquals(Map.of(), items.of(epoch -> true), "round " + round);
            assertEquals(Set.of(), items.purges(), "round " + round);
        }
        both.shutdown();
    }

    @Test
    void timeBudget_limitsStepsAndTheNextRunResumes() {
        playShortly("board");
        arena.boards.delete(Arena.GAME, "board");
        arena.drain();
        Map<String, Map<String, AttributeValue>> before = items.of(epoch -> true);
        faults.heal();
        assertEquals(0, arena.purges.resume(Arena.GAME, () -> true), "before its time");
        clock.move(AFTER);
        assertEquals(0, arena.purges.resume(Arena.GAME, () -> false), "without time");
        assertEquals(0, faults.writes());
        assertEquals(before, items.of(epoch -> true));
        int runs = 0;
        int gone = 0;
        for (; runs < 100 && gone == 0; runs++) {
            int left = items.of(epoch -> true).size();
            int[] asked = {2};
            gone += arena.purges.resume(Arena.GAME, () -> asked[0]-- > 0);
            arena.drain();
            int removed = left - items.of(epoch -> true).size();
            // Four entries of the page, and the samples of their players.
            assertTrue(removed <= 8, removed + " removed at once");
            if (items.of(epoch -> true).keySet().stream().allMatch(key -> key.startsWith(arena.tables.ranks()))) {
                clock.move(AGAIN_AFTER);
            }
        }
        assertEquals(1, gone);
        assertTrue(runs > 5, "only " + runs + " runs");
        assertEquals(Map.of(), items.of(epoch -> true));
    }

    /** An instance with a cached board writes late. The stream record arrives after the rank trees were deleted. */
    @Test
    void lateWrite_isDeletedByAnotherPass() {
        playShortly("board");
        Board board = arena.board("board");
        arena.boards.delete(Arena.GAME, "board");
        clock.move(AFTER);
        arena.purges.resume(Arena.GAME, () -> true);
        arena.drain();
        clock.move(AGAIN_AFTER);
        assertInstanceOf(
                EntryStore.Stored.class,
                arena.entries.put(board, board.season(), arena.submitted(board, "late", 7), 0));
        assertEquals(0, arena.purges.resume(Arena.GAME, () -> true));
        assertEquals(Map.of(), items.of(epoch -> true));
        arena.drain();
        assertFalse(items.of(epoch -> true).isEmpty(), "the stream has made nodes again");
        assertEquals(0, arena.purges.resume(Arena.GAME, () -> true), "before the stream can be done");
        clock.move(AGAIN_AFTER);
        assertEquals(1, arena.purges.resume(Arena.GAME, () -> true));
        assertEquals(Map.of(), items.of(epoch -> true));
    }

    @Test
    void matchRecords_containNoPlayerAndExpire() {
        arena.createRated("rated", new Elo(1500, 32, Elo.Expectation.LOGISTIC));
        Match match =
                new Match("final", List.of(new Match.Side(List.of("winner"), 1), new Match.Side(List.of("loser"), 2)));
        assertInstanceOf(MatchResult.Taken.class, arena.matches.rate(Arena.GAME, "rated", match, false));
        arena.boards.delete(Arena.GAME, "rated");
        clock.move(AFTER);
        arena.purges.resume(Arena.GAME, () -> true);
        arena.drain();
        clock.move(AGAIN_AFTER);
        assertEquals(1, arena.purges.resume(Arena.GAME, () -> true));
        Map<String, Map<String, AttributeValue>> left = items.of(epoch -> true);
        assertEquals(1, left.size());
        left.forEach((key, item) -> {
            assertTrue(key.contains("#match#rated#0#final"), key);
            assertEquals(
                    START.plus(Duration.ofDays(30)).getEpochSecond(),
                    Long.parseLong(item.get("ttl").n()));
        });
        assertEquals(Set.of(), items.naming("winner"));
    }

    /** A board with closed seasons, awards, snapshots, samples, reviews, perhaps a second tree. */
    private void play(String id, Random random) {
        Bounds bounds = new Bounds(null, BigDecimal.valueOf(1_000), null, null, null, Bounds.Action.QUARANTINE);
        Reward all = new Reward("all", null, null, BigDecimal.valueOf(100), null);
        arena.create(id, 1 + random.nextInt(3), bounds, List.of(all));
        int seasons = 1 + random.nextInt(3);
        for (int season = 1; season <= seasons; season++) {
            for (int i = 0; i < 12; i++) {
                arena.submit(id, "p" + random.nextInt(8), random.nextInt(100), random.nextInt(2), null);
            }
            NewScore doubtful = new NewScore(
                    "p" + random.nextInt(8), BigDecimal.valueOf(5_000), BigDecimal.ZERO, null, "doubt-" + season, null);
            arena.scores.submit(Arena.GAME, id, doubtful, false);
            arena.drain();
            if (random.nextBoolean() && arena.audits.mend(arena.board(id), season)) {
                // Either interrupted or completed by maintenance.
                arena.audits.goOn(arena.board(id), random::nextBoolean);
            }
            if (season < seasons) {
                arena.reset(id, "over", null);
                arena.drain();
                clock.move(SETTLED);
                arena.upkeep();
            }
        }
        arena.drain();
    }

    private void playShortly(String id) {
        arena.create(id, RankingType.SCORE, Order.DESCENDING, null, 1);
        for (int player = 0; player < 3; player++) {
            arena.submit(id, "p" + player, player, 0, null);
        }
        arena.reset(id, "over", null);
        arena.drain();
        clock.move(SETTLED);
        arena.upkeep();
        arena.submit(id, "p0", 1, 0, null);
        arena.drain();
    }

    private List<StreamRecord> drained() {
        List<StreamRecord> records = arena.stream.next();
        assertEquals(Optional.empty(), records.isEmpty() ? Optional.empty() : arena.counter.count(records));
        return records;
    }

    private static Set<String> keysOutside(String table, Map<String, Map<String, AttributeValue>> found) {
        return found.keySet().stream()
                .filter(key -> !key.startsWith(table + " "))
                .collect(Collectors.toSet());
    }

    /** The children of a node with a count other than 0. */
    private static Set<String> counts(Map<String, AttributeValue> node) {
        return new TreeMap<>(node)
                .entrySet().stream()
                        .filter(attribute ->
                                Character.isDigit(attribute.getKey().charAt(0))
                                        && !attribute.getValue().n().equals("0"))
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toSet());
    }
}
