package dev.statecraft.leaderboard.rank;

import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.access.idempotency.IdempotentRequest;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardService;
import dev.statecraft.leaderboard.board.LeaderboardProblems;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Routes of the rank tree of a board: consistency check and rebuild. */
@Path("/v1/leaderboards")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Leaderboards")
public class RankAuditResource {

    private final BoardService boards;
    private final RankingService rankings;
    private final BoardConsistencyService audits;
    private final LeaderboardConfig config;
    private final CurrentCaller caller;
    private final IdempotentRequest idempotent;

    RankAuditResource(
            BoardService boards,
            RankingService rankings,
            BoardConsistencyService audits,
            LeaderboardConfig config,
            CurrentCaller caller,
            IdempotentRequest idempotent) {
        this.boards = boards;
        this.rankings = rankings;
        this.audits = audits;
        this.config = config;
        this.caller = caller;
        this.idempotent = idempotent;
    }

    /** Input: the season; by default the current one. */
    @Schema(name = "BoardAuditRequest")
    public record AuditRequest(@Nullable Integer season) {}

    /** API representation of a started rebuild. */
    public record MendAnswer(int season, boolean mending) {}

    /** Compares the entries of a season with its rank tree. */
    @POST
    @Path("/{board}/audit")
    @Requires(Scope.BOARD_ADMIN)
    @Operation(operationId = "auditLeaderboard", summary = "Check the rank tree of a season for consistency")
    public BoardConsistencyService.Report audit(@PathParam("board") String id, AuditRequest request) {
        Board board = board(id);
        int season = LeaderboardProblems.season(board, request.season());
        if (rankings.summary(board, season).total() > config.auditEntries()) {
            throw new ProblemException(Problem.unprocessable(
                    "too-large-to-audit",
                    "The board is too large for a synchronous consistency check",
                    "The check supports at most " + config.auditEntries()
                            + " entries. A rebuild (/mend) has no such limit."));
        }
        return audits.audit(board, season);
    }

    /** Starts a rebuild of the rank tree of a season, which continues in the background. */
    @POST
    @Path("/{board}/mend")
    @Requires(Scope.BOARD_ADMIN)
    @APIResponseSchema(MendAnswer.class)
    @Operation(operationId = "mendLeaderboard", summary = "Rebuild the rank tree of a season in the background")
    public Response mend(
            @PathParam("board") String id,
            @HeaderParam(IdempotentRequest.HEADER) @Nullable String idempotencyKey,
            AuditRequest request) {
        return idempotent.once(idempotencyKey, request, call -> mend(id, request, call));
    }

    private Response mend(String id, AuditRequest request, IdempotentRequest.Call call) {
        Board board = board(id);
        int season = LeaderboardProblems.season(board, request.season());
        if (!audits.mend(board, season) && !call.retry()) {
            throw new ProblemException(Problem.conflict(
                    "mending",
                    "A rank tree rebuild is already in progress",
                    "A rebuild is in progress, or the board was changed concurrently. Retry later."));
        }
        return Response.accepted(new MendAnswer(season, true)).build();
    }

    private Board board(String id) {
        Ids.check("board", id);
        return boards.read(caller.game(), id)
                .orElseThrow(() -> new ProblemException(LeaderboardProblems.boardNotFound()));
    }
}
