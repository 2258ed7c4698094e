package dev.statecraft.leaderboard.upkeep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.OnDynamoDbLocal;
import dev.statecraft.testing.TestDatabase;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The steps of backup-and-restore.md: restored tables have the items of the originals, but new streams that do not
 * contain them and number their records anew.
 */
@OnDynamoDbLocal
class RestoredTablesTest {

    private static final int PLAYERS = 20;
    private static final int STEPS = 10;

    /** Higher than any sequence number of a stream: what a new stream cannot reach. */
    private static final String LAST_OF_OLD_STREAM = "9".repeat(38);

    private final Arena original = new Arena();
    private final DynamoDbClient dynamo = TestDatabase.client();

    @Test
    void withoutRanks_aRebuildCountsEverySeason() {
        play();
        Arena restored = restored(false);
        for (int season = 1; season <= 2; season++) {
            assertTrue(restored.audits.audit(restored.board("arena"), season).drift() > 0);
            assertTrue(restored.audits.mend(restored.board("arena"), season));
            assertTrue(mended(restored).isPresent(), "season " + season);
            assertEquals(
                    0, restored.audits.audit(restored.board("arena"), season).drift());
        }
        restored.submit("arena", "new", 10_000, 0, null);
        restored.drain();
        Board board = restored.board("arena");
        assertEquals(0, restored.audits.audit(board, 2).drift());
        assertEquals(1, restored.rankings.rankOf(board, 2, new Score(10_000, 0)).rank());
    }

    /** Nodes remember the last sequence number of the old stream, so they ignore the records of the new one. */
    @Test
    void withRanks_aRebuildMayNeverEnd() {
        play();
        Arena restored = restored(true);
        assertTrue(restored.audits.mend(restored.board("arena"), 2));
        assertEquals(Optional.empty(), mended(restored));
    }

    @Test
    void submissionsBeforeTheBackup_areRecognized() {
        play();
        original.submit("arena", "late", 77, 0, "match-1");
        Arena restored = restored(false);
        assertTrue(restored.submit("arena", "late", 77, 0, "match-1").replayed());
    }

    private void play() {
        original.create("arena", RankingType.SCORE, Order.DESCENDING, null, 2);
        for (int i = 0; i < PLAYERS; i++) {
            original.submit("arena", "p" + i, i, 0, null);
        }
        original.reset("arena", "next", null);
        for (int i = 0; i < PLAYERS; i++) {
            original.submit("arena", "p" + i, 2L * i, 0, null);
        }
        original.drain();
    }

    private Arena restored(boolean ranks) {
        TableNames tables = TestDatabase.freshTables();
        copy(original.tables.boards(), tables.boards(), false);
        copy(original.tables.entries(), tables.entries(), false);
        if (ranks) {
            copy(original.tables.ranks(), tables.ranks(), true);
        }
        Arena restored = new Arena(
                tables, Map.of("statecraft.leaderboard.rebuild-after", "PT0S"), new FaultyDynamo(), Clock.systemUTC());
        // The stream of a restored table is enabled after the restore, so it does not contain the restored items.
        while (!restored.stream.next().isEmpty()) {
            // Skipped.
        }
        return restored;
    }

    private void copy(String from, String to, boolean aheadOfNewStream) {
        dynamo.scanPaginator(scan -> scan.tableName(from).consistentRead(true)).items().stream()
                .map(HashMap::new)
                .forEach(item -> {
                    if (aheadOfNewStream) {
                        item.replaceAll((name, value) ->
                                name.matches("w\\d+") ? AttributeValue.fromN(LAST_OF_OLD_STREAM) : value);
                    }
                    dynamo.putItem(put -> put.tableName(to).item(item));
                });
    }

    private static Optional<Long> mended(Arena arena) {
        Optional<Long> mended = Optional.empty();
        for (int step = 0; step < STEPS && mended.isEmpty(); step++) {
            mended = arena.audits.goOn(arena.board("arena"), () -> true);
            arena.drain();
        }
        return mended;
    }
}
