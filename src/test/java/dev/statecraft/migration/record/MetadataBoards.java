package dev.statecraft.migration.record;

import static dev.statecraft.migration.Laboratory.GAME;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.score.NewScore;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.migration.JsonFixtures;
import dev.statecraft.migration.Laboratory;
import dev.statecraft.replication.Realm;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.TestDatabase;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Boards whose entries have metadata, on new tables. */
final class MetadataBoards {

    /** A migration: {@code map} becomes {@code place.map}, and {@code level} is one higher. */
    static final String RENAME = "{'operations': [{'op': 'rename', 'from': 'map', 'path': '/place/map'},"
            + " {'op': 'increment', 'path': 'level', 'by': 1}]}";

    private final TableNames tables = TestDatabase.freshTables();

    final Laboratory lab;

    MetadataBoards(ExecutionInterceptor interceptor) {
        lab = laboratory(interceptor);
    }

    /** Another instance on the same tables, whose calls are not intercepted. */
    Laboratory other() {
        return laboratory(new ExecutionInterceptor() {});
    }

    private Laboratory laboratory(ExecutionInterceptor interceptor) {
        Realm realm = new Realm(tables, Map.of("type-cache", "0s"), interceptor, Clock.systemUTC());
        return new Laboratory(realm, Map.of(), List.of(), interceptor);
    }

    void create(String board, int lanes) {
        lab.leaderboards.create(board, RankingType.SCORE, Order.DESCENDING, null, lanes);
    }

    void submit(String board, String player, long value, @Nullable String metadata) {
        lab.leaderboards.scores.submit(
                GAME,
                board,
                new NewScore(
                        player,
                        BigDecimal.valueOf(value),
                        BigDecimal.ZERO,
                        metadata == null ? null : JsonFixtures.of(metadata).toString(),
                        null,
                        null),
                false);
    }

    void fill(String board, int lanes, int players) {
        create(board, lanes);
        for (int i = 0; i < players; i++) {
            submit(board, "p" + i, 100 + i, "{'map': 'm" + i + "', 'level': " + i + "}");
        }
        submit(board, "none", 1, null);
    }

    Entry entry(String board, String player) {
        Board found = lab.leaderboards.board(board);
        return lab.leaderboards.entries.read(found, found.season(), player);
    }

    void assertMetadata(String expected, String board, String player) {
        String metadata = entry(board, player).metadata();
        assertEquals(
                JsonFixtures.of(expected), metadata == null ? null : JsonFixtures.of(metadata), board + "/" + player);
    }
}
