package dev.statecraft.testing.workload;

import static dev.statecraft.leaderboard.Arena.GAME;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.EntryStore.BoardAndEntry;
import dev.statecraft.leaderboard.listing.Listing;
import dev.statecraft.leaderboard.rank.EntryRank;
import dev.statecraft.leaderboard.rank.RankingService.Standings;
import dev.statecraft.leaderboard.score.NewScore;
import dev.statecraft.leaderboard.score.ScoreResult;
import dev.statecraft.leaderboard.score.ScoreResult.Busy;
import dev.statecraft.leaderboard.score.ScoreResult.Mismatch;
import dev.statecraft.leaderboard.score.ScoreResult.Taken;
import dev.statecraft.leaderboard.season.SeasonService;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Operator;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Reward;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.table.TableNames;
import dev.statecraft.testing.Machine;
import dev.statecraft.testing.history.RankSandwich.Ranked;
import dev.statecraft.testing.simulation.Fleet;
import dev.statecraft.testing.simulation.Simulation;
import dev.statecraft.testing.simulation.Workload;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Servers submit scores of a few players to one board, alone and in batches, each under an id and repeated until it is
 * answered, while players read ranks and pages, an operator resets the board and sometimes rebuilds its rank tree, and the
 * schedule finalizes closed seasons.
 */
public final class BoardWorkload implements Workload {

    private static final String BOARD = "arena";
    private static final int PLAYERS = 5;
    private static final int SERVERS = 4;
    private static final int REQUESTS = 6;
    private static final int READERS = 2;
    private static final List<Operator> OPERATORS =
            List.of(Operator.BEST, Operator.SUM, Operator.MIN, Operator.MAX, Operator.LAST);
    private static final List<Ranking> RANKINGS = List.of(Ranking.values());
    private static final List<Reward> REWARDS = List.of(
            new Reward("gold", null, 1L, null, null),
            new Reward("podium", 2L, 3L, null, null),
            new Reward("half", null, null, BigDecimal.valueOf(60), null));

    private final Simulation simulation;
    private final BoardSettings board;
    private final int atOnce;
    private final boolean subscores;
    private final boolean exactClocks;
    private final boolean rebuilt;
    private final long spread;
    private final LeaderboardFunctions functions;
    private final BoardHistory history = new BoardHistory();

    /** The workload of one run. */
    public BoardWorkload(Simulation simulation) {
        this.simulation = simulation;
        Random random = simulation.random();
        TableNames tables = simulation.database().freshTables();
        atOnce = random.nextBoolean() ? 1 : 3;
        subscores = random.nextInt(3) == 0;
        exactClocks = random.nextInt(3) > 0;
        rebuilt = random.nextInt(3) == 0;
        spread = List.of(4L, 40L, 100_000L).get(random.nextInt(3));
        board = drawn(random);
        functions = LeaderboardFunctions.of(simulation, tables, atOnce, this::arena);
    }

    private static BoardSettings drawn(Random random) {
        return new BoardSettings(
                        "",
                        RankingType.SCORE,
                        random.nextBoolean() ? Order.DESCENDING : Order.ASCENDING,
                        OPERATORS.get(random.nextInt(OPERATORS.size())),
                        0,
                        random.nextBoolean() ? 0 : 3,
                        random.nextBoolean() ? 1 : 3,
                        null,
                        null,
                        REWARDS,
                        List.of(),
                        null)
                .with(RANKINGS.get(random.nextInt(RANKINGS.size())));
    }

    /** An instance. Its clock is right in most runs. */
    private Arena arena(Machine machine, DynamoDbClient client, TableNames tables, Map<String, String> settings) {
        Machine exact = new Machine(simulation.clock(), machine.ticker(), machine.random(), machine.threads());
        return new Arena(exactClocks ? exact : machine, client, tables, settings);
    }

    @Override
    public void prepare() {
        functions.observer().create(BOARD, board);
        functions.start();
    }

    @Override
    public void start() {
        for (int i = 0; i < SERVERS; i++) {
            String name = "server" + i;
            simulation.caller(name, () -> serve(name));
        }
        for (int i = 0; i < READERS; i++) {
            String name = "reader" + i;
            simulation.caller(name, () -> read(name));
        }
        simulation.caller("operator", this::operate);
    }

    private void serve(String server) {
        Random random = simulation.random();
        for (int i = 0; i < REQUESTS; i++) {
            simulation.pause(Duration.ofMillis(random.nextInt(400)));
            List<NewScore> scores = new ArrayList<>();
            int size = random.nextInt(4) == 0 ? 2 + random.nextInt(2) : 1;
            for (int k = 0; k < size; k++) {
                scores.add(score("p" + random.nextInt(PLAYERS), server + "-" + i + "-" + k));
            }
            boolean acknowledged = submit(server, scores);
            int more = random.nextInt(8);
            if (acknowledged && more == 0) {
                submit(server, scores);
            } else if (acknowledged && more == 1) {
                reuse(scores.get(0));
            }
        }
    }

    private NewScore score(String player, String id) {
        Random random = simulation.random();
        long value = random.nextLong(-spread / 4, spread);
        long subscore = subscores ? random.nextInt(3) : 0;
        return new NewScore(player, BigDecimal.valueOf(value), BigDecimal.valueOf(subscore), null, id, null);
    }

    /** Submits scores in one request, and returns whether all of them were acknowledged. */
    private boolean submit(String server, List<NewScore> scores) {
        boolean ranked = simulation.random().nextBoolean();
        long invoked = history.tick();
        Function<Arena, List<ScoreResult>> request = scores.size() == 1
                ? arena -> List.of(arena.scores.submit(GAME, BOARD, scores.get(0), ranked))
                : arena -> arena.scores.submitAll(GAME, BOARD, scores, ranked).orElseThrow();
        Optional<List<ScoreResult>> answered = Requests.repeated(
                simulation, functions.api(), "submit " + scores.get(0).submissionId(), request);
        long returned = history.tick();
        boolean acknowledged = true;
        for (int i = 0; i < scores.size(); i++) {
            ScoreResult result =
                    answered.isEmpty() ? new Busy() : answered.get().get(i);
            if (!(result instanceof Taken) && !(result instanceof Busy)) {
                throw new AssertionError(scores.get(i) + " is answered with " + result);
            }
            @Nullable Taken taken = result instanceof Taken one ? one : null;
            acknowledged &= taken != null;
            history.submitted(server, invoked, returned, now(), scores.get(i), taken);
            // Only an instance that serves one request at a time ranks the score of the receipt itself.
            if (taken != null && taken.ranked().isPresent() && !taken.replayed() && atOnce == 1 && scores.size() == 1) {
                history.ranked(
                        server,
                        invoked,
                        returned,
                        taken.season(),
                        scores.get(i).playerId(),
                        ranked(taken.receipt().score(), taken.ranked().get()));
            }
        }
        return acknowledged;
    }

    /** Another body under an id that was acknowledged. */
    private void reuse(NewScore first) {
        NewScore other = new NewScore(
                first.playerId(),
                first.value().add(BigDecimal.ONE),
                first.subscore(),
                null,
                first.submissionId(),
                null);
        Requests.once(
                        simulation,
                        functions.api(),
                        "reuse " + first.submissionId(),
                        arena -> arena.scores.submit(GAME, BOARD, other, false))
                .filter(result -> !(result instanceof Busy))
                .ifPresent(
                        result -> assertEquals(new Mismatch(), result, "another body under " + first.submissionId()));
    }

    private long now() {
        return simulation.clock().millis();
    }

    /**
     * An answered rank. The nodes of the tree may come from replicas, of which some are later than that of the root, and
     * {@code asOf} comes from the clock of the instance that wrote the last counted score.
     */
    private Ranked ranked(@Nullable Score score, EntryRank rank) {
        long asOf = rank.asOf()
                .minus(simulation.replicaLag())
                .minus(exactClocks ? Duration.ZERO : Fleet.MAX_SKEW)
                .toEpochMilli();
        return new Ranked(score, rank.rank(), rank.ties(), rank.total(), asOf);
    }

    /** A player's rank with the season and the score that were ranked. */
    private record Looked(int season, @Nullable Score score, EntryRank rank) {}

    private void read(String reader) {
        Random random = simulation.random();
        for (int i = 0; i < REQUESTS; i++) {
            simulation.pause(Duration.ofMillis(random.nextInt(500)));
            String player = "p" + random.nextInt(PLAYERS);
            if (random.nextInt(3) == 0) {
                readPage(player);
                continue;
            }
            long invoked = history.tick();
            Requests.once(simulation, functions.api(), "rank " + player, arena -> look(arena, player))
                    .ifPresent(looked -> history.ranked(
                            reader,
                            invoked,
                            history.tick(),
                            looked.season(),
                            player,
                            ranked(looked.score(), looked.rank())));
        }
    }

    private static Looked look(Arena arena, String player) {
        BoardAndEntry read = arena.scores.read(GAME, BOARD, player).orElseThrow();
        Entry entry = read.entry();
        boolean alone = entry.score() != null && entry.version() % 2 == 0;
        EntryRank rank = alone
                ? arena.rankings.rank(read.board(), read.board().season(), entry)
                : arena.rankings
                        .rankAcross(List.of(new Standings(read.board(), entry)))
                        .get(0);
        return new Looked(read.board().season(), entry.score(), rank);
    }

    /** A page or the surroundings of a player. While scores change, only their form is certain. */
    private void readPage(String player) {
        int offset = 1 + simulation.random().nextInt(3);
        Requests.once(simulation, functions.api(), "page", arena -> {
                    BoardAndEntry read = arena.scores.read(GAME, BOARD, player).orElseThrow();
                    Board current = read.board();
                    return read.entry().score() == null || offset == 1
                            ? arena.lists.list(current, current.season(), offset, 3)
                            : arena.surroundings.around(current, current.season(), read.entry(), 3);
                })
                .map(Listing::entries)
                .ifPresent(rows -> {
                    for (int i = 1; i < rows.size(); i++) {
                        if (rows.get(i).position() <= rows.get(i - 1).position()) {
                            throw new AssertionError("positions do not increase: " + rows);
                        }
                    }
                });
    }

    /** Resets the board, and sometimes rebuilds the rank tree of a season in the meantime. */
    private void operate() {
        Random random = simulation.random();
        int resets = random.nextInt(3);
        for (int i = 0; i < resets; i++) {
            simulation.pause(Duration.ofMillis(random.nextInt(2_000)));
            String id = "reset-" + i;
            long invoked = history.tick();
            Optional<SeasonService.Reset> answer = Requests.repeated(
                    simulation, functions.api(), id, arena -> arena.seasons.reset(GAME, BOARD, "reason " + id, id));
            history.reset(
                    id,
                    invoked,
                    history.tick(),
                    answer.isPresent() && answer.get() instanceof SeasonService.Done done ? done.closed() : null);
            if (rebuilt && i == 0) {
                Requests.once(simulation, functions.api(), "rebuild", arena -> {
                    Board current = arena.board(BOARD);
                    return arena.audits.mend(current, 1 + random.nextInt(current.season()));
                });
            }
        }
    }

    @Override
    public void settle() {
        functions.settle(BOARD);
    }

    @Override
    public void check() {
        Arena observer = functions.observer();
        QueueWrites.count(simulation, observer.tables, "entry");
        Board current = observer.board(BOARD);
        BoardAtRest rest = new BoardAtRest(observer, current);
        rest.check();
        history.check(current, rest.entries());
        if (!rebuilt) {
            history.checkRanks(current, rest.entries());
        }
    }
}
