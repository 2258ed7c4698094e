package dev.statecraft.leaderboard.upkeep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.MovingClock;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.ResetSchedule;
import dev.statecraft.leaderboard.settings.Terms;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When boards and purges have scheduled work again. */
class LeaderboardDueTest {

    private static final Instant START = Instant.parse("2093-11-23T00:01:00Z");
    private static final List<String> CRONS = List.of("0 0 * * *", "0 */6 * * *", "0 0 * * 1");

    private final MovingClock clock = new MovingClock(START);

    private Arena arena(Map<String, String> settings) {
        return new Arena(settings, new FaultyDynamo(), clock);
    }

    /** Random boards, times and interrupted runs, compared with the due times of all boards. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void nextDue_isTheEarliestTimeOfAllBoards(long seed) {
        Random random = new Random(seed);
        Arena arena = arena(Map.of());
        assertEquals(Optional.empty(), arena.upkeep.nextDue(Arena.GAME));
        for (int step = 0; step < 40; step++) {
            String id = "board" + random.nextInt(5);
            switch (random.nextInt(4)) {
                case 0 -> {
                    if (arena.boards.read(Arena.GAME, id).isEmpty()) {
                        arena.create(id, settings(CRONS.get(random.nextInt(3)), null));
                    }
                }
                case 1 -> arena.boards.delete(Arena.GAME, id);
                case 2 -> clock.move(Duration.ofMinutes(random.nextInt(20 * 60)));
                default -> {
                    int[] left = {random.nextInt(10)};
                    arena.upkeep.run(Arena.GAME, () -> left[0]-- > 0);
                    arena.drain();
                }
            }
            Optional<Instant> expected = arena.boards.after(Arena.GAME, null, 100).stream()
                    .map(board -> board.nextWorkAt(true))
                    .filter(Objects::nonNull)
                    .min(Comparator.naturalOrder());
            assertEquals(
                    expected.map(this::nowOrLater),
                    arena.upkeep.nextDue(Arena.GAME).map(this::nowOrLater),
                    "seed " + seed + " step " + step);
        }
    }

    /** All times that have passed are equal. */
    private Instant nowOrLater(Instant time) {
        return time.isAfter(clock.instant()) ? time : clock.instant();
    }

    @Test
    void completeRun_leavesFutureWorkOnly() {
        Arena arena = arena(Map.of());
        arena.create("board", settings("0 0 * * *", null));
        arena.submit("board", "ann", 10, 0, null);
        arena.drain();
        clock.moveTo(Instant.parse("2093-11-24T00:00:00Z"));
        assertTrue(isDue(arena));
        for (int minute = 0; minute < 10 && isDue(arena); minute++) {
            arena.upkeep.run(Arena.GAME, () -> true);
            arena.drain();
            clock.move(Duration.ofMinutes(1));
        }
        Instant next = arena.upkeep.nextDue(Arena.GAME).orElseThrow();
        assertEquals(Instant.parse("2093-11-25T00:00:00Z"), next);
    }

    private boolean isDue(Arena arena) {
        return arena.upkeep
                .nextDue(Arena.GAME)
                .filter(due -> !due.isAfter(clock.instant()))
                .isPresent();
    }

    /** The index contains the end of a season that does not end; it must not keep the schedule awake. */
    @Test
    void withoutResets_seasonEndsAreNoWork() {
        Arena arena = arena(Map.of("statecraft.leaderboard.seasonal-resets", "false"));
        arena.create("open", settings("0 */6 * * *", null));
        Instant end = START.plus(Duration.ofDays(2));
        arena.create("ending", settings("0 */6 * * *", end));
        clock.move(Duration.ofHours(7));
        arena.upkeep.run(Arena.GAME, () -> true);
        assertEquals(Optional.of(START.plus(Duration.ofDays(1))), arena.upkeep.nextDue(Arena.GAME), "snapshots");
        clock.moveTo(START.plus(Duration.ofDays(1)));
        assertTrue(isDue(arena));
        arena.upkeep.run(Arena.GAME, () -> true);
        assertEquals(Optional.of(end), arena.upkeep.nextDue(Arena.GAME));
    }

    @Test
    void purge_isDueWhenItContinues() {
        Arena arena = arena(Map.of());
        arena.create("gone", settings("0 0 * * 1", null));
        arena.submit("gone", "ann", 10, 0, null);
        arena.drain();
        assertEquals(Optional.empty(), arena.purges.nextDue(Arena.GAME));
        arena.boards.delete(Arena.GAME, "gone");
        Instant first = arena.purges.nextDue(Arena.GAME).orElseThrow();
        assertTrue(first.isAfter(clock.instant()));
        assertEquals(Optional.empty(), arena.upkeep.nextDue(Arena.GAME), "a deleted board has no other work");
        clock.moveTo(first);
        int[] left = {2};
        arena.purges.resume(Arena.GAME, () -> left[0]-- > 0);
        assertTrue(arena.purges.nextDue(Arena.GAME).isPresent());
        Optional<Instant> due = arena.purges.nextDue(Arena.GAME);
        for (int pass = 0; pass < 10 && due.isPresent(); pass++) {
            clock.moveTo(nowOrLater(due.get()));
            arena.purges.resume(Arena.GAME, () -> true);
            due = arena.purges.nextDue(Arena.GAME);
        }
        assertEquals(Optional.empty(), arena.purges.nextDue(Arena.GAME));
    }

    private static BoardSettings settings(String cron, @Nullable Instant endsAt) {
        return new BoardSettings(
                "",
                RankingType.SCORE,
                Order.DESCENDING,
                null,
                0,
                2,
                1,
                new ResetSchedule(cron, null, null),
                null,
                List.of(),
                List.of(),
                null,
                null,
                endsAt == null ? Terms.NONE : new Terms(null, endsAt, 0),
                Ranking.COMPETITION);
    }
}
