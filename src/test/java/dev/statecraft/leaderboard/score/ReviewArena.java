package dev.statecraft.leaderboard.score;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Bounds;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Submissions to bounded boards and their reviews, in an {@link Arena} whose writes fail on request. */
final class ReviewArena {

    static final Bounds UP_TO_100 =
            new Bounds(null, BigDecimal.valueOf(100), null, null, null, Bounds.Action.QUARANTINE);

    final FaultyDynamo faults = new FaultyDynamo();
    final Arena arena;

    ReviewArena() {
        arena = new Arena(Map.of(), faults, Clock.systemUTC());
    }

    /** An instance in any database, whose writes do not fail. */
    ReviewArena(Arena arena) {
        this.arena = arena;
    }

    /** Creates a board with bounds. */
    void board(String id, RankingType type, Bounds bounds) {
        BoardSettings plain = BoardSettings.of(type, type.defaultOrder(), null, 0, 1);
        arena.create(id, PlausibilityTest.bounded(plain, bounds, List.of()));
    }

    ScoreResult submit(String board, String player, long value, @Nullable String id) {
        return arena.scores.submit(Arena.GAME, board, score(player, value, id), true);
    }

    static NewScore score(String player, long value, @Nullable String id) {
        return new NewScore(player, BigDecimal.valueOf(value), BigDecimal.ZERO, null, id, null);
    }

    ReviewService.Result decide(String board, String id, boolean accept) {
        return arena.reviews.decide(Arena.GAME, board, id, accept);
    }

    /** A player's entry in the first season. */
    Entry entry(String board, String player) {
        return arena.scores.read(arena.board(board), 1, player);
    }
}
