package dev.statecraft.testing.workload;

import static dev.statecraft.leaderboard.Arena.GAME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.Arena;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.score.NewScore;
import dev.statecraft.leaderboard.score.Review;
import dev.statecraft.leaderboard.score.ReviewService;
import dev.statecraft.leaderboard.score.ScoreResult;
import dev.statecraft.leaderboard.score.ScoreResult.Busy;
import dev.statecraft.leaderboard.score.ScoreResult.Quarantined;
import dev.statecraft.leaderboard.score.ScoreResult.Taken;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Bounds;
import dev.statecraft.leaderboard.settings.Operator;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.testing.simulation.Simulation;
import dev.statecraft.testing.simulation.Workload;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Servers submit scores to a board that quarantines great increases, while several moderators accept and reject the reviews,
 * often the same ones, and an operator resets the board.
 */
public final class ReviewWorkload implements Workload {

    private static final String BOARD = "guarded";
    private static final int PLAYERS = 3;
    private static final int SERVERS = 3;
    private static final int MODERATORS = 3;
    private static final int REQUESTS = 6;
    private static final int LARGEST_PLAUSIBLE = 50;

    private final Simulation simulation;
    private final LeaderboardFunctions functions;
    private final Map<String, NewScore> sent = new TreeMap<>();
    private final Map<String, ScoreResult> answers = new TreeMap<>();
    private final List<Decision> decisions = new ArrayList<>();

    /** An answered decision of a moderator. */
    private record Decision(String id, boolean accept, ReviewService.Result result) {}

    /** The workload of one run. */
    public ReviewWorkload(Simulation simulation) {
        this.simulation = simulation;
        functions = LeaderboardFunctions.of(simulation, simulation.database().freshTables());
    }

    @Override
    public void prepare() {
        Bounds bounds =
                new Bounds(null, null, BigDecimal.valueOf(LARGEST_PLAUSIBLE), null, null, Bounds.Action.QUARANTINE);
        functions
                .observer()
                .create(
                        BOARD,
                        new BoardSettings(
                                "",
                                RankingType.SCORE,
                                Order.DESCENDING,
                                Operator.SUM,
                                0,
                                0,
                                1,
                                null,
                                bounds,
                                List.of(),
                                List.of(),
                                null));
        functions.start();
    }

    @Override
    public void start() {
        for (int i = 0; i < SERVERS; i++) {
            String name = "server" + i;
            simulation.caller(name, () -> serve(name));
        }
        for (int i = 0; i < MODERATORS; i++) {
            String name = "moderator" + i;
            simulation.caller(name, this::moderate);
        }
        if (simulation.random().nextInt(3) == 0) {
            simulation.caller("operator", () -> {
                simulation.pause(Duration.ofMillis(simulation.random().nextInt(2_000)));
                Requests.repeated(
                        simulation, functions.api(), "reset", arena -> arena.seasons.reset(GAME, BOARD, "", "reset"));
            });
        }
    }

    private void serve(String server) {
        Random random = simulation.random();
        for (int i = 0; i < REQUESTS; i++) {
            simulation.pause(Duration.ofMillis(random.nextInt(300)));
            String id = server + "-" + i;
            NewScore score = new NewScore(
                    "p" + random.nextInt(PLAYERS),
                    BigDecimal.valueOf(random.nextInt(2 * LARGEST_PLAUSIBLE)),
                    BigDecimal.ZERO,
                    null,
                    id,
                    null);
            sent.put(id, score);
            submit(score);
            if (random.nextInt(4) == 0) {
                simulation.pause(Duration.ofMillis(random.nextInt(500)));
                submit(score);
            }
        }
    }

    private void submit(NewScore score) {
        Optional<ScoreResult> answer = Requests.repeated(
                        simulation,
                        functions.api(),
                        "submit " + score.submissionId(),
                        arena -> arena.scores.submit(GAME, BOARD, score, false))
                .filter(result -> !(result instanceof Busy));
        answer.ifPresent(result -> {
            assertTrue(
                    result instanceof Taken || result instanceof Quarantined,
                    () -> score + " is answered with " + result);
            String id = String.valueOf(score.submissionId());
            ScoreResult before = answers.put(id, result);
            boolean accepted = before instanceof Quarantined && result instanceof Taken;
            assertTrue(
                    before == null || accepted || effect(before).equals(effect(result)),
                    () -> id + " is answered with " + before + " and then with " + result);
        });
    }

    private static String effect(ScoreResult result) {
        return result instanceof Taken taken
                ? taken.season() + " " + taken.receipt()
                : result instanceof Quarantined aside ? aside.season() + " " + aside.receipt() : result.toString();
    }

    private void moderate() {
        Random random = simulation.random();
        for (int i = 0; i < REQUESTS; i++) {
            simulation.pause(Duration.ofMillis(random.nextInt(500)));
            List<String> open = Requests.once(simulation, functions.api(), "reviews", arena -> arena.reviews
                            .list(arena.board(BOARD), Review.Status.PENDING, null, 10)
                            .reviews())
                    .orElse(List.of())
                    .stream()
                    .map(Review::id)
                    .toList();
            if (open.isEmpty()) {
                continue;
            }
            String id = open.get(random.nextInt(open.size()));
            boolean accept = random.nextInt(3) > 0;
            Requests.repeated(
                            simulation,
                            functions.api(),
                            (accept ? "accept " : "reject ") + id,
                            arena -> arena.reviews.decide(GAME, BOARD, id, accept))
                    .ifPresent(result -> decisions.add(new Decision(id, accept, result)));
        }
    }

    @Override
    public void settle() {
        functions.settle(BOARD);
    }

    @Override
    public void check() {
        Arena observer = functions.observer();
        Board board = observer.board(BOARD);
        BoardAtRest rest = new BoardAtRest(observer, board);
        rest.check();
        Map<String, Review> reviews = new TreeMap<>();
        observer.reviews.list(board, null, null, 1_000).reviews().forEach(review -> reviews.put(review.id(), review));
        Map<String, List<Receipt>> receipts = receipts(rest.entries());
        sent.keySet()
                .forEach(id ->
                        checkSubmission(id, answers.get(id), reviews.get(id), receipts.getOrDefault(id, List.of())));
        decisions.forEach(decision -> checkDecision(decision, reviews.get(decision.id())));
        Map<String, Integer> decided = new HashMap<>();
        decisions.stream()
                .filter(one -> one.result() instanceof ReviewService.Done done && !done.replayed())
                .forEach(one -> decided.merge(one.id(), 1, Integer::sum));
        decided.forEach((id, times) -> assertEquals(1, times, "decisions of " + id));
        rest.entries().forEach((season, entries) -> entries.forEach(entry -> checkSum(season, entry)));
    }

    private Map<String, List<Receipt>> receipts(Map<Integer, List<Entry>> entries) {
        Map<Long, String> ids = new HashMap<>();
        sent.keySet().forEach(id -> ids.put(Receipt.idOf(id), id));
        Map<String, List<Receipt>> receipts = new TreeMap<>();
        entries.values()
                .forEach(season -> season.forEach(entry -> entry.receipts().forEach(receipt -> receipts.computeIfAbsent(
                                ids.getOrDefault(receipt.id(), "nobody"), id -> new ArrayList<>())
                        .add(receipt))));
        assertEquals(null, receipts.get("nobody"), "receipts of unknown submissions");
        return receipts;
    }

    /** A submission is applied or quarantined once, and a quarantined one is applied if its review was accepted. */
    private static void checkSubmission(
            String id, @Nullable ScoreResult answer, @Nullable Review review, List<Receipt> receipts) {
        long aside = receipts.stream().filter(one -> one.quarantined() != null).count();
        long applied = receipts.size() - aside;
        String context = id + ", answered with " + answer + ", reviewed as " + review + ", has " + receipts;
        assertEquals(review == null ? 0 : 1, aside, context);
        if (review == null) {
            assertTrue(applied == 1 || (applied == 0 && answer == null), context);
        } else {
            assertEquals(review.status() == Review.Status.ACCEPTED ? 1 : 0, applied, context);
        }
        if (answer instanceof Quarantined) {
            assertTrue(review != null, context);
        }
    }

    private static void checkDecision(Decision decision, @Nullable Review review) {
        String context = decision + ", but " + review;
        assertTrue(review != null, context);
        Review.Status status = review == null ? Review.Status.PENDING : review.status();
        ReviewService.Result result = decision.result();
        Review.Status wanted = decision.accept() ? Review.Status.ACCEPTED : Review.Status.REJECTED;
        Review.Status other = decision.accept() ? Review.Status.REJECTED : Review.Status.ACCEPTED;
        if (result instanceof ReviewService.Done) {
            assertEquals(wanted, status, context);
        } else if (result instanceof ReviewService.DecidedOtherwise) {
            assertEquals(other, status, context);
        } else {
            assertTrue(result instanceof ReviewService.Busy || result instanceof ReviewService.SeasonClosed, context);
        }
    }

    /** The score is the sum of what was applied. */
    private void checkSum(int season, Entry entry) {
        long sum = 0;
        boolean scored = false;
        for (Receipt receipt : entry.receipts()) {
            if (receipt.quarantined() == null) {
                NewScore applied = sent.values().stream()
                        .filter(one -> Receipt.idOf(String.valueOf(one.submissionId())) == receipt.id())
                        .findFirst()
                        .orElseThrow();
                sum += applied.value().longValue();
                scored = true;
            }
        }
        assertEquals(
                scored ? sum : null,
                entry.score() == null ? null : entry.score().value(),
                "season " + season + ", " + entry);
    }
}
