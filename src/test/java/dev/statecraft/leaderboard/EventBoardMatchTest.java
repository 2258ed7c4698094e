package dev.statecraft.leaderboard;

import static dev.statecraft.leaderboard.EventBoards.END;
import static dev.statecraft.leaderboard.EventBoards.START;
import static dev.statecraft.leaderboard.EventBoards.match;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.match.MatchResult;
import dev.statecraft.leaderboard.match.MatchService;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A board with a start and an end rates matches only between them, and replays their results afterwards. */
class EventBoardMatchTest {

    private final EventBoards event = new EventBoards();
    private final MovingClock clock = event.clock;
    private final Arena arena = event.arena;

    @Test
    void matches_areRatedWhileOpenAndReplayedAfterwards() {
        event.createRated(2);
        assertInstanceOf(MatchResult.NotOpen.class, event.rate("m1", "a", "b"));
        assertFalse(arena.board("board").scored());
        clock.moveTo(START);
        assertFalse(assertInstanceOf(MatchResult.Taken.class, event.rate("m1", "a", "b"))
                .replayed());
        assertFalse(assertInstanceOf(MatchResult.Taken.class, event.rate("m2", "a", "c"))
                .replayed());
        assertEquals(new MatchResult.Exhausted(arena.board("board"), "a", 2), event.rate("m3", "b", "a"));
        assertTrue(assertInstanceOf(MatchResult.Taken.class, event.rate("m1", "a", "b"))
                .replayed());
        assertInstanceOf(MatchResult.Mismatch.class, event.rate("m1", "b", "a"));
        clock.moveTo(END);
        assertTrue(assertInstanceOf(MatchResult.Taken.class, event.rate("m1", "a", "b"))
                .replayed());
        assertInstanceOf(MatchResult.Mismatch.class, event.rate("m1", "b", "a"));
        assertInstanceOf(MatchResult.NotOpen.class, event.rate("m4", "b", "c"));
        MatchResult.Taken ranked = assertInstanceOf(
                MatchResult.Taken.class, arena.matches.rate(Arena.GAME, "board", match("m1", "a", "b"), true));
        assertEquals(Set.of("a", "b"), ranked.ranks().keySet());
        assertEquals(0, arena.scores.read(arena.board("board"), 1, "d").attempts());
    }

    @Test
    void largestMatch_isRejectedWithoutWritesAndReplayedAfterTheEnd() {
        event.createRated(1);
        clock.moveTo(START);
        String[] players = new String[MatchService.MOST_PLAYERS];
        for (int i = 0; i < players.length; i++) {
            players[i] = "p" + i;
        }
        assertInstanceOf(MatchResult.Taken.class, event.rate("m1", players));
        assertInstanceOf(MatchResult.Exhausted.class, event.rate("m2", players));
        assertInstanceOf(
                MatchResult.Exhausted.class, event.rate("m2", "p1", "p2"), "the refused match did not take the id");
        assertTrue(assertInstanceOf(MatchResult.Taken.class, event.rate("m1", players))
                .replayed());
        clock.moveTo(END);
        assertTrue(assertInstanceOf(MatchResult.Taken.class, event.rate("m1", players))
                .replayed());
        assertInstanceOf(MatchResult.NotOpen.class, event.rate("m2", players));
    }
}
