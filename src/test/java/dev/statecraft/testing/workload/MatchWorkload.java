package dev.statecraft.testing.workload;

import static dev.statecraft.leaderboard.Arena.GAME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.MatchRecord;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.match.Match;
import dev.statecraft.leaderboard.match.Match.Side;
import dev.statecraft.leaderboard.match.MatchResult;
import dev.statecraft.leaderboard.match.MatchResult.Busy;
import dev.statecraft.leaderboard.match.MatchResult.Mismatch;
import dev.statecraft.leaderboard.match.MatchResult.Taken;
import dev.statecraft.leaderboard.match.MatchService;
import dev.statecraft.leaderboard.season.SeasonService;
import dev.statecraft.rating.Elo;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.simulation.Simulation;
import dev.statecraft.testing.simulation.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Servers report matches of a few players to a board with ratings, each match under an id and repeated until it is answered;
 * rarely a match fills a whole transaction. An operator resets the board.
 */
public final class MatchWorkload implements Workload {

    private static final String BOARD = "ladder";
    private static final Elo ELO = new Elo(1500, 32, Elo.Expectation.LOGISTIC);
    private static final int PLAYERS = 7;
    private static final int SERVERS = 4;
    private static final int MATCHES = 5;

    private final Simulation simulation;
    private final LeaderboardFunctions functions;
    private final boolean full;
    private final List<Reported> reported = new ArrayList<>();
    private final Map<Integer, Long> closedAt = new TreeMap<>();
    private long instant;

    /** A report of a match. {@code record} is null if its outcome is unknown. */
    private record Reported(
            Match match, long invoked, @Nullable MatchRecord record, boolean first) {}

    /** The workload of one run. */
    public MatchWorkload(Simulation simulation) {
        this.simulation = simulation;
        TableNames tables = simulation.database().freshTables();
        full = simulation.random().nextInt(10) == 0;
        functions = LeaderboardFunctions.of(simulation, tables);
    }

    @Override
    public void prepare() {
        functions.observer().createRated(BOARD, ELO);
        functions.start();
    }

    @Override
    public void start() {
        for (int i = 0; i < SERVERS; i++) {
            String name = "server" + i;
            simulation.caller(name, () -> serve(name));
        }
        if (simulation.random().nextBoolean()) {
            simulation.caller("operator", this::reset);
        }
    }

    private void serve(String server) {
        Random random = simulation.random();
        for (int i = 0; i < MATCHES; i++) {
            simulation.pause(Duration.ofMillis(random.nextInt(400)));
            boolean whole = full && server.equals("server0") && i == 1;
            Match match = whole ? wholeTransaction(server + "-" + i) : match(server + "-" + i);
            boolean known = report(match, true);
            int more = random.nextInt(6);
            if (more == 0) {
                report(match, false);
            } else if (more == 1 && known) {
                List<Side> reversed = new ArrayList<>(match.sides());
                Collections.reverse(reversed);
                Match other = new Match(match.matchId(), reversed);
                Requests.once(
                                simulation,
                                functions.api(),
                                "reuse " + match.matchId(),
                                arena -> arena.matches.rate(GAME, BOARD, other, false))
                        .filter(result -> !(result instanceof Busy))
                        .ifPresent(result -> assertEquals(new Mismatch(), result, "another body of " + match));
            }
        }
    }

    /** A match of teams of equal size: what one team wins, others lose. */
    private Match match(String id) {
        Random random = simulation.random();
        List<String> players = new ArrayList<>(
                IntStream.range(0, PLAYERS).mapToObj(i -> "p" + i).toList());
        Collections.shuffle(players, random);
        int size = 1 + random.nextInt(2);
        int teams = 2 + random.nextInt(2);
        List<Side> sides = new ArrayList<>();
        for (int i = 0; i < teams; i++) {
            sides.add(new Side(List.copyOf(players.subList(i * size, (i + 1) * size)), 1 + random.nextInt(teams)));
        }
        return new Match(id, sides);
    }

    private static Match wholeTransaction(String id) {
        return new Match(
                id,
                IntStream.range(0, MatchService.MOST_PLAYERS)
                        .mapToObj(i -> new Side(List.of("p" + i), i + 1))
                        .toList());
    }

    /** Reports a match, and returns whether it was acknowledged. */
    private boolean report(Match match, boolean first) {
        boolean ranked = simulation.random().nextInt(3) == 0;
        long invoked = ++instant;
        Optional<MatchResult> answer = Requests.repeated(
                simulation,
                functions.api(),
                "match " + match.matchId(),
                arena -> arena.matches.rate(GAME, BOARD, match, ranked));
        MatchResult result = answer.orElseGet(Busy::new);
        if (!(result instanceof Busy) && !(result instanceof Taken)) {
            throw new AssertionError(match + " is answered with " + result);
        }
        if (result instanceof Taken taken) {
            checkRanks(taken);
        }
        @Nullable MatchRecord record = result instanceof Taken taken ? taken.match() : null;
        reported.add(new Reported(match, invoked, record, first));
        return record != null;
    }

    /** The root alone decides how many players are ranked, so the players of a match and all others count at most once. */
    private void checkRanks(Taken taken) {
        long most = full ? MatchService.MOST_PLAYERS : PLAYERS;
        taken.ranks().values().forEach(ranked -> {
            assertTrue(ranked.total() >= taken.ranks().size(), () -> "a player of the match is missing: " + taken);
            assertTrue(ranked.total() <= most, () -> "a player is counted twice: " + taken);
            assertTrue(ranked.rank() + ranked.ties() - 1 <= ranked.total(), () -> "more ranks than players: " + taken);
        });
    }

    private void reset() {
        simulation.pause(Duration.ofMillis(simulation.random().nextInt(1_500)));
        Requests.repeated(simulation, functions.api(), "reset", arena -> arena.seasons.reset(GAME, BOARD, "", "reset"))
                .filter(SeasonService.Done.class::isInstance)
                .ifPresent(closed -> closedAt.put(1, ++instant));
    }

    @Override
    public void settle() {
        functions.settle(BOARD);
    }

    @Override
    public void check() {
        Arena observer = functions.observer();
        QueueWrites.count(simulation, observer.tables, "matches");
        Board board = observer.board(BOARD);
        BoardAtRest rest = new BoardAtRest(observer, board);
        rest.check();
        Map<String, List<Reported>> byId = new TreeMap<>();
        reported.forEach(one -> byId.computeIfAbsent(one.match().matchId(), id -> new ArrayList<>())
                .add(one));
        byId.values().forEach(attempts -> checkMatch(attempts, rest.entries()));
        rest.entries().forEach(MatchWorkload::checkSeason);
    }

    /** A match is rated for all of its players or none, in one season, as it was answered. */
    private void checkMatch(List<Reported> attempts, Map<Integer, List<Entry>> entries) {
        Match match = attempts.get(0).match();
        List<MatchRecord> records = attempts.stream()
                .map(Reported::record)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
        assertTrue(records.size() <= 1, () -> "different answers to one match: " + attempts);
        Map<String, Receipt> receipts = new TreeMap<>();
        List<Integer> seasons = new ArrayList<>();
        long id = Receipt.idOf(match.matchId());
        entries.forEach((season, all) -> all.forEach(entry -> entry.receipts().stream()
                .filter(receipt -> receipt.id() == id)
                .forEach(receipt -> {
                    seasons.add(season);
                    Receipt twice = receipts.put(entry.playerId(), receipt);
                    assertEquals(null, twice, "rated twice: " + match + " for " + entry);
                })));
        assertTrue(seasons.stream().distinct().count() <= 1, () -> match + " is rated in the seasons " + seasons);
        int rated = receipts.size();
        int players = match.players().size();
        assertTrue(rated == players || rated == 0, () -> match + " is rated for " + receipts.keySet());
        if (records.isEmpty()) {
            return;
        }
        MatchRecord record = Objects.requireNonNull(records.get(0));
        assertEquals(players, rated, "the acknowledged " + match + " is rated for " + receipts.keySet());
        assertEquals(List.of(record.season()), seasons.stream().distinct().toList(), "season of " + match);
        long sum = 0;
        for (int i = 0; i < players; i++) {
            MatchRecord.Change change = record.changes().get(i);
            Receipt receipt =
                    Objects.requireNonNull(receipts.get(match.players().get(i)));
            assertEquals(
                    change.newValue(),
                    receipt.score().value(),
                    "rating of " + match.players().get(i));
            sum += change.newValue() - change.oldValue();
        }
        assertTrue(Math.abs(sum) <= players, "points of " + match + " that nobody lost: " + sum);
        Long closed = closedAt.get(record.season());
        assertTrue(
                closed == null || attempts.get(0).invoked() < closed,
                () -> match + " was sent after season " + record.season() + " was closed");
    }

    /** Each rating follows from the one before, and the sum of all ratings is that of new players. */
    private static void checkSeason(int season, List<Entry> entries) {
        double sum = 0;
        int rated = 0;
        for (Entry entry : entries) {
            long value = 150_000;
            for (Receipt receipt : entry.receipts()) {
                assertEquals(receipt.first() ? 0 : value, receipt.oldValue(), "rating before " + receipt);
                value = receipt.score().value();
            }
            if (entry.rated() != null) {
                sum += entry.rated().rating().mean();
                rated++;
                assertEquals(Objects.requireNonNull(entry.score()).value(), value, "rating of " + entry);
                assertEquals(entry.receipts().size(), entry.rated().matches(), "matches of " + entry);
            }
        }
        assertEquals(1500.0 * rated, sum, 1e-6, "sum of the ratings of season " + season);
    }
}
