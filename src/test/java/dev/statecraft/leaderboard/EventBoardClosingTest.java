package dev.statecraft.leaderboard;

import static dev.statecraft.leaderboard.EventBoards.SETTLED;
import static dev.statecraft.leaderboard.EventBoards.START;
import static dev.statecraft.leaderboard.EventBoards.score;
import static dev.statecraft.leaderboard.EventBoards.settings;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.score.ScoreResult;
import dev.statecraft.leaderboard.score.ScoreResult.Taken;
import dev.statecraft.leaderboard.settings.Terms;
import dev.statecraft.testing.fault.FaultyDynamo.When;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.exception.SdkClientException;

/** The last season of a board with an end is closed once, despite failures and concurrent instances. */
class EventBoardClosingTest {

    private final EventBoards event = new EventBoards();
    private final MovingClock clock = event.clock;
    private final Arena arena = event.arena;

    @Test
    void instancesWithCachedBoard_closeItOnce() throws Exception {
        Map<String, String> caching = Map.of("statecraft.leaderboard.board-cache", "PT1H");
        Arena one = new Arena(arena.tables, caching, event.faults, clock);
        Arena other = new Arena(arena.tables, caching, event.faults, clock);
        clock.moveTo(START);
        ExecutorService both = Executors.newFixedThreadPool(4);
        for (int round = 0; round < 5; round++) {
            String id = "board-" + round;
            Instant end = clock.instant().plusSeconds(10);
            one.create(id, settings(null).with(new Terms(null, end, 0)));
            assertInstanceOf(Taken.class, one.scores.submit(Arena.GAME, id, score("a", 1, "a"), false));
            assertInstanceOf(Taken.class, other.scores.submit(Arena.GAME, id, score("b", 1, "b"), false));
            clock.moveTo(end);
            Callable<ScoreResult> first = () -> one.scores.submit(Arena.GAME, id, score("a", 2, "a2"), false);
            Callable<ScoreResult> second = () -> other.scores.submit(Arena.GAME, id, score("b", 2, "b2"), false);
            for (var result : both.invokeAll(List.of(first, second, first, second))) {
                assertInstanceOf(ScoreResult.NotOpen.class, result.get());
            }
            Board board = one.board(id);
            assertEquals(1, one.seasons.list(board, null, 10).size());
            assertEquals(board.version(), other.board(id).version());
        }
        both.shutdown();
    }

    @ParameterizedTest
    @EnumSource(When.class)
    void interruptedClose_isCompletedOnce(When when) {
        clock.moveTo(START);
        int cuts = 0;
        for (int write = 0; cuts == write; write++) {
            String id = "board-" + write;
            Instant end = event.createEndingSoon(id);
            for (int player = 0; player < 4; player++) {
                arena.submit(id, "p" + player, 10 - player, 0, null);
            }
            arena.drain();
            clock.moveTo(end);
            boolean cut = false;
            int left = write;
            for (int run = 0; run < 3 && !cut; run++) {
                event.faults.failFrom(left, when);
                cut = arena.upkeep.run(Arena.GAME, () -> true).failed() > 0;
                left -= event.faults.writes();
                event.faults.heal();
                arena.drain();
                clock.move(SETTLED);
            }
            cuts += cut ? 1 : 0;
            event.assertFinal(id, 1, 4);
        }
        assertTrue(cuts >= 5, "only " + cuts + " writes could be cut");
    }

    @Test
    void failedFirstRead_isFollowedByACloseOfTheNext() {
        clock.moveTo(START);
        for (When when : When.values()) {
            String id = "board-" + when;
            Instant end = event.createEndingSoon(id);
            arena.submit(id, "a", 10, 0, null);
            clock.moveTo(end);
            event.faults.failFrom(0, when);
            assertThrows(SdkClientException.class, () -> arena.board(id));
            event.faults.heal();
            event.assertFinal(id, 1, 1);
        }
    }
}
