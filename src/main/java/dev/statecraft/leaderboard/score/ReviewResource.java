package dev.statecraft.leaderboard.score;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.access.idempotency.IdempotentRequest;
import dev.statecraft.http.Cursor;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardService;
import dev.statecraft.leaderboard.board.LeaderboardProblems;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.score.ReviewService.Done;
import dev.statecraft.leaderboard.settings.Bound;
import dev.statecraft.leaderboard.settings.MetadataJson;
import dev.statecraft.leaderboard.settings.Operator;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Routes of reviews: list quarantined submissions, accept or reject them. */
@Path("/v1/leaderboards")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Leaderboards")
public class ReviewResource {

    private final BoardService boards;
    private final ReviewService reviews;
    private final MetadataJson metadata;
    private final CurrentCaller caller;
    private final IdempotentRequest idempotent;

    ReviewResource(
            BoardService boards,
            ReviewService reviews,
            MetadataJson metadata,
            CurrentCaller caller,
            IdempotentRequest idempotent) {
        this.idempotent = idempotent;
        this.boards = boards;
        this.reviews = reviews;
        this.metadata = metadata;
        this.caller = caller;
    }

    /** The possible decisions. */
    @Schema(name = "ReviewDecision")
    public enum Decision {
        /** The submission is applied to the current entry. */
        ACCEPT,
        /** The submission is discarded. */
        REJECT
    }

    /** Input of a decision. */
    @Schema(name = "ReviewDecisionRequest")
    public record DecisionRequest(@Nullable Decision decision) {}

    /** API representation of a review. */
    public record ReviewView(
            String submissionId,
            String playerId,
            int season,
            BigDecimal value,
            BigDecimal subscore,
            @Nullable JsonNode metadata,
            @Nullable Operator operator,
            Bound bound,
            Review.Status status,
            Instant submittedAt,
            @Nullable Instant decidedAt) {}

    /** A page of reviews, ordered by submission id. */
    public record ReviewList(
            List<ReviewView> reviews, @Nullable String nextCursor) {}

    /** A decision; for an accepted submission with its effect. */
    @Schema(name = "ReviewDecisionAnswer")
    public record DecisionAnswer(
            String submissionId,
            String playerId,
            Review.Status status,
            int season,
            @Nullable BigDecimal oldValue,
            @Nullable BigDecimal newValue,
            @Nullable BigDecimal change,
            @Nullable Boolean first,
            @Nullable Boolean improved,
            @Nullable Instant decidedAt,
            @Nullable Boolean replayed) {}

    /** Lists the reviews of a board, ordered by submission id. */
    @GET
    @Path("/{board}/review")
    @Requires(Scope.BOARD_ADMIN)
    @Operation(operationId = "listReviews", summary = "List the quarantined submissions")
    public ReviewList list(
            @PathParam("board") String boardId,
            @QueryParam("status") @Nullable String status,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        Ids.check("board", boardId);
        Review.Status wanted = QueryParameters.word("status", status, Review.Status.class);
        int most = QueryParameters.limit(limit);
        Board board = boards.find(caller.game(), boardId)
                .orElseThrow(() -> new ProblemException(LeaderboardProblems.boardNotFound()));
        String list = "review#" + boardId + "#" + board.epoch();
        String after = cursor == null ? null : Cursor.read(cursor, list, 1).get(0);
        if (after != null && !Ids.isStored(after)) {
            throw Cursor.foreign();
        }
        ReviewStore.ReviewPage page = reviews.list(board, wanted, after, most);
        return new ReviewList(
                page.reviews().stream().map(review -> view(board, review)).toList(),
                page.next() == null ? null : Cursor.of(list, page.next()));
    }

    /** Accepts or rejects a submission, exactly once. */
    @POST
    @Path("/{board}/review/{submissionId}")
    @Requires(Scope.BOARD_ADMIN)
    @Operation(operationId = "decideReview", summary = "Accept or reject a quarantined submission")
    public DecisionAnswer decide(
            @PathParam("board") String board,
            @PathParam("submissionId") String submissionId,
            @HeaderParam(IdempotentRequest.HEADER) @Nullable String idempotencyKey,
            DecisionRequest request) {
        return idempotent.once(idempotencyKey, request, () -> decide(board, submissionId, request));
    }

    private DecisionAnswer decide(String board, String submissionId, DecisionRequest request) {
        Ids.check("board", board);
        Ids.check("submissionId", submissionId);
        Decision decision = request.decision();
        if (decision == null) {
            throw new ProblemException(
                    Problem.badRequest("decision", "The field decision is missing. Give ACCEPT or REJECT."));
        }
        ReviewService.Result result = reviews.decide(caller.game(), board, submissionId, decision == Decision.ACCEPT);
        if (result instanceof Done done) {
            return answer(done);
        }
        throw new ProblemException(problem(result));
    }

    private ReviewView view(Board board, Review review) {
        Submission submission = review.submission();
        return new ReviewView(
                review.id(),
                submission.playerId(),
                review.season(),
                board.value(submission.score().value()),
                board.value(submission.score().subscore()),
                metadata.read(submission.metadata()),
                submission.operator(),
                review.bound(),
                review.status(),
                review.submittedAt(),
                review.decidedAt());
    }

    private static DecisionAnswer answer(Done done) {
        Board board = done.board();
        Review review = done.review();
        Receipt effect = review.receipt();
        boolean accepted = review.status() == Review.Status.ACCEPTED;
        long newValue = effect.score().value();
        return new DecisionAnswer(
                review.id(),
                review.submission().playerId(),
                review.status(),
                review.season(),
                accepted ? board.value(effect.oldValue()) : null,
                accepted ? board.value(newValue) : null,
                accepted ? board.value(newValue - effect.oldValue()) : null,
                accepted ? effect.first() : null,
                accepted ? effect.improved() : null,
                review.decidedAt(),
                done.replayed() ? Boolean.TRUE : null);
    }

    private static Problem problem(ReviewService.Result result) {
        if (result instanceof ReviewService.NoBoard) {
            return LeaderboardProblems.boardNotFound();
        }
        if (result instanceof ReviewService.NoReview) {
            return Problem.notFound(
                    "review-not-found", "Review not found", "The board has no quarantined submission with this id.");
        }
        if (result instanceof ReviewService.DecidedOtherwise decided) {
            return Problem.conflict(
                            "review-decided",
                            "The review already has the other decision",
                            "An earlier request made the opposite decision, which is final.")
                    .with("decided", decided.review().status());
        }
        if (result instanceof ReviewService.SeasonClosed closed) {
            return Problem.conflict(
                    "season-closed",
                    "The season is closed: only REJECT is possible",
                    "Season " + closed.season() + " is closed. A submission to it can only be rejected.");
        }
        if (result instanceof ReviewService.OutOfRange) {
            return Problem.of(
                    400,
                    "score-out-of-range",
                    "The value is outside the range or precision of the board",
                    "The resulting score would exceed the range of ±(2^53−1) smallest units.");
        }
        return Problem.unavailable(1);
    }
}
