package dev.statecraft.leaderboard.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.MovingClock;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.score.NewScore;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Operator;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.table.StreamRecord;
import dev.statecraft.testing.fault.FaultyDynamo;
import dev.statecraft.testing.fault.FaultyDynamo.When;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A player's rank counts the own current score and no other own score, whatever part of the stream is counted and whatever
 * time the writes carry, against brute force.
 */
class OwnRankModelTest {

    private static final int PLAYERS = 6;
    private static final Instant START = Instant.parse("2091-03-01T00:00:00Z");
    private static final String ID = "board";

    private static BoardSettings settings(int lanes, Ranking ranking) {
        return new BoardSettings(
                        "",
                        RankingType.SCORE,
                        Order.DESCENDING,
                        Operator.LAST,
                        0,
                        0,
                        lanes,
                        null,
                        null,
                        List.of(),
                        List.of(),
                        null)
                .with(ranking);
    }

    private static NewScore score(String player, long value, long subscore, int number) {
        return new NewScore(player, BigDecimal.valueOf(value), BigDecimal.valueOf(subscore), null, "s" + number, null);
    }

    /** What the counted part of the stream says of the other players. */
    private static EntryRank expected(Map<String, Score> counted, Entry own, Board board) {
        Score score = own.requireScore();
        Map<String, Score> others = new TreeMap<>(counted);
        others.remove(own.playerId());
        List<Score> better = others.values().stream()
                .filter(other -> board.order().better(other, score))
                .toList();
        long place = 1L + better.size();
        long dense = 1 + better.stream().distinct().count();
        long ties = 1 + others.values().stream().filter(score::equals).count();
        return new EntryRank(
                board.ranking() == Ranking.DENSE ? dense : place, place, ties, others.size() + 1, Instant.EPOCH);
    }

    private static EntryRank withoutTime(EntryRank rank) {
        return new EntryRank(rank.rank(), rank.place(), rank.ties(), rank.total(), Instant.EPOCH);
    }

    /**
     * Two instances write; the clock of one is ahead. At 0 milliseconds all writes have the same millisecond. Consumers are
     * warm or have just started.
     */
    @ParameterizedTest(name = "seed {0}, {1} ms ahead, lanes {2}, {3}")
    @CsvSource({
        "1, 0, 1, COMPETITION",
        "2, 0, 3, DENSE",
        "3, 2, 1, DENSE",
        "4, 700, 1, COMPETITION",
        "5, 60000, 3, COMPETITION",
        "6, 700, 3, DENSE"
    })
    void anyCountedPrefix_excludesExactlyTheOwnOlderScore(long seed, long aheadMillis, int lanes, Ranking ranking) {
        Random random = new Random(seed);
        MovingClock clock = new MovingClock(START);
        MovingClock ahead = new MovingClock(START.plusMillis(aheadMillis));
        Arena one = new Arena(Map.of(), new FaultyDynamo(), clock);
        Arena other = new Arena(one.tables, Map.of(), new FaultyDynamo(), ahead);
        one.create(ID, settings(lanes, ranking));
        List<StreamRecord> pending = new ArrayList<>();
        Map<String, Score> counted = new TreeMap<>();
        Arena consumer = one;
        for (int i = 0; i < 150; i++) {
            long passed = aheadMillis == 0 ? 0 : random.nextInt(3);
            clock.move(Duration.ofMillis(passed));
            ahead.move(Duration.ofMillis(passed));
            Arena writer = random.nextBoolean() ? one : other;
            String player = "p" + random.nextInt(PLAYERS);
            NewScore next = score(player, random.nextInt(20) * 40L, random.nextInt(4) == 0 ? 2 : 0, i);
            writer.scores.submit(Arena.GAME, ID, next, false);
            pending.addAll(one.stream.next());
            if (random.nextInt(3) == 0) {
                int size = 1 + random.nextInt(pending.size());
                List<StreamRecord> batch = List.copyOf(pending.subList(0, size));
                if (random.nextInt(4) == 0) {
                    consumer = new Arena(one.tables, Map.of(), new FaultyDynamo(), clock);
                }
                assertEquals(Optional.empty(), consumer.counter.count(batch));
                pending.subList(0, size).clear();
                batch.forEach(record -> {
                    Map<String, String> after = Objects.requireNonNull(record.after());
                    counted.put(
                            Objects.requireNonNull(after.get("sk")),
                            new Score(Long.parseLong(after.get("s")), Long.parseLong(after.get("u"))));
                });
            }
            Board board = one.board(ID);
            String asked = "p" + random.nextInt(PLAYERS);
            Entry own = one.entries.read(board, 1, asked);
            if (own.score() != null) {
                assertEquals(
                        expected(counted, own, board),
                        withoutTime(one.rankings.rank(board, 1, own)),
                        "seed " + seed + ", step " + i + ", " + own + ", counted " + counted);
            }
        }
    }

    /** While a batch with the player's own change is being counted, some nodes count the old score and some the new one. */
    @ParameterizedTest
    @EnumSource(Ranking.class)
    void ownChangeThatIsBeingCounted_isNeverCountedAgainstThePlayer(Ranking ranking) {
        for (int writes = 0; writes < 16; writes++) {
            FaultyDynamo faults = new FaultyDynamo();
            MovingClock clock = new MovingClock(START);
            Arena arena = new Arena(Map.of(), faults, clock);
            arena.create(ID, settings(1, ranking));
            arena.submit(ID, "q", 5_000, 0, "q1");
            arena.submit(ID, "p", 70_000, 0, "p1");
            arena.drain();
            arena.submit(ID, "p", 3, 0, "p2");
            List<StreamRecord> batch = arena.stream.next();
            faults.failFrom(writes, When.BEFORE);
            arena.counter.count(batch);
            faults.heal();
            Board board = arena.board(ID);
            Entry own = arena.entries.read(board, 1, "p");
            assertEquals(
                    new EntryRank(2, 2, 1, 2, Instant.EPOCH),
                    withoutTime(arena.rankings.rank(board, 1, own)),
                    writes + " writes");
        }
    }

    /** The tree may count a later score than that of the entry, if the nodes are read later. */
    @ParameterizedTest
    @EnumSource(Ranking.class)
    void entryThatWasReadBeforeALaterWriteWasCounted_isNotCountedTwice(Ranking ranking) {
        Arena arena = new Arena(Map.of(), new FaultyDynamo(), new MovingClock(START));
        arena.create(ID, settings(1, ranking));
        arena.submit(ID, "q", 5_000, 0, "q1");
        arena.submit(ID, "p", 3, 0, "p1");
        arena.drain();
        Board board = arena.board(ID);
        Entry read = arena.entries.read(board, 1, "p");
        arena.submit(ID, "p", 70_000, 0, "p2");
        arena.drain();
        assertEquals(new EntryRank(2, 2, 1, 2, Instant.EPOCH), withoutTime(arena.rankings.rank(board, 1, read)));
        arena.scores.remove(Arena.GAME, ID, "p");
        Entry removed = arena.entries.read(board, 1, "p");
        assertEquals(1, arena.rankings.unranked(board, 1, removed).total());
        arena.drain();
        assertEquals(1, arena.rankings.unranked(board, 1, removed).total());
    }
}
