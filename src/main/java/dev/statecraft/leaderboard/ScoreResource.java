package dev.statecraft.leaderboard;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.access.CurrentCaller;
import dev.statecraft.entry.Ids;
import dev.statecraft.entry.Problem;
import dev.statecraft.entry.ProblemException;
import dev.statecraft.entry.Query;
import dev.statecraft.leaderboard.EntryStore.BoardAndEntry;
import dev.statecraft.leaderboard.RankingService.Ranked;
import dev.statecraft.leaderboard.ScoreService.NewScore;
import dev.statecraft.leaderboard.ScoreService.Quarantined;
import dev.statecraft.leaderboard.ScoreService.Result;
import dev.statecraft.leaderboard.ScoreService.Taken;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
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
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Scores over HTTP: submit one or many, read or remove a player's own. */
@Path("/v1/leaderboards")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Leaderboards")
public class ScoreResource {

    /** Most scores in one batch. */
    static final int BATCH_LIMIT = 100;

    private final ScoreService scores;
    private final RankingService rankings;
    private final ListingService lists;
    private final MetadataJson metadata;
    private final CurrentCaller caller;
    private final Clock clock;

    ScoreResource(
            ScoreService scores,
            RankingService rankings,
            ListingService lists,
            MetadataJson metadata,
            CurrentCaller caller,
            Clock clock) {
        this.scores = scores;
        this.rankings = rankings;
        this.lists = lists;
        this.metadata = metadata;
        this.caller = caller;
        this.clock = clock;
    }

    /** A score to take; only the player and the value are needed. */
    public record ScoreRequest(
            @Nullable String playerId,
            @Nullable BigDecimal value,
            @Nullable BigDecimal subscore,
            @Nullable JsonNode metadata,
            @Nullable String submissionId,
            @Nullable Operator operator) {}

    /** Scores to take, each for itself. */
    public record BatchRequest(@Nullable List<@Nullable ScoreRequest> scores) {}

    /** What a submission did. */
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
            @Nullable Bound bound) {}

    /** What became of one score of a batch: its answer, or the problem. */
    public record BatchResult(
            int status,
            @JsonUnwrapped @Nullable ScoreAnswer answer,
            @Nullable Problem problem) {}

    /** One result a score, in order. */
    public record BatchAnswer(List<BatchResult> results) {}

    /** Where a player stands; an unranked player has rank, value and percentile 0. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record PlayerRank(
            String playerId,
            long rank,
            BigDecimal value,
            BigDecimal subscore,
            double percentile,
            long tieCount,
            long totalEntries,
            boolean listed,
            int season,
            Instant asOf,
            @Nullable Instant updatedAt,
            @Nullable JsonNode metadata,
            @Nullable RatingView rating,
            @Nullable String tier) {}

    /** The seed's updatePlayerScore. */
    @POST
    @Path("/{board}/scores")
    @Operation(operationId = "updatePlayerScore", summary = "Submit a score")
    @APIResponse(responseCode = "200", description = "The score is in effect")
    @APIResponse(responseCode = "202", description = "The score is put aside for review")
    public RestResponse<ScoreAnswer> submit(
            @PathParam("board") String board,
            @QueryParam("rank") @Nullable String rank,
            @HeaderParam("Idempotency-Key") @Nullable String idempotencyKey,
            ScoreRequest request) {
        Ids.check("board", board);
        boolean ranked = Query.flag("rank", rank, true);
        NewScore score = newScore(request, "", idempotencyKey);
        Result result = scores.submit(caller.game(), board, score, ranked);
        if (result instanceof Taken taken) {
            return RestResponse.ok(answer(score.playerId(), taken));
        }
        if (result instanceof Quarantined aside) {
            return RestResponse.status(RestResponse.Status.ACCEPTED, answer(score.playerId(), aside));
        }
        throw new ProblemException(problem(result, ""));
    }

    /** Takes up to {@value #BATCH_LIMIT} scores, each for itself. */
    @POST
    @Path("/{board}/scores/batch")
    @Operation(operationId = "updatePlayerScores", summary = "Submit up to 100 scores")
    public BatchAnswer submitAll(
            @PathParam("board") String board,
            @QueryParam("rank") @Nullable String rank,
            @HeaderParam("Idempotency-Key") @Nullable String idempotencyKey,
            BatchRequest request) {
        Ids.check("board", board);
        boolean ranked = Query.flag("rank", rank, true);
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
        List<Result> results = scores.submitAll(caller.game(), board, accepted, ranked)
                .orElseThrow(() -> new ProblemException(LeaderboardProblems.boardNotFound()));
        List<BatchResult> answers = new ArrayList<>();
        int next = 0;
        for (int i = 0; i < refused.size(); i++) {
            Problem problem = refused.get(i);
            if (problem == null) {
                NewScore score = accepted.get(next);
                Result result = results.get(next++);
                if (result instanceof Taken taken) {
                    answers.add(new BatchResult(200, answer(score.playerId(), taken), null));
                    continue;
                }
                if (result instanceof Quarantined aside) {
                    answers.add(new BatchResult(202, answer(score.playerId(), aside), null));
                    continue;
                }
                problem = problem(result, "scores[" + i + "].");
            }
            answers.add(new BatchResult(problem.status(), null, problem));
        }
        return new BatchAnswer(answers);
    }

    /** The seed's getPlayerRank. At most two round trips, whatever the size of the board. */
    @GET
    @Path("/{board}/players/{player}")
    @Operation(operationId = "getPlayerRank", summary = "Where a player stands")
    public RestResponse<PlayerRank> read(
            @PathParam("board") String boardId,
            @PathParam("player") String player,
            @QueryParam("season") @Nullable String season) {
        Ids.check("board", boardId);
        Ids.check("player", player);
        BoardAndEntry found = scores.read(caller.game(), boardId, player)
                .orElseThrow(() -> new ProblemException(LeaderboardProblems.boardNotFound()));
        Board board = found.board();
        int asked = LeaderboardProblems.season(board, season);
        Entry entry = asked == board.season() ? found.entry() : scores.read(board, asked, player);
        return RestResponse.ResponseBuilder.ok(rankOf(board, asked, player, entry))
                .header("Cache-Control", Freshness.NEVER)
                .build();
    }

    private PlayerRank rankOf(Board board, int asked, String player, Entry entry) {
        Score score = entry.score();
        if (score == null) {
            RankWalk.Summary summary = rankings.summary(board, asked);
            return new PlayerRank(
                    player,
                    0,
                    BigDecimal.ZERO,
                    BigDecimal.ZERO,
                    0,
                    0,
                    summary.total(),
                    false,
                    asked,
                    summary.asOf(),
                    null,
                    null,
                    null,
                    null);
        }
        Ranked ranked = rankings.rank(board, asked, entry);
        return new PlayerRank(
                player,
                ranked.rank(),
                board.value(score.value()),
                board.value(score.subscore()),
                ranked.rank() * 100.0 / ranked.total(),
                ranked.ties(),
                ranked.total(),
                lists.listed(board, asked, entry, ranked),
                asked,
                ranked.asOf(),
                Instant.ofEpochMilli(entry.reachedAt()),
                metadata.read(entry.metadata()),
                RatingView.of(board, entry, clock.millis()),
                Tier.of(board, score, ranked.rank(), ranked.total()));
    }

    /** Removes a player's entry from the running season. */
    @DELETE
    @Path("/{board}/players/{player}")
    @Operation(operationId = "removePlayer", summary = "Remove a player's entry")
    public void remove(@PathParam("board") String board, @PathParam("player") String player) {
        Ids.check("board", board);
        Ids.check("player", player);
        ScoreService.Removal removal = scores.remove(caller.game(), board, player)
                .orElseThrow(() -> new ProblemException(LeaderboardProblems.boardNotFound()));
        switch (removal) {
            case NO_ENTRY -> throw new ProblemException(LeaderboardProblems.entryNotFound());
            case BUSY -> throw new ProblemException(Problem.unavailable(1));
            case REMOVED -> {}
        }
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
                    Problem.badRequest(prefix + "value", "The field value is missing: give a number."));
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
                taken.ranked().map(Ranked::rank).orElse(null),
                taken.season(),
                taken.ranked().map(Ranked::asOf).orElse(null),
                taken.submissionId(),
                taken.replayed() ? Boolean.TRUE : null,
                taken.tier(),
                null,
                null);
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
                aside.bound());
    }

    private static Problem problem(Result result, String prefix) {
        if (result instanceof ScoreService.NoBoard) {
            return LeaderboardProblems.boardNotFound();
        }
        if (result instanceof ScoreService.Unfit unfit) {
            return Problem.of(400, "score-out-of-range", "The board cannot keep this", unfit.detail())
                    .withField(prefix + unfit.field());
        }
        if (result instanceof ScoreService.ByMatches) {
            return Problem.conflict(
                    "rated-by-matches",
                    "Matches decide on this board",
                    "A RATING board takes no scores; send the match that was played.");
        }
        if (result instanceof ScoreService.Mismatch) {
            return LeaderboardProblems.otherBody(prefix + "submissionId");
        }
        if (result instanceof ScoreService.Implausible refused) {
            return LeaderboardProblems.implausible(prefix + "value", refused);
        }
        return Problem.unavailable(1);
    }
}
