package dev.statecraft.leaderboard.score;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.http.json.BulkRequest;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.LeaderboardProblems;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.rank.EntryRank;
import dev.statecraft.leaderboard.score.ScoreResult.Quarantined;
import dev.statecraft.leaderboard.score.ScoreResult.Taken;
import dev.statecraft.leaderboard.settings.Bound;
import dev.statecraft.leaderboard.settings.MetadataJson;
import dev.statecraft.leaderboard.settings.Operator;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Routes that submit scores, one or a batch. */
@Path("/v1/leaderboards")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Leaderboards")
public class ScoreResource {

    /** Maximum scores in one batch. */
    static final int BATCH_LIMIT = 100;

    private final ScoreService scores;
    private final MetadataJson metadata;
    private final CurrentCaller caller;
    private final Clock clock;

    ScoreResource(ScoreService scores, MetadataJson metadata, CurrentCaller caller, Clock clock) {
        this.scores = scores;
        this.metadata = metadata;
        this.caller = caller;
        this.clock = clock;
    }

    /** Input of a score; only the player and the value are required. */
    public record ScoreRequest(
            @Nullable String playerId,
            @Nullable BigDecimal value,
            @Nullable BigDecimal subscore,
            @Nullable JsonNode metadata,
            @Nullable String submissionId,
            @Nullable Operator operator) {}

    /** Input of a batch of independent scores. */
    public record BatchRequest(@Nullable List<@Nullable ScoreRequest> scores) implements BulkRequest {}

    /** API representation of the effect of a submission. */
    public record ScoreAnswer(
            String playerId,
            BigDecimal oldValue,
            BigDecimal newValue,
            BigDecimal change,
            boolean first,
            boolean improved,
            @Nullable Long rank,
            int season,
            @Nullable Instant asOf,
            String submissionId,
            @Nullable Boolean replayed,
            @Nullable String tier,
            @Nullable Boolean quarantined,
            @Nullable Bound bound,
            @Nullable Integer attempts,
            @Nullable Integer attemptsLeft) {}

    /** Result of one score of a batch: its effect or its problem. */
    public record BatchResult(
            int status,
            @JsonUnwrapped @Nullable ScoreAnswer answer,
            @Nullable Problem problem) {}

    /** One result for each score, in the order of the request. */
    public record BatchAnswer(List<BatchResult> results) {}

    /** Implements {@code updatePlayerScore} of the original Luau API. */
    @POST
    @Path("/{board}/scores")
    @Requires(Scope.BOARD_WRITE)
    @Operation(operationId = "updatePlayerScore", summary = "Submit a score")
    public RestResponse<ScoreAnswer> submit(
            @PathParam("board") String board,
            @QueryParam("rank") @Nullable String rank,
            @HeaderParam("Idempotency-Key") @Nullable String idempotencyKey,
            ScoreRequest request) {
        Ids.check("board", board);
        boolean ranked = QueryParameters.flag("rank", rank, true);
        NewScore score = newScore(request, "", idempotencyKey);
        ScoreResult result = scores.submit(caller.game(), board, score, ranked);
        if (result instanceof Taken taken) {
            return RestResponse.ok(answer(score.playerId(), taken));
        }
        if (result instanceof Quarantined aside) {
            return RestResponse.status(RestResponse.Status.ACCEPTED, answer(score.playerId(), aside));
        }
        throw new ProblemException(problem(result, "", score.playerId()));
    }

    /** Submits up to {@value #BATCH_LIMIT} independent scores. */
    @POST
    @Path("/{board}/scores/batch")
    @Requires(Scope.BOARD_WRITE)
    @Operation(operationId = "updatePlayerScores", summary = "Submit up to 100 scores")
    public BatchAnswer submitAll(
            @PathParam("board") String board,
            @QueryParam("rank") @Nullable String rank,
            @HeaderParam("Idempotency-Key") @Nullable String idempotencyKey,
            BatchRequest request) {
        Ids.check("board", board);
        boolean ranked = QueryParameters.flag("rank", rank, true);
        if (idempotencyKey != null) {
            Ids.checkPrefix("Idempotency-Key", idempotencyKey);
        }
        List<@Nullable ScoreRequest> requests = request.scores();
        if (requests == null || requests.isEmpty() || requests.size() > BATCH_LIMIT) {
            throw new ProblemException(Problem.badRequest("scores", "A batch has 1 to " + BATCH_LIMIT + " scores."));
        }
        List<@Nullable Problem> refused = new ArrayList<>();
        List<NewScore> accepted = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            try {
                accepted.add(newScore(
                        requests.get(i),
                        "scores[" + i + "].",
                        idempotencyKey == null ? null : idempotencyKey + ":" + i));
                refused.add(null);
            } catch (ProblemException e) {
                refused.add(e.problem());
            }
        }
        List<ScoreResult> results = scores.submitAll(caller.game(), board, accepted, ranked)
                .orElseThrow(() -> new ProblemException(LeaderboardProblems.boardNotFound()));
        List<BatchResult> answers = new ArrayList<>();
        int next = 0;
        for (int i = 0; i < refused.size(); i++) {
            Problem problem = refused.get(i);
            if (problem == null) {
                NewScore score = accepted.get(next);
                ScoreResult result = results.get(next++);
                if (result instanceof Taken taken) {
                    answers.add(new BatchResult(200, answer(score.playerId(), taken), null));
                    continue;
                }
                if (result instanceof Quarantined aside) {
                    answers.add(new BatchResult(202, answer(score.playerId(), aside), null));
                    continue;
                }
                problem = problem(result, "scores[" + i + "].", score.playerId());
            }
            answers.add(new BatchResult(problem.status(), null, problem));
        }
        return new BatchAnswer(answers);
    }

    private NewScore newScore(@Nullable ScoreRequest request, String prefix, @Nullable String idempotencyKey) {
        if (request == null) {
            throw new ProblemException(
                    Problem.badRequest(prefix.substring(0, prefix.length() - 1), "A score is an object."));
        }
        String player = Ids.check(prefix + "playerId", request.playerId());
        BigDecimal value = request.value();
        if (value == null) {
            throw new ProblemException(
                    Problem.badRequest(prefix + "value", "The field value is missing. Give a number."));
        }
        String id = request.submissionId() != null
                ? Ids.check(prefix + "submissionId", request.submissionId())
                : idempotencyKey == null ? null : Ids.check("Idempotency-Key", idempotencyKey);
        return new NewScore(
                player,
                value,
                request.subscore() == null ? BigDecimal.ZERO : request.subscore(),
                metadata.write(prefix + "metadata", request.metadata()),
                id,
                request.operator());
    }

    private static ScoreAnswer answer(String player, Taken taken) {
        Receipt receipt = taken.receipt();
        Board board = taken.board();
        long newValue = receipt.score().value();
        return new ScoreAnswer(
                player,
                board.value(receipt.oldValue()),
                board.value(newValue),
                board.value(newValue - receipt.oldValue()),
                receipt.first(),
                receipt.improved(),
                taken.ranked().map(EntryRank::rank).orElse(null),
                taken.season(),
                taken.ranked().map(EntryRank::asOf).orElse(null),
                taken.submissionId(),
                taken.replayed() ? Boolean.TRUE : null,
                taken.tier(),
                null,
                null,
                taken.attempts(),
                left(board, taken.attempts()));
    }

    private static @Nullable Integer left(Board board, @Nullable Integer attempts) {
        return attempts == null ? null : board.settings().terms().remaining(attempts);
    }

    private static ScoreAnswer answer(String player, Quarantined aside) {
        BigDecimal kept = aside.board().value(aside.receipt().oldValue());
        return new ScoreAnswer(
                player,
                kept,
                kept,
                BigDecimal.ZERO,
                false,
                false,
                null,
                aside.season(),
                null,
                aside.submissionId(),
                aside.replayed() ? Boolean.TRUE : null,
                null,
                true,
                aside.bound(),
                aside.attempts(),
                left(aside.board(), aside.attempts()));
    }

    private Problem problem(ScoreResult result, String prefix, String player) {
        if (result instanceof ScoreResult.NoBoard) {
            return LeaderboardProblems.boardNotFound();
        }
        if (result instanceof ScoreResult.Unfit unfit) {
            return Problem.of(
                            400,
                            "score-out-of-range",
                            "The value is outside the range or precision of the board",
                            unfit.detail())
                    .withField(prefix + unfit.field());
        }
        if (result instanceof ScoreResult.ByMatches) {
            return Problem.conflict(
                    "rated-by-matches",
                    "RATING boards accept matches, not scores",
                    "Submit the result of a match to this board.");
        }
        if (result instanceof ScoreResult.Mismatch) {
            return LeaderboardProblems.otherBody(prefix + "submissionId");
        }
        if (result instanceof ScoreResult.NotOpen refused) {
            return LeaderboardProblems.notOpen(refused.board(), refused.status(), clock.instant());
        }
        if (result instanceof ScoreResult.Exhausted refused) {
            return LeaderboardProblems.exhausted(refused.board(), prefix + "playerId", player, refused.attempts());
        }
        if (result instanceof ScoreResult.Implausible refused) {
            return implausible(prefix + "value", refused);
        }
        return Problem.unavailable(1);
    }

    /** The problem of a score that violates a bound of the board. */
    private static Problem implausible(String field, ScoreResult.Implausible refused) {
        Bound bound = refused.bound();
        Problem problem = bound == Bound.PER_MINUTE
                ? Problem.tooManyRequests(
                        refused.retryAfterSeconds(),
                        "The board accepts " + refused.limit().toPlainString() + " submissions per player and minute.")
                : Problem.unprocessable(
                                "score-implausible",
                                "The score violates a bound of the board",
                                "The score violates the bound " + bound + ", which is "
                                        + refused.limit().toPlainString() + ".")
                        .withField(field);
        problem = problem.with("bound", bound).with("limit", refused.limit());
        // A result of a batch has no Retry-After header of its own.
        return bound == Bound.PER_MINUTE ? problem.with("retryAfterSeconds", refused.retryAfterSeconds()) : problem;
    }
}
