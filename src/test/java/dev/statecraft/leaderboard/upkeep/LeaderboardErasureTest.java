package dev.statecraft.leaderboard.upkeep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.MovingClock;
import dev.statecraft.leaderboard.StoredItems;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.score.NewScore;
import dev.statecraft.leaderboard.score.ReviewService;
import dev.statecraft.leaderboard.score.ScoreResult;
import dev.statecraft.leaderboard.season.Award;
import dev.statecraft.leaderboard.season.AwardStore;
import dev.statecraft.leaderboard.season.AwardsGiven;
import dev.statecraft.leaderboard.settings.Bounds;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Reward;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.table.ItemChange;
import dev.statecraft.table.ScanPage;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.TestDatabase;
import dev.statecraft.testing.fault.AwsOperation;
import dev.statecraft.testing.fault.FaultyDynamo;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** No item contains an erased player, despite concurrent writes. */
class LeaderboardErasureTest {

    private static final Map<String, String> SETTINGS =
            Map.of("statecraft.leaderboard.erased-seasons", "7", "statecraft.leaderboard.rebuild-after", "PT0S");

    private final MovingClock clock = new MovingClock(Instant.parse("2093-11-23T00:00:00Z"));
    private static final Set<AwsOperation> PUTS = Set.of(AwsOperation.PUT_ITEM, AwsOperation.TRANSACT_WRITE);

    private final FaultyDynamo between = new FaultyDynamo();
    private final Arena arena = new Arena(SETTINGS, between, clock);
    private final FaultyDynamo faults = new FaultyDynamo();
    private final Arena other = new Arena(arena.tables, SETTINGS, faults, clock);
    private final StoredItems items = new StoredItems(arena.tables);

    @Test
    void deletedBoards_areErasedTooAndASecondPassWritesNothing() {
        for (int epoch = 0; epoch < 3; epoch++) {
            play("board");
            if (epoch < 2) {
                arena.boards.delete(Arena.GAME, "board");
            }
        }
        assertTrue(items.naming("p0").size() > 12);
        assertTrue(erase(arena, "p0").touched() > 12);
        arena.drain();
        assertEquals(Set.of(), items.naming("p0"));
        assertEquals(
                2,
                arena.rankings.rankOf(arena.board("board"), 2, new Score(1, 0)).total());
        faults.heal();
        assertEquals(0, erase(other, "p0").touched());
        assertEquals(0, faults.writes());
    }

    @Test
    void manySeasons_areErasedInRepeatableSteps() {
        arena.create("many", RankingType.SCORE, Order.DESCENDING, null, 1);
        for (int season = 1; season <= 30; season++) {
            if (season % 10 == 0 || season == 1) {
                arena.submit("many", "p0", season, 0, null);
            }
            arena.reset("many", "over", null);
        }
        arena.create("other", RankingType.SCORE, Order.DESCENDING, null, 1);
        arena.submit("other", "p0", 1, 0, null);
        List<String> cursors = new ArrayList<>();
        long touched = 0;
        String cursor = null;
        do {
            ScanPage step = arena.erasures.erase(Arena.GAME, "p0", cursor);
            assertEquals(
                    new ScanPage(step.next(), 0),
                    arena.erasures.erase(Arena.GAME, "p0", cursor),
                    "the same step again has nothing to do");
            touched += step.touched();
            cursor = step.next();
            cursors.add(String.valueOf(cursor));
        } while (cursor != null);
        assertEquals(List.of("many#0#8", "many#0#15", "many#0#22", "many#0#29", "many", "other", "null"), cursors);
        assertTrue(touched >= 5, touched + " touched");
        assertEquals(Set.of(), items.naming("p0"));
    }

    @Test
    void boardRecreatedDuringErasure_isErasedInBothEpochs() {
        arena.create("board", RankingType.SCORE, Order.DESCENDING, null, 1);
        for (int season = 1; season <= 10; season++) {
            arena.reset("board", "over", null);
        }
        arena.submit("board", "p0", 1, 0, null);
        String cursor = arena.erasures.erase(Arena.GAME, "p0", null).next();
        assertEquals("board#0#8", cursor);
        arena.boards.delete(Arena.GAME, "board");
        arena.create("board", RankingType.SCORE, Order.DESCENDING, null, 1);
        arena.submit("board", "p0", 1, 0, null);
        while (cursor != null) {
            cursor = arena.erasures.erase(Arena.GAME, "p0", cursor).next();
        }
        assertEquals(Set.of(), items.naming("p0"));
    }

    @Test
    void concurrentErasures_restoreNoPlayer() {
        play("board");
        int stood = items.naming("p1").size();
        assertTrue(stood > 4);
        // Each write of one erasure waits for all writes of the other, which has read the same pages.
        between.beforeNext(PUTS, () -> assertTrue(erase(other, "p1").touched() > 0));
        erase(arena, "p0");
        assertTrue(between.hasActed());
        assertEquals(Set.of(), items.naming("p0"));
        assertEquals(Set.of(), items.naming("p1"));
        Board board = arena.board("board");
        assertEquals(
                List.of("p2", ScanPage.ERASED_PLAYER, ScanPage.ERASED_PLAYER),
                arena.seasons.awards(board, 1, 0, 10).stream()
                        .map(Award::playerId)
                        .toList());
    }

    @Test
    void anonymization_grantsNoAward() {
        play("board");
        List<ItemChange> given = changes();
        assertEquals(Set.of("p0", "p1", "p2"), awardedPlayers(given));
        erase(arena, "p1");
        List<ItemChange> afterwards = changes().subList(given.size(), changes().size());
        assertTrue(afterwards.stream()
                .anyMatch(change -> String.valueOf(change.after()).contains(ScanPage.ERASED_PLAYER)));
        assertEquals(Set.of(), awardedPlayers(afterwards));
        // A page that is written again with another player reports only that player.
        Board board = arena.board("board");
        DynamoDbClient dynamo = TestDatabase.client();
        AwardStore awards = new AwardStore(dynamo, arena.tables, Machine.real().batches(dynamo));
        List<Award> page = new ArrayList<>(arena.seasons.awards(board, 1, 0, 10));
        Award last = page.get(2);
        page.set(2, new Award("new", last.position(), last.rank(), last.score(), last.reward()));
        int before = changes().size();
        awards.put(board, 1, page);
        assertEquals(Set.of("new"), awardedPlayers(changes().subList(before, before + 1)));
    }

    @Test
    void purge_causesNoEvents() {
        play("board");
        arena.boards.delete(Arena.GAME, "board");
        int before = changes().size();
        clock.move(Duration.ofMinutes(5));
        arena.purges.resume(Arena.GAME, () -> true);
        arena.drain();
        clock.move(Duration.ofHours(26));
        assertEquals(1, arena.purges.resume(Arena.GAME, () -> true));
        List<ItemChange> purged = changes().subList(before, changes().size());
        assertTrue(purged.size() > 5);
        LeaderboardStreamService stream = new LeaderboardStreamService();
        for (ItemChange change : purged) {
            assertTrue(stream.board(change).isEmpty(), change::toString);
            assertTrue(stream.season(change).isEmpty(), change::toString);
            assertTrue(stream.awards(change).isEmpty(), change::toString);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void reviewErasedConcurrently_isNotFound(boolean accept) {
        Bounds bounds = new Bounds(null, BigDecimal.valueOf(100), null, null, null, Bounds.Action.QUARANTINE);
        arena.create("board", 1, bounds, List.of());
        NewScore doubtful = new NewScore("p0", BigDecimal.valueOf(500), BigDecimal.ZERO, null, "s-1", null);
        assertInstanceOf(ScoreResult.Quarantined.class, arena.scores.submit(Arena.GAME, "board", doubtful, false));
        between.beforeNext(PUTS, () -> erase(other, "p0"));
        assertInstanceOf(ReviewService.NoReview.class, arena.reviews.decide(Arena.GAME, "board", "s-1", accept));
        assertEquals(Set.of(), items.naming("p0"));
    }

    @Test
    void rebuild_doesNotRestoreAnErasedPlayer() {
        arena.create("board", RankingType.SCORE, Order.DESCENDING, null, 1);
        arena.submit("board", "p0", 1, 0, null);
        arena.drain();
        assertTrue(arena.audits.mend(arena.board("board"), 1));
        Board board = arena.board("board");
        between.beforeNext(PUTS, () -> erase(other, "p0"));
        assertFalse(arena.audits.goOn(board, () -> true).isPresent());
        assertTrue(between.hasActed());
        assertEquals(Set.of(), items.naming("p0"));
    }

    /** A closed season with awards, a snapshot and samples; a current season; and a review. */
    private void play(String id) {
        Bounds bounds = new Bounds(null, BigDecimal.valueOf(100), null, null, null, Bounds.Action.QUARANTINE);
        Reward all = new Reward("all", null, null, BigDecimal.valueOf(100), null);
        arena.create(id, 1, bounds, List.of(all));
        for (int season = 1; season <= 2; season++) {
            for (int player = 0; player < 3; player++) {
                arena.submit(id, "p" + player, player, 0, null);
                NewScore doubtful = new NewScore(
                        "p" + player,
                        BigDecimal.valueOf(500),
                        BigDecimal.ZERO,
                        null,
                        "doubt-" + season + "-" + player,
                        null);
                arena.scores.submit(Arena.GAME, id, doubtful, false);
            }
            if (season == 1) {
                arena.reset(id, "over", null);
                arena.drain();
                clock.move(Duration.ofSeconds(6));
                arena.upkeep();
            }
        }
        arena.drain();
    }

    private static ScanPage erase(Arena where, String player) {
        long touched = 0;
        String cursor = null;
        do {
            ScanPage step = where.erasures.erase(Arena.GAME, player, cursor);
            touched += step.touched();
            cursor = step.next();
        } while (cursor != null);
        return new ScanPage(null, touched);
    }

    private static Set<String> awardedPlayers(List<ItemChange> changes) {
        Set<String> players = new TreeSet<>();
        LeaderboardStreamService stream = new LeaderboardStreamService();
        for (ItemChange change : changes) {
            stream.awards(change)
                    .map(AwardsGiven::awards)
                    .ifPresent(awards -> awards.forEach(award -> players.add(award.playerId())));
        }
        return players;
    }

    /** All records of the boards table's stream. */
    private List<ItemChange> changes() {
        DynamoDbStreamsClient streams = TestDatabase.streams();
        String arn = streams.listStreams(list -> list.tableName(arena.tables.boards()))
                .streams()
                .get(0)
                .streamArn();
        List<ItemChange> changes = new ArrayList<>();
        streams.describeStream(describe -> describe.streamArn(arn))
                .streamDescription()
                .shards()
                .forEach(shard -> {
                    String iterator = streams.getShardIterator(get -> get.streamArn(arn)
                                    .shardId(shard.shardId())
                                    .shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                            .shardIterator();
                    boolean more = true;
                    while (more && iterator != null) {
                        String from = iterator;
                        var response = streams.getRecords(
                                get -> get.shardIterator(from).limit(1000));
                        response.records()
                                .forEach(record -> changes.add(new ItemChange(
                                        record.dynamodb().sequenceNumber(),
                                        arena.tables.boards(),
                                        record.dynamodb().hasOldImage()
                                                ? record.dynamodb().oldImage()
                                                : null,
                                        record.dynamodb().hasNewImage()
                                                ? record.dynamodb().newImage()
                                                : null)));
                        more = !response.records().isEmpty();
                        iterator = response.nextShardIterator();
                    }
                });
        return changes;
    }
}
