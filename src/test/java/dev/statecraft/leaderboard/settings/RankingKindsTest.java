package dev.statecraft.leaderboard.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.RankedEntry;
import dev.statecraft.leaderboard.listing.Listing;
import dev.statecraft.leaderboard.match.Match;
import dev.statecraft.leaderboard.match.MatchResult;
import dev.statecraft.leaderboard.season.Snapshot;
import dev.statecraft.rating.Elo;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Awards and snapshots by the ranking of a board. */
class RankingKindsTest {

    private final Arena arena = new Arena(
            Map.of("statecraft.leaderboard.settle-after", "PT0S"), new ExecutionInterceptor() {}, Clock.systemUTC());

    @Test
    void awardsAndSnapshots_useTheRankingOfTheBoard() {
        for (Ranking ranking : Ranking.values()) {
            String id = "season_" + ranking;
            BoardSettings settings = new BoardSettings(
                            "",
                            RankingType.SCORE,
                            Order.DESCENDING,
                            null,
                            0,
                            0,
                            1,
                            null,
                            null,
                            List.of(
                                    new Reward("medal", null, 2L, null, "{}"),
                                    new Reward("half", null, null, BigDecimal.valueOf(75), "{}")),
                            List.of(new Tier("top", 2L, null, null), new Tier("rest", null, null, null)),
                            null)
                    .with(ranking);
            arena.create(id, settings);
            long[] scores = {30, 30, 20, 10};
            for (int i = 0; i < scores.length; i++) {
                arena.submit(id, "p" + (i + 1), scores[i], 0, null);
            }
            arena.reset(id, "end", null);
            arena.upkeep();
            Board board = arena.board(id);
            List<Long> ranks =
                    switch (ranking) {
                        case COMPETITION -> List.of(1L, 1L, 3L, 4L);
                        case DENSE -> List.of(1L, 1L, 2L, 3L);
                        case UNIQUE -> List.of(1L, 2L, 3L, 4L);
                    };
            Listing past = arena.lists.list(board, 1, 1, 10);
            assertEquals(ranks, past.entries().stream().map(RankedEntry::rank).toList());
            Snapshot snapshot = arena.snapshots.list(board, null, 1).snapshots().get(0);
            assertEquals(
                    ranks, snapshot.entries().stream().map(RankedEntry::rank).toList(), id);
            List<String> awards = arena.seasons.awards(board, 1, 0, 10).stream()
                    .map(award -> award.playerId() + " " + award.rank() + " " + award.reward())
                    .toList();
            assertEquals(
                    switch (ranking) {
                        case COMPETITION -> List.of("p1 1 0", "p2 1 0", "p3 3 1");
                        case DENSE -> List.of("p1 1 0", "p2 1 0", "p3 2 0");
                        case UNIQUE -> List.of("p1 1 0", "p2 2 0", "p3 3 1");
                    },
                    awards,
                    id);
            assertEquals(
                    75.0,
                    arena.rankings
                            .rank(board, 1, arena.entries.read(board, 1, "p3"))
                            .percentile(ranking));
        }
    }

    /** The ranks in a match result include the new ratings of all players of the match. */
    @Test
    void matchResults_useTheRankingOfTheBoard() {
        // All matches have the same millisecond.
        Clock clock = Clock.fixed(Instant.parse("2030-01-01T00:00:00Z"), ZoneOffset.UTC);
        Arena rated = new Arena(Map.of(), new ExecutionInterceptor() {}, clock);
        for (Ranking ranking : Ranking.values()) {
            String id = "duels_" + ranking;
            BoardSettings settings = new BoardSettings(
                            "",
                            RankingType.RATING,
                            Order.DESCENDING,
                            null,
                            0,
                            0,
                            1,
                            null,
                            null,
                            List.of(),
                            List.of(),
                            new Elo(1500, 32, Elo.Expectation.LOGISTIC))
                    .with(ranking);
            rated.create(id, settings);
            Random random = new Random(11);
            for (int i = 0; i < 12; i++) {
                List<Integer> players = new ArrayList<>(List.of(0, 1, 2, 3, 4, 5));
                Collections.shuffle(players, random);
                Match match = new Match(
                        "m" + i,
                        IntStream.range(0, 4)
                                .mapToObj(n -> new Match.Side(List.of("p" + players.get(n)), n < 2 ? 1 : 2))
                                .toList());
                MatchResult.Taken taken = (MatchResult.Taken) rated.matches.rate(Arena.GAME, id, match, true);
                rated.drain();
                Board board = rated.board(id);
                taken.ranks()
                        .forEach((player, ranked) -> assertEquals(
                                rated.rankings
                                        .rank(board, 1, rated.entries.read(board, 1, player))
                                        .rank(),
                                ranked.rank(),
                                id + ", match " + match.matchId() + ", " + player));
            }
        }
    }
}
