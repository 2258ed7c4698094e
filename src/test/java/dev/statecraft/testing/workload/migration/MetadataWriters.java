package dev.statecraft.testing.workload.migration;

import static dev.statecraft.leaderboard.Arena.GAME;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.board.BoardChange;
import dev.statecraft.leaderboard.score.MetadataService;
import dev.statecraft.leaderboard.score.NewScore;
import dev.statecraft.leaderboard.score.ScoreResult;
import dev.statecraft.leaderboard.score.ScoreResult.Busy;
import dev.statecraft.leaderboard.score.ScoreResult.NoBoard;
import dev.statecraft.leaderboard.score.ScoreResult.Taken;
import dev.statecraft.leaderboard.season.SeasonService;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Operator;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.testing.simulation.Fleet;
import dev.statecraft.testing.simulation.Simulation;
import dev.statecraft.testing.workload.BoardHistory;
import dev.statecraft.testing.workload.Requests;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Game servers that submit scores with and without metadata and change metadata while a migration converts it, and an
 * operator who creates, deletes and resets boards meanwhile. Each metadata names its writer.
 */
final class MetadataWriters {

    /** A board that exists from the beginning to the end. */
    static final String LASTING = "alpha";

    /** A board that may be deleted, and created again. */
    static final String DELETED = "beta";

    /** A board that is created while the migration runs. */
    static final String CREATED = "gamma";

    static final List<String> BOARDS = List.of(LASTING, DELETED, CREATED);

    private static final int PLAYERS = 5;

    /** The longest pause of a server, which writes again when a later phase of the run has begun. */
    private static final int MOST_PAUSE_MILLIS = 40_000;

    private final Simulation simulation;
    private final Fleet<Arena> api;
    private final boolean invalid;
    private final BoardSettings settings;
    private final Map<String, BoardHistory> histories = new TreeMap<>();
    private final Map<String, String> sent = new TreeMap<>();
    private final Set<String> deleted = new TreeSet<>();

    /**
     * The writers of a run.
     *
     * @param invalid whether the migration fails for some entries
     */
    MetadataWriters(Simulation simulation, Fleet<Arena> api, boolean invalid) {
        this.simulation = simulation;
        this.api = api;
        this.invalid = invalid;
        settings = BoardSettings.of(
                RankingType.POINTS,
                Order.DESCENDING,
                Operator.SUM,
                0,
                1 + simulation.random().nextInt(3));
        BOARDS.forEach(board -> histories.put(board, new BoardHistory()));
    }

    /** Creates the boards that exist before the migration, with one entry of each player. */
    void prepare() {
        for (String board : List.of(LASTING, DELETED)) {
            create(board);
            for (int i = 0; i < PLAYERS; i++) {
                String id = "first-" + board + i;
                submit("setup", board, List.of(score("p" + i, id, first(i, id))));
            }
            submit("setup", board, List.of(score("none", "none-" + board, null)));
        }
    }

    /** Metadata of the old form. In some runs that of the first player breaks a rule, and that of the last is a text. */
    private String first(int player, String id) {
        if (invalid && player == PLAYERS - 1) {
            return sent(id, '"' + id + '"');
        }
        int level = invalid && player == 0 ? MetadataForms.REJECTED : player;
        return sent(id, "{\"map\":\"m%d\",\"level\":%d,\"old\":true,\"by\":\"%s\"}".formatted(player, level, id));
    }

    private String metadata(String id) {
        Random random = simulation.random();
        String map = random.nextBoolean() ? "\"map\":\"live\"," : "";
        return sent(id, "{%s\"level\":%d,\"by\":\"%s\"}".formatted(map, random.nextInt(5), id));
    }

    private String sent(String id, String metadata) {
        sent.put(id, metadata);
        return metadata;
    }

    private static NewScore score(String player, String id, @Nullable String metadata) {
        return new NewScore(player, BigDecimal.ONE, BigDecimal.ZERO, metadata, id, null);
    }

    /** What one server does. */
    void serve(String server, int requests) {
        Random random = simulation.random();
        for (int i = 0; i < requests; i++) {
            simulation.pause(Duration.ofMillis(random.nextInt(random.nextInt(5) == 0 ? MOST_PAUSE_MILLIS : 400)));
            String board = BOARDS.get(random.nextInt(BOARDS.size()));
            String id = server + "-" + i;
            String player = "p" + random.nextInt(PLAYERS);
            int what = random.nextInt(8);
            if (what < 3) {
                NewScore score = score(player, id, metadata(id));
                submit(server, board, List.of(score));
                if (random.nextInt(3) == 0) {
                    submit(server, board, List.of(score));
                }
            } else if (what < 5) {
                submit(server, board, List.of(score(player, id, null)));
            } else if (what == 5) {
                String other = "p" + random.nextInt(PLAYERS);
                submit(server, board, List.of(score(player, id, metadata(id)), score(other, id + "-other", null)));
            } else {
                change(board, player, id, what == 6 && random.nextInt(3) == 0);
            }
        }
    }

    private void submit(String server, String board, List<NewScore> scores) {
        BoardHistory history = history(board);
        long invoked = history.tick();
        Function<Arena, List<ScoreResult>> request = scores.size() == 1
                ? arena -> List.of(arena.scores.submit(GAME, board, scores.get(0), false))
                : arena -> arena.scores.submitAll(GAME, board, scores, false).orElse(List.of());
        List<ScoreResult> answered = Requests.repeated(
                        simulation, api, "submit " + scores.get(0).submissionId() + " to " + board, request)
                .orElse(List.of());
        long returned = history.tick();
        for (int i = 0; i < scores.size(); i++) {
            ScoreResult result = answered.isEmpty() ? new Busy() : answered.get(i);
            boolean expected = result instanceof Taken
                    || result instanceof Busy
                    || (result instanceof NoBoard && !board.equals(LASTING));
            if (!expected) {
                throw new AssertionError(scores.get(i) + " is answered with " + result);
            }
            history.submitted(
                    server,
                    invoked,
                    returned,
                    simulation.clock().millis(),
                    scores.get(i),
                    result instanceof Taken taken ? taken : null);
        }
    }

    /** Changes metadata without a score. A repeated request is another change, so each attempt has its own metadata. */
    private void change(String board, String player, String id, boolean removed) {
        AtomicInteger attempts = new AtomicInteger();
        Optional<MetadataService.Result> unused =
                Requests.repeated(simulation, api, "change " + id + " of " + board + "/" + player, arena -> {
                    String metadata = removed ? null : metadata(id + "-" + attempts.incrementAndGet());
                    return arena.metadata.change(GAME, board, player, metadata);
                });
    }

    /** What the operator of the boards does. */
    void operate() {
        Random random = simulation.random();
        pause();
        create(CREATED);
        if (random.nextInt(3) == 0) {
            pause();
            reset();
        }
        if (random.nextBoolean()) {
            pause();
            deleted.add(DELETED);
            Optional<BoardChange> unused =
                    Requests.repeated(simulation, api, "delete", arena -> arena.boards.delete(GAME, DELETED));
            if (random.nextBoolean()) {
                pause();
                create(DELETED);
            }
        }
    }

    private void pause() {
        Random random = simulation.random();
        simulation.pause(Duration.ofMillis(random.nextInt(random.nextInt(3) == 0 ? MOST_PAUSE_MILLIS : 2_000)));
    }

    private void create(String board) {
        Requests.repeated(simulation, api, "create " + board, arena -> arena.boards
                .create(GAME, board, settings)
                .isPresent());
    }

    private void reset() {
        BoardHistory history = history(LASTING);
        long invoked = history.tick();
        Optional<SeasonService.Reset> answer = Requests.repeated(
                simulation, api, "reset", arena -> arena.seasons.reset(GAME, LASTING, "reason", "reset"));
        history.reset(
                "reset",
                invoked,
                history.tick(),
                answer.isPresent() && answer.get() instanceof SeasonService.Done done ? done.closed() : null);
    }

    /** What callers of a board sent and were answered. */
    BoardHistory history(String board) {
        return Objects.requireNonNull(histories.get(board));
    }

    /** Whether a board was deleted, so that its answers do not agree with the stored entries. */
    boolean isDeleted(String board) {
        return deleted.contains(board);
    }

    /** The metadata that was sent, by writer. */
    Map<String, String> sent() {
        return sent;
    }
}
