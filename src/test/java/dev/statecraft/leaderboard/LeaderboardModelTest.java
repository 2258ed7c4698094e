package dev.statecraft.leaderboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.RankedEntry;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.listing.Listing;
import dev.statecraft.leaderboard.listing.ListingService;
import dev.statecraft.leaderboard.rank.Distribution.Bucket;
import dev.statecraft.leaderboard.rank.EntryRank;
import dev.statecraft.leaderboard.score.NewScore;
import dev.statecraft.leaderboard.score.ScoreResult;
import dev.statecraft.leaderboard.score.ScoreResult.Taken;
import dev.statecraft.leaderboard.score.ScoreService;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Operator;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Score;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Random operations on real tables against a sorted list (invariants S1, S2, R2, R4, R5). */
class LeaderboardModelTest {

    private record Kept(String player, Score score, long reachedAt) {}

    private record Sent(String player, long value, long subscore, String id, Taken taken) {}

    private final MovingClock clock = new MovingClock(Instant.parse("2093-11-23T00:00:00Z"));
    private final Arena arena = new Arena(Map.of(), new ExecutionInterceptor() {}, clock);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7})
    void everyResponse_equalsASortedList(long seed) {
        Random random = new Random(seed);
        Order order = random.nextBoolean() ? Order.ASCENDING : Order.DESCENDING;
        List<Operator> operators = List.of(Operator.values());
        Operator operator = operators.get(random.nextInt(operators.size()));
        int lanes = seed % 2 == 0 ? 1 : 4;
        boolean subscores = seed > 2 && seed != 7;
        Ranking ranking = seed < 5 ? Ranking.COMPETITION : seed == 5 ? Ranking.UNIQUE : Ranking.DENSE;
        int most = ranking == Ranking.COMPETITION ? 400 : 30;
        String context = "seed " + seed + ", " + ranking + " " + order + " " + operator + ", lanes " + lanes;
        String id = "board_" + seed;
        arena.create(
                id,
                BoardSettings.of(RankingType.SCORE, order, operator, 0, lanes).with(ranking));

        List<Map<String, Kept>> seasons = new ArrayList<>(List.of(new HashMap<>()));
        List<Sent> sent = new ArrayList<>();
        boolean atRest = true;
        for (int i = 0; i < 160; i++) {
            Map<String, Kept> model = seasons.get(seasons.size() - 1);
            int dice = random.nextInt(40);
            // Some resets follow immediately, some after the writes of the previous season are counted.
            clock.move(Duration.ofMillis(random.nextInt(20) == 0 ? 20_000 : 1));
            boolean due = (i > 50 && i < 125 && dice == 0) || i == 125;
            if (due && model.size() > 6 && seasons.size() < 4) {
                arena.seasons.reset(Arena.GAME, id, "season " + seasons.size(), null);
                seasons.add(new HashMap<>());
            } else if (dice < 4) {
                String player = "p" + random.nextInt(40);
                boolean had = model.remove(player) != null;
                assertEquals(
                        had ? ScoreService.Removal.REMOVED : ScoreService.Removal.NO_ENTRY,
                        arena.scores.remove(Arena.GAME, id, player).orElseThrow(),
                        context);
            } else if (dice < 12 && !sent.isEmpty()) {
                // No player has more submissions than an entry stores receipts, so each may be repeated.
                Sent again = sent.get(random.nextInt(sent.size()));
                if (random.nextInt(4) == 0) {
                    assertInstanceOf(
                            ScoreResult.Mismatch.class,
                            arena.scores.submit(
                                    Arena.GAME, id, score(again.player(), again.value() + 1, again.id()), false),
                            context);
                } else {
                    Taken replay = arena.submit(id, again.player(), again.value(), again.subscore(), again.id());
                    assertTrue(replay.replayed(), context);
                    assertEquals(again.taken().receipt(), replay.receipt(), context);
                    assertEquals(again.taken().season(), replay.season(), context);
                }
            } else {
                String player = "p" + random.nextInt(40);
                long value = random.nextInt(-50, most);
                long subscore = subscores ? random.nextInt(-2, 3) : 0;
                String submission = "s" + i;
                Taken taken = arena.submit(id, player, value, subscore, submission);
                sent.add(new Sent(player, value, subscore, submission, taken));
                Kept old = model.get(player);
                Score folded = fold(operator, order, old == null ? null : old.score(), new Score(value, subscore));
                assertEquals(folded, taken.receipt().score(), context);
                assertEquals(
                        old == null ? 0 : old.score().value(), taken.receipt().oldValue(), context);
                if (old == null || !old.score().equals(folded)) {
                    model.put(player, new Kept(player, folded, taken.receipt().at()));
                }
                if (atRest) {
                    // The rank tree counts all scores except this one.
                    Kept own = model.get(player);
                    assertEquals(
                            rank(ranking, sorted(model, order), own, order),
                            taken.ranked().orElseThrow().rank(),
                            context + ", score " + i);
                }
            }
            atRest = random.nextInt(3) == 0;
            if (atRest) {
                arena.drain();
            }
        }
        arena.drain();
        for (int season = 1; season <= seasons.size(); season++) {
            check(arena.board(id), season, seasons.get(season - 1), random, context + ", season " + season);
        }
    }

    private void check(Board board, int season, Map<String, Kept> model, Random random, String context) {
        List<Kept> sorted = sorted(model, board.order());
        Ranking ranking = board.ranking();
        assertFalse(sorted.isEmpty(), context);
        for (int i = 0; i < sorted.size(); i++) {
            Kept kept = sorted.get(i);
            Entry entry = arena.scores.read(board, season, kept.player());
            EntryRank ranked = arena.rankings.rank(board, season, entry);
            long rank = rank(ranking, sorted, kept, board.order());
            assertEquals(rank, ranked.rank(), context);
            assertEquals(place(sorted, kept.score(), board.order()), ranked.place(), context);
            assertEquals(
                    sorted.stream()
                            .filter(other -> other.score().equals(kept.score()))
                            .count(),
                    ranked.ties(),
                    context);
            assertEquals(sorted.size(), ranked.total(), context);
            ListingService.Selected selected =
                    arena.lists.select(board, season, i + 1).orElseThrow();
            assertEquals(kept.score(), selected.score(), context);
            assertEquals(rank, selected.rank(), context);
            assertEquals(
                    kept.score(),
                    arena.lists.selectRank(board, season, rank).orElseThrow().score(),
                    context);
        }
        Listing all = arena.lists.list(board, season, 1, 1_000);
        assertEquals(sorted.stream().map(Kept::player).toList(), players(all), context);
        assertRanks(all, sorted, board, context);
        for (int i = 0; i < 8; i++) {
            int offset = 1 + random.nextInt(sorted.size());
            int limit = 1 + random.nextInt(10);
            Listing page = arena.lists.list(board, season, offset, limit);
            assertEquals(
                    sorted.subList(offset - 1, Math.min(sorted.size(), offset - 1 + limit)).stream()
                            .map(Kept::player)
                            .toList(),
                    players(page),
                    context + ", offset " + offset + ", limit " + limit);
            assertRanks(page, sorted, board, context);

            Kept middle = sorted.get(random.nextInt(sorted.size()));
            Listing around =
                    arena.surroundings.around(board, season, arena.scores.read(board, season, middle.player()), limit);
            assertTrue(players(around).contains(middle.player()), context);
            assertEquals(Math.min(limit, sorted.size()), around.entries().size(), context);
            assertRanks(around, sorted, board, context);
        }
        List<String> walked = new ArrayList<>();
        Listing page = arena.lists.list(board, season, 1, 7);
        walked.addAll(players(page));
        while (page.next().isPresent()) {
            page = arena.lists.listAfter(board, season, page.next().get(), 7);
            walked.addAll(players(page));
            assertRanks(page, sorted, board, context);
        }
        assertEquals(sorted.stream().map(Kept::player).toList(), walked, context);
        List<String> back = new ArrayList<>(players(page));
        while (page.previous().isPresent()) {
            page = arena.lists.listBefore(board, season, page.previous().get(), 5);
            back.addAll(0, players(page));
            assertRanks(page, sorted, board, context);
        }
        assertEquals(sorted.stream().map(Kept::player).toList(), back, context);
        Listing named = arena.lists.players(
                board,
                season,
                arena.scores.readAll(
                        board, season, sorted.stream().map(Kept::player).toList()));
        assertEquals(sorted.stream().map(Kept::player).toList(), players(named), context);
        assertRanks(named, sorted, board, context);

        assertBuckets(arena.distributions.exact(board, season, 7).buckets(), sorted, context);
        assertBuckets(arena.distributions.distribution(board, season, 7).buckets(), sorted, context);
        assertEquals(0, arena.audits.audit(board, season).drift(), context);
    }

    private static void assertBuckets(List<Bucket> buckets, List<Kept> sorted, String context) {
        for (int i = 0; i < buckets.size(); i++) {
            Bucket bucket = buckets.get(i);
            boolean last = i == buckets.size() - 1;
            assertEquals(
                    sorted.stream()
                            .mapToLong(kept -> kept.score().value())
                            .filter(value ->
                                    value >= bucket.from() && (last ? value <= bucket.to() : value < bucket.to()))
                            .count(),
                    bucket.count(),
                    context);
        }
        assertTrue(buckets.size() <= 7, context);
        assertEquals(sorted.size(), buckets.stream().mapToLong(Bucket::count).sum(), context);
    }

    private static void assertRanks(Listing listing, List<Kept> sorted, Board board, String context) {
        listing.entries().forEach(entry -> {
            Kept kept = sorted.get((int) entry.position() - 1);
            assertEquals(kept.player(), entry.playerId(), context);
            assertEquals(rank(board.ranking(), sorted, kept, board.order()), entry.rank(), context);
        });
    }

    private static List<Kept> sorted(Map<String, Kept> model, Order order) {
        List<Kept> sorted = new ArrayList<>(model.values());
        sorted.sort(Comparator.comparing(Kept::score, order.bestFirst())
                .thenComparing(Kept::reachedAt)
                .thenComparing(Kept::player));
        return sorted;
    }

    private static long rank(Ranking ranking, List<Kept> sorted, Kept kept, Order order) {
        long distinct = 1
                + sorted.stream()
                        .map(Kept::score)
                        .filter(other -> order.better(other, kept.score()))
                        .distinct()
                        .count();
        return ranking.of(place(sorted, kept.score(), order), distinct, sorted.indexOf(kept) + 1);
    }

    private static long place(List<Kept> sorted, Score score, Order order) {
        return 1
                + sorted.stream()
                        .filter(other -> order.better(other.score(), score))
                        .count();
    }

    private static NewScore score(String player, long value, String id) {
        return new NewScore(player, BigDecimal.valueOf(value), BigDecimal.ZERO, null, id, null);
    }

    private static List<String> players(Listing listing) {
        return listing.entries().stream().map(RankedEntry::playerId).toList();
    }

    private static Score fold(Operator operator, Order order, Score old, Score value) {
        Score base = old == null ? Score.ZERO : old;
        return switch (operator) {
            case SUM, INCREMENT -> new Score(base.value() + value.value(), base.subscore() + value.subscore());
            case DECREMENT -> new Score(base.value() - value.value(), base.subscore() - value.subscore());
            case LAST -> value;
            case BEST -> old == null || order.better(value, old) ? value : old;
            case MIN -> old == null || value.compareTo(old) < 0 ? value : old;
            case MAX -> old == null || value.compareTo(old) > 0 ? value : old;
        };
    }
}
