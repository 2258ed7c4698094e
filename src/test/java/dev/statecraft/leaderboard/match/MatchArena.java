package dev.statecraft.leaderboard.match;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.match.Match.Side;
import dev.statecraft.leaderboard.match.MatchResult.Taken;
import dev.statecraft.rating.Elo;
import dev.statecraft.rating.RatingSystem;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Matches in an {@link Arena} whose writes fail on request. */
final class MatchArena {

    static final RatingSystem ELO = new Elo(1500, 32, Elo.Expectation.LOGISTIC);

    final FaultyDynamo faults = new FaultyDynamo();
    final Arena arena;

    MatchArena() {
        arena = new Arena(Map.of(), faults, Clock.systemUTC());
    }

    /** An instance in any database, whose writes do not fail. */
    MatchArena(Arena arena) {
        this.arena = arena;
    }

    /** The entry of a player in a season. */
    Entry entry(String board, int season, String player) {
        return arena.scores.read(arena.board(board), season, player);
    }

    /** Rates a match that must be accepted. */
    Taken rate(String board, String id, Side... sides) {
        return assertInstanceOf(Taken.class, send(board, id, sides));
    }

    /** Rates a match, with the ranks of its players. */
    MatchResult send(String board, String id, Side... sides) {
        return arena.matches.rate(Arena.GAME, board, match(id, sides), true);
    }

    /** A match of the given teams. */
    static Match match(String id, Side... sides) {
        return new Match(id, List.of(sides));
    }

    /** A team and its finishing place. */
    static Side side(int place, String... players) {
        return new Side(List.of(players), place);
    }

    /** A match of single players; p0 wins. */
    static Side[] freeForAll(int players) {
        return IntStream.range(0, players).mapToObj(i -> side(i + 1, "p" + i)).toArray(Side[]::new);
    }
}
