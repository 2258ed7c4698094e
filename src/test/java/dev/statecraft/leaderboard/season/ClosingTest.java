package dev.statecraft.leaderboard.season;

import static dev.statecraft.testing.fault.FaultyDynamo.When.AFTER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.MovingClock;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.Season;
import dev.statecraft.leaderboard.board.Season.Phase;
import dev.statecraft.leaderboard.score.ScoreResult;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.ResetSchedule;
import dev.statecraft.leaderboard.settings.Reward;
import dev.statecraft.leaderboard.upkeep.LeaderboardMaintenance;
import dev.statecraft.table.StreamRecord;
import dev.statecraft.testing.fault.FaultyDynamo;
import dev.statecraft.testing.fault.FaultyDynamo.When;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A closed season is finalized completely, and every award is granted once, despite failures and concurrent runs. */
class ClosingTest {

    private static final Instant MONDAY = Instant.parse("2093-11-23T00:00:00Z");
    private static final Duration SETTLED = Duration.ofSeconds(6);
    private static final Map<String, String> SMALL_STEPS = Map.of(
            "statecraft.leaderboard.award-page", "3",
            "statecraft.leaderboard.sampled-players", "4",
            "statecraft.leaderboard.snapshot-entries", "5");

    private final FaultyDynamo faults = new FaultyDynamo();
    private final MovingClock clock = new MovingClock(MONDAY.plusSeconds(60));
    private final Arena arena = new Arena(SMALL_STEPS, faults, clock);

    @ParameterizedTest
    @EnumSource(When.class)
    void interruptedFinalization_isResumed(When when) {
        int cuts = 0;
        for (int write = 0; cuts == write; write++) {
            String id = "board-" + write + when;
            arena.create(id, rewarded());
            for (int player = 0; player < 10; player++) {
                arena.submit(id, "p" + player, 100 - player / 2, 0, null);
            }
            arena.reset(id, "over", null);
            arena.drain();
            clock.move(SETTLED);
            int left = write - writesOfRunCutAt(write, when);
            arena.drain();
            boolean cut = left < 0 || writesOfRunCutAt(left, when) > left;
            cuts += cut ? 1 : 0;
            arena.upkeep();
            assertFinished(id, "cut at write " + write + (when == AFTER ? ", its response lost" : ""));
        }
        assertTrue(cuts >= 9, "only " + cuts + " writes could be cut");
    }

    /** The stream delivers the last scores after the grace period, lane by lane. */
    @Test
    void lateStream_delaysTheAwardsUntilEveryLaneIsCounted() {
        BoardSettings lanes = new BoardSettings(
                "",
                RankingType.SCORE,
                Order.DESCENDING,
                null,
                0,
                2,
                4,
                null,
                null,
                rewarded().rewards(),
                List.of(),
                null);
        arena.create("board", lanes);
        for (int player = 0; player < 10; player++) {
            arena.submit("board", "p" + player, 100 - player / 2, 0, null);
        }
        arena.reset("board", "over", null);
        clock.move(SETTLED);
        arena.upkeep.run(Arena.GAME, () -> true);
        assertEquals(Phase.COUNT, season("board", 1).phase(), "no score is counted");
        List<StreamRecord> records = arena.stream.next();
        Map<String, List<StreamRecord>> byLane = records.stream().collect(Collectors.groupingBy(StreamRecord::key));
        assertTrue(byLane.size() > 2, () -> "lanes: " + byLane.keySet());
        int counted = 0;
        for (List<StreamRecord> lane : byLane.values()) {
            assertEquals(Phase.COUNT, season("board", 1).phase(), counted + " lanes of " + byLane.size());
            assertEquals(Optional.empty(), arena.counter.count(lane));
            arena.upkeep.run(Arena.GAME, () -> true);
            counted++;
        }
        assertFinished("board", "all lanes are counted");
    }

    /** Two instances mark the lanes of a season at the same time, and the clock of the second one is behind. */
    @Test
    void markerOfASlowerClock_doesNotReplaceTheOneThatTheSeasonAwaits() {
        arena.create("board", rewarded());
        for (int player = 0; player < 10; player++) {
            arena.submit("board", "p" + player, 100 - player / 2, 0, null);
        }
        arena.reset("board", "over", null);
        clock.move(SETTLED);
        arena.upkeep.run(Arena.GAME, () -> true);
        Instant marked = Objects.requireNonNull(season("board", 1).markedAt());
        arena.drain();
        Instant second = arena.entries.mark(arena.board("board"), 1, 0, marked.minusMillis(200));
        assertTrue(second.isAfter(marked), () -> second + " is not after " + marked);
        arena.upkeep();
        assertFinished("board", "marked twice");
    }

    @Test
    void concurrentRuns_grantEveryAwardOnce() throws Exception {
        ExecutorService both = Executors.newFixedThreadPool(2);
        Arena other = new Arena(arena.tables, SMALL_STEPS, faults, clock);
        for (int round = 0; round < 5; round++) {
            String id = "board-" + round;
            arena.create(id, rewarded());
            for (int player = 0; player < 10; player++) {
                arena.submit(id, "p" + player, 100 - player / 2, 0, null);
            }
            arena.reset(id, "over", null);
            arena.drain();
            clock.move(SETTLED);
            for (int run = 0; run < 2; run++) {
                List<Future<LeaderboardMaintenance.Done>> runs = List.of(
                        both.submit(() -> arena.upkeep.run(Arena.GAME, () -> true)),
                        both.submit(() -> other.upkeep.run(Arena.GAME, () -> true)));
                for (Future<LeaderboardMaintenance.Done> done : runs) {
                    assertEquals(0, done.get().failed());
                }
                arena.drain();
            }
            assertFinished(id, "round " + round);
        }
        both.shutdown();
    }

    @Test
    void timeBudget_limitsStepsAndTheNextRunResumes() {
        arena.create("board", rewarded());
        for (int player = 0; player < 10; player++) {
            arena.submit("board", "p" + player, 100 - player / 2, 0, null);
        }
        arena.reset("board", "over", null);
        clock.move(SETTLED);
        Set<Phase> seen = new TreeSet<>();
        for (int run = 0; run < 40; run++) {
            int[] asked = {2};
            arena.upkeep.run(Arena.GAME, () -> asked[0]-- > 0);
            arena.drain();
            seen.add(season("board", 1).phase());
        }
        assertEquals(Set.of(Phase.values()), Set.copyOf(with(seen, Phase.SETTLE)));
        assertFinished("board", "in small steps");
    }

    /** Random schedules, a jumping clock, repeated and overlapping runs, and scores between them. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void jumpingClock_everySeasonIsClosedOnceWithItsScores(long seed) {
        Random random = new Random(seed);
        String[] schedules = {"0 0 * * *", "30 2 * * *", "0 */6 * * *", "15 4 * * 1"};
        ResetSchedule schedule = new ResetSchedule(schedules[random.nextInt(4)], "Europe/Berlin", null);
        // Across the end of daylight saving time.
        clock.moveTo(Instant.parse("2093-10-22T12:00:00Z"));
        String context = "seed " + seed + ", " + schedule.cron();
        arena.create("board", settings(schedule));
        Arena other = new Arena(arena.tables, SMALL_STEPS, faults, clock);
        Map<Integer, Map<String, Long>> model = new HashMap<>();
        List<Instant> ends = new ArrayList<>(List.of(clock.instant()));
        for (int i = 0; i < 60; i++) {
            clock.move(Duration.ofMinutes(random.nextInt(random.nextInt(10) == 0 ? 3_000 : 300)));
            Instant now = clock.instant();
            while (!schedule.next(ends.get(ends.size() - 1)).orElseThrow().isAfter(now)) {
                ends.add(schedule.next(ends.get(ends.size() - 1)).orElseThrow());
            }
            Arena one = random.nextBoolean() ? arena : other;
            switch (random.nextInt(3)) {
                case 0 -> one.upkeep.run(Arena.GAME, () -> true);
                case 1 -> arena.drain();
                default -> {
                    String player = "p" + random.nextInt(8);
                    long value = random.nextInt(50);
                    ScoreResult.Taken taken = one.submit("board", player, value, 0, null);
                    assertEquals(ends.size(), taken.season(), context);
                    model.computeIfAbsent(ends.size(), season -> new HashMap<>())
                            .merge(player, value, Math::max);
                }
            }
        }
        clock.move(SETTLED);
        for (int run = 0; run < 3; run++) {
            arena.upkeep();
        }
        Board board = arena.board("board");
        List<Season> closed = arena.seasons.list(board, null, 1000);
        int running = board.season();
        assertEquals(running - 1, closed.size(), context);
        for (Season season : closed) {
            Map<String, Long> expected = model.getOrDefault(season.season(), Map.of());
            assertEquals(Phase.DONE, season.phase(), context);
            assertEquals(ends.get(season.season() - 1), season.startedAt(), context);
            assertEquals(ends.get(season.season()), season.endedAt(), context);
            assertEquals(expected.size(), season.totalEntries(), context + ", season " + season.season());
            List<Award> awards = arena.seasons.awards(board, season.season(), 0, 100);
            assertEquals(expectedAwards(season, expected), new HashSet<>(rows(awards)), context);
            assertEquals(awards.size(), season.awards(), context);
        }
    }

    /** Runs maintenance with failing writes from a given number on. Returns the number of started writes. */
    private int writesOfRunCutAt(int write, When when) {
        faults.failFrom(write, when);
        LeaderboardMaintenance.Done done = arena.upkeep.run(Arena.GAME, () -> true);
        int writes = faults.writes();
        faults.heal();
        assertEquals(writes > write, done.failed() > 0);
        return writes;
    }

    private static Set<String> expectedAwards(Season season, Map<String, Long> scores) {
        Set<String> expected = new HashSet<>();
        scores.forEach((player, score) -> {
            long rank =
                    1 + scores.values().stream().filter(other -> other > score).count();
            for (int i = 0; i < season.rewards().size(); i++) {
                Reward reward = season.rewards().get(i);
                double percentile = rank * 100.0 / scores.size();
                boolean fits = reward.percentile() == null
                        ? rank >= reward.fromRank() && rank <= reward.toRank()
                        : percentile <= reward.percentile().doubleValue();
                if (fits) {
                    expected.add(player + " " + rank + " " + score + " " + i);
                    break;
                }
            }
        });
        return expected;
    }

    private void assertFinished(String id, String context) {
        Season season = season(id, 1);
        Board board = arena.board(id);
        assertEquals(Phase.DONE, season.phase(), context);
        assertEquals(Set.of(), board.seasons().unfinished(), context);
        // Ranks 1, 1, 3, 3, 5, 5 …: the first two get gold, of the best half the rest silver.
        assertEquals(
                List.of("p0 1 100 0", "p1 1 100 0", "p2 3 99 1", "p3 3 99 1", "p4 5 98 1", "p5 5 98 1"),
                rows(arena.seasons.awards(board, 1, 0, 100)),
                context);
        assertEquals(6, season.awards(), context);
        assertEquals(10, season.totalEntries(), context);
        Snapshot snapshot = arena.snapshots.find(board, Snapshot.idOf(season)).orElseThrow();
        assertEquals(10, snapshot.totalEntries(), context);
        assertEquals(5, snapshot.entries().size(), context);
        assertEquals(1, board.history().snapshots(), context);
        assertEquals(1, arena.players.samples(board, "p3", null, 10).size(), context);
        assertEquals(0, arena.players.samples(board, "p4", null, 10).size(), context);
        assertEquals(5, arena.players.seasons(board, "p5").get(0).rank(), context);
    }

    private static BoardSettings rewarded() {
        return settings(null);
    }

    private static BoardSettings settings(@Nullable ResetSchedule schedule) {
        return new BoardSettings(
                "",
                RankingType.SCORE,
                Order.DESCENDING,
                null,
                0,
                2,
                1,
                schedule,
                null,
                List.of(
                        new Reward("gold", 1L, 2L, null, "{\"coins\":100}"),
                        new Reward("silver", null, null, BigDecimal.valueOf(50), "{\"coins\":10}")),
                List.of(),
                null);
    }

    private Season season(String id, int season) {
        return arena.seasons.find(arena.board(id), season).orElseThrow();
    }

    private static List<String> rows(List<Award> awards) {
        return awards.stream()
                .map(award -> award.playerId() + " " + award.rank() + " "
                        + award.score().value() + " " + award.reward())
                .toList();
    }

    private static Set<Phase> with(Set<Phase> phases, Phase more) {
        Set<Phase> all = new TreeSet<>(phases);
        all.add(more);
        return all;
    }
}
