package dev.statecraft.leaderboard.match;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.match.Match.Side;
import dev.statecraft.rating.Elo;
import dev.statecraft.rating.Glicko2;
import dev.statecraft.rating.OpenSkill;
import dev.statecraft.rating.RatingSystem;
import dev.statecraft.rating.Team;
import dev.statecraft.testing.bench.Bench;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Measures the consumed capacity of a match by number of players. */
@Tag("bench")
class MatchBench {

    private static final int PLAYERS = 1_000;
    private static final int TOGETHER = 50;

    @RegisterExtension
    final Bench bench = new Bench();

    private final Arena arena = new Arena(
            bench.machine(),
            bench.client(),
            bench::streams,
            bench.tables(),
            Map.of(
                    "statecraft.leaderboard.board-cache",
                    "PT60S",
                    "statecraft.leaderboard.rank-nodes.checked-after",
                    "PT0.5S"));
    private final Random random = new Random(1);
    private int sequence;

    @ParameterizedTest
    @ValueSource(ints = {2, 10, 99, 100})
    void capacityByPlayers(int players) {
        arena.createRated("bench", new Elo(1500, 32, Elo.Expectation.LOGISTIC));
        for (int from = 0; from < PLAYERS; from += TOGETHER) {
            rate(sides(IntStream.range(from, from + TOGETHER).toArray()), false);
        }
        arena.drain();
        int matches = Math.max(10, 400 / players);
        for (boolean ranked : new boolean[] {false, true}) {
            bench.measure(
                    "match of " + players + " players" + (ranked ? ", with ranks" : ""),
                    matches,
                    i -> rate(
                            sides(random.ints(0, PLAYERS)
                                    .distinct()
                                    .limit(players)
                                    .toArray()),
                            ranked));
        }
    }

    @Test
    void ratingTime() {
        for (RatingSystem system : List.of(
                new Elo(1500, 32, Elo.Expectation.LOGISTIC),
                new Glicko2(1500, 350, 0.06, 0.5, Duration.ofDays(1)),
                new OpenSkill(25, 25 / 3.0, 25 / 6.0, 0, 3, OpenSkill.Model.PLACKETT_LUCE))) {
            for (int players : new int[] {2, 100}) {
                List<Team> teams = new ArrayList<>();
                for (int i = 0; i < players; i++) {
                    teams.add(new Team(List.of(system.initialRating(0)), i + 1));
                }
                int rounds = 2_000_000 / (players * players);
                for (int i = 0; i < rounds; i++) {
                    system.rate(teams, 0);
                }
                long started = bench.nanos();
                for (int i = 0; i < rounds; i++) {
                    system.rate(teams, 0);
                }
                Bench.print(
                        "%-10s of %-3d players %10.1f µs",
                        system.getClass().getSimpleName(), players, (bench.nanos() - started) / 1e3 / rounds);
            }
        }
    }

    private void rate(List<Side> sides, boolean ranked) {
        Match match = new Match("m" + sequence++, sides);
        assertInstanceOf(MatchResult.Taken.class, arena.matches.rate(Arena.GAME, "bench", match, ranked));
    }

    private static List<Side> sides(int... players) {
        return IntStream.range(0, players.length)
                .mapToObj(i -> new Side(List.of("p" + players[i]), i + 1))
                .toList();
    }
}
