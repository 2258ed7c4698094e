package dev.statecraft.leaderboard.board;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Requires.Players;
import dev.statecraft.access.Scope;
import dev.statecraft.access.idempotency.IdempotentRequest;
import dev.statecraft.http.Cursor;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.leaderboard.settings.BoardRequest;
import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.Bounds;
import dev.statecraft.leaderboard.settings.EntitySource;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import dev.statecraft.leaderboard.settings.MetadataJson;
import dev.statecraft.leaderboard.settings.Operator;
import dev.statecraft.leaderboard.settings.Order;
import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.RatingRequest;
import dev.statecraft.leaderboard.settings.ResetSchedule;
import dev.statecraft.leaderboard.settings.RewardsRequest.RewardView;
import dev.statecraft.leaderboard.settings.Terms;
import dev.statecraft.leaderboard.settings.Tier;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** HTTP resource of boards: create, list, read, change, delete. */
@Path("/v1/leaderboards")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Leaderboards")
public class BoardResource {

    private final BoardService boards;
    private final BoardSettingsService settings;
    private final LeaderboardConfig config;
    private final MetadataJson json;
    private final CurrentCaller caller;
    private final Clock clock;
    private final IdempotentRequest idempotent;

    BoardResource(
            BoardService boards,
            BoardSettingsService settings,
            LeaderboardConfig config,
            MetadataJson json,
            CurrentCaller caller,
            Clock clock,
            IdempotentRequest idempotent) {
        this.idempotent = idempotent;
        this.boards = boards;
        this.settings = settings;
        this.config = config;
        this.json = json;
        this.caller = caller;
        this.clock = clock;
    }

    /** API representation of a board. */
    public record BoardView(
            String id,
            String description,
            RankingType rankingType,
            Order order,
            @Nullable Operator operator,
            int decimals,
            int maxSize,
            int lanes,
            @Nullable ResetSchedule reset,
            @Nullable Bounds bounds,
            List<RewardView> rewards,
            List<Tier> tiers,
            @Nullable RatingRequest rating,
            @Nullable EntitySource source,
            Ranking ranking,
            @Nullable Instant startsAt,
            @Nullable Instant endsAt,
            int maxAttempts,
            Terms.Status status,
            int season,
            Instant seasonStartedAt,
            @Nullable Instant seasonEndsAt,
            Instant createdAt,
            Instant updatedAt) {

        static BoardView of(Board board, MetadataJson json, Instant now) {
            BoardSettings settings = board.settings();
            return new BoardView(
                    board.id(),
                    settings.description(),
                    settings.rankingType(),
                    settings.order(),
                    settings.operator(),
                    settings.decimals(),
                    settings.maxSize(),
                    settings.lanes(),
                    settings.reset(),
                    settings.bounds(),
                    settings.rewards().stream()
                            .map(reward -> RewardView.of(reward, json))
                            .toList(),
                    settings.tiers(),
                    settings.rating() == null ? null : RatingRequest.of(settings.rating()),
                    settings.source(),
                    settings.ranking(),
                    settings.terms().startsAt(),
                    settings.terms().endsAt(),
                    settings.terms().maxAttempts(),
                    board.status(now),
                    board.season(),
                    board.seasons().startedAt(),
                    board.seasons().endsAt(),
                    board.createdAt(),
                    board.updatedAt());
        }
    }

    /**
     * API representation of a configured board, or of a board that would be configured.
     *
     * @param created whether the board is new
     * @param changed names of the settings that change; empty for a new board and if nothing is written
     */
    public record BoardPutAnswer(@JsonUnwrapped BoardView board, boolean created, List<String> changed) {

        static BoardPutAnswer of(BoardView view, BoardChange result) {
            return result instanceof BoardChange.Changed changed
                    ? new BoardPutAnswer(view, false, changed.fields())
                    : new BoardPutAnswer(view, true, List.of());
        }
    }

    /** A page of boards by id. */
    public record BoardList(
            List<BoardView> leaderboards, @Nullable String nextCursor) {}

    /** Creates a board. Implements {@code createLeaderboard} of the original Luau API. */
    @POST
    @Requires(Scope.BOARD_ADMIN)
    @APIResponseSchema(BoardView.class)
    @Operation(operationId = "createLeaderboard", summary = "Create a board")
    public Response create(
            @HeaderParam(IdempotentRequest.HEADER) @Nullable String idempotencyKey, BoardRequest request) {
        return idempotent.once(idempotencyKey, request, call -> create(request, call));
    }

    private Response create(BoardRequest request, IdempotentRequest.Call call) {
        String id = Ids.check("id", request.id());
        BoardRequest.Limits limits = limits();
        BoardChange result = settings.create(caller.game(), id, existing -> request.whole(existing, limits));
        Board board = board(result);
        // An earlier attempt of the same request may have created the board. Its response is repeated.
        boolean created = result instanceof BoardChange.Created || call.retry();
        return Response.status(created ? Response.Status.CREATED : Response.Status.OK)
                .location(location(id))
                .entity(view(board))
                .build();
    }

    /** Lists the boards of the game by id. */
    @GET
    @Requires(Scope.BOARD_READ)
    @Operation(operationId = "listLeaderboards", summary = "List the boards")
    public BoardList list(@QueryParam("limit") @Nullable String limit, @QueryParam("cursor") @Nullable String cursor) {
        String list = "boards";
        String after = cursor == null ? null : Cursor.read(cursor, list, 1).get(0);
        if (after != null && !Ids.isStored(after)) {
            throw Cursor.foreign();
        }
        BoardStore.BoardPage page = boards.list(caller.game(), after, QueryParameters.limit(limit));
        return new BoardList(
                page.boards().stream().map(this::view).toList(),
                page.next() == null ? null : Cursor.of(list, page.next()));
    }

    /** Reads a board. */
    @GET
    @Path("/{board}")
    @Requires(value = Scope.BOARD_READ, players = Players.NAMED_BOARD)
    @Operation(operationId = "getLeaderboardSettings", summary = "Get the settings of a board")
    public BoardView read(@PathParam("board") String id) {
        return view(board(id));
    }

    /** Creates a board, or gives an existing board exactly the settings of the request. */
    @PUT
    @Path("/{board}")
    @Requires(Scope.BOARD_ADMIN)
    @Operation(operationId = "putLeaderboard", summary = "Create a board, or replace its settings")
    public RestResponse<BoardPutAnswer> put(@PathParam("board") String id, BoardRequest request) {
        Ids.check("board", id);
        BoardRequest.Limits limits = limits();
        BoardChange result = settings.put(caller.game(), id, existing -> request.configure(existing, limits));
        BoardPutAnswer answer = BoardPutAnswer.of(view(board(result)), result);
        return answer.created()
                ? RestResponse.ResponseBuilder.<BoardPutAnswer>created(location(id))
                        .entity(answer)
                        .build()
                : RestResponse.ok(answer);
    }

    /** Returns what {@link #put} would do and writes nothing. */
    @POST
    @Path("/{board}/plan")
    @Requires(Scope.BOARD_READ)
    @Operation(operationId = "planLeaderboard", summary = "Plan the settings of a board: a dry run of PUT")
    public BoardPutAnswer plan(@PathParam("board") String id, BoardRequest request) {
        Ids.check("board", id);
        BoardRequest.Limits limits = limits();
        BoardChange result = settings.plan(caller.game(), id, existing -> request.configure(existing, limits));
        return BoardPutAnswer.of(view(board(result)), result);
    }

    private static URI location(String id) {
        return URI.create("/v1/leaderboards/" + id);
    }

    /** Changes the settings of a board. Some settings are locked once the board has scores. */
    @PATCH
    @Path("/{board}")
    @Requires(Scope.BOARD_ADMIN)
    @Operation(operationId = "changeLeaderboard", summary = "Change the settings of a board")
    public BoardView change(@PathParam("board") String id, BoardRequest request) {
        Ids.check("board", id);
        return view(board(settings.change(caller.game(), id, old -> request.change(old, limits()))));
    }

    /** Deletes a board with all its data. */
    @DELETE
    @Path("/{board}")
    @Requires(Scope.BOARD_ADMIN)
    @Operation(operationId = "deleteLeaderboard", summary = "Delete a board with all its data")
    public void delete(@PathParam("board") String id) {
        Ids.check("board", id);
        board(boards.delete(caller.game(), id));
    }

    private BoardView view(Board board) {
        return BoardView.of(board, json, clock.instant());
    }

    private Board board(String id) {
        Ids.check("board", id);
        return boards.read(caller.game(), id).orElseThrow(BoardResource::notFound);
    }

    /** Returns the board of a successful result. Throws the problem of any other. */
    private Board board(BoardChange result) {
        if (result instanceof BoardChange.Created created) {
            return created.board();
        }
        if (result instanceof BoardChange.Changed changed) {
            return changed.board();
        }
        if (result instanceof BoardChange.Deleted deleted) {
            return deleted.board();
        }
        if (result instanceof BoardChange.Exists exists) {
            throw new ProblemException(Problem.conflict(
                            "board-exists",
                            "A board with this id and other settings exists",
                            "The settings in fields differ from those of the board.")
                    .with("fields", exists.fields()));
        }
        if (result instanceof BoardChange.Locked locked) {
            throw new ProblemException(Problem.conflict(
                            "board-scored",
                            "Settings are locked because the board has scores",
                            "Type, order, operator, decimals, lanes, rating and startsAt cannot change after the first"
                                    + " score, and ranking cannot become DENSE. Create another board.")
                    .with("fields", locked.fields()));
        }
        if (result instanceof BoardChange.LanesFixed fixed) {
            throw new ProblemException(Problem.badRequest(
                    "lanes", "The lanes of a board cannot be changed. The board has " + fixed.lanes() + "."));
        }
        if (result instanceof BoardChange.Closed closed) {
            throw new ProblemException(
                    LeaderboardProblems.notOpen(closed.board(), Terms.Status.CLOSED, clock.instant()));
        }
        throw result instanceof BoardChange.Busy ? new ProblemException(Problem.unavailable(1)) : notFound();
    }

    private BoardRequest.Limits limits() {
        return new BoardRequest.Limits(config, json, clock.instant());
    }

    private static ProblemException notFound() {
        return new ProblemException(LeaderboardProblems.boardNotFound());
    }
}
