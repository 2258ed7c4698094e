package dev.statecraft.leaderboard.season;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Requires.Players;
import dev.statecraft.access.Scope;
import dev.statecraft.http.Cursor;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardService;
import dev.statecraft.leaderboard.board.LeaderboardProblems;
import dev.statecraft.leaderboard.board.Season;
import dev.statecraft.leaderboard.board.SnapshotTrigger;
import dev.statecraft.leaderboard.rank.RankingService;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import dev.statecraft.leaderboard.settings.MetadataJson;
import dev.statecraft.leaderboard.settings.Reward;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.leaderboard.settings.SettingFields;
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
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** HTTP resource of seasons: reset, list, awards. */
@Path("/v1/leaderboards")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Leaderboards")
public class SeasonResource {

    private final BoardService boards;
    private final SeasonService seasons;
    private final RankingService rankings;
    private final LeaderboardConfig config;
    private final MetadataJson json;
    private final CurrentCaller caller;
    private final Clock clock;

    SeasonResource(
            BoardService boards,
            SeasonService seasons,
            RankingService rankings,
            LeaderboardConfig config,
            MetadataJson json,
            CurrentCaller caller,
            Clock clock) {
        this.boards = boards;
        this.seasons = seasons;
        this.rankings = rankings;
        this.config = config;
        this.json = json;
        this.caller = caller;
        this.clock = clock;
    }

    /** Request to reset a board. */
    public record ResetRequest(@Nullable String reason) {}

    /** Response to a reset: the closed season and the new current season. */
    public record ResetAnswer(
            int closedSeason,
            int season,
            String snapshotId,
            @Nullable Boolean replayed) {}

    /**
     * API representation of the current season or a closed one.
     *
     * @param endsAt the scheduled end of the current season, null if there is none
     * @param endedAt the end of a closed season, null for the current one
     * @param complete whether all awards of a closed season are granted, null for the current season
     */
    public record SeasonView(
            int season,
            Instant startedAt,
            @Nullable Instant endsAt,
            @Nullable Instant endedAt,
            @Nullable SnapshotTrigger eventType,
            @Nullable String reason,
            long totalEntries,
            @Nullable Long awards,
            @Nullable Boolean complete,
            @Nullable String snapshotId) {}

    /** A page of seasons, latest first. */
    public record SeasonList(
            List<SeasonView> seasons, @Nullable String nextCursor) {}

    /**
     * API representation of an award of a player for a season.
     *
     * @param id the id of the award; the same in every response and event
     */
    public record AwardView(
            String id,
            String playerId,
            int season,
            long rank,
            BigDecimal value,
            @Nullable String name,
            @Nullable JsonNode reward) {}

    /** A page of awards of a season, by position. */
    public record AwardList(
            int season,
            boolean complete,
            List<AwardView> awards,
            @Nullable String nextCursor) {}

    /** Closes the current season and starts the next. Implements {@code resetLeaderboard} of the original Luau API. */
    @POST
    @Path("/{board}/reset")
    @Requires(Scope.BOARD_ADMIN)
    @Operation(operationId = "resetLeaderboard", summary = "Close the current season and start the next")
    public ResetAnswer reset(
            @PathParam("board") String id,
            @HeaderParam("Idempotency-Key") @Nullable String idempotencyKey,
            ResetRequest request) {
        Ids.check("board", id);
        String key = idempotencyKey == null ? null : Ids.check("Idempotency-Key", idempotencyKey);
        String reason = SettingFields.text("reason", request.reason(), "", config);
        SeasonService.Reset reset = seasons.reset(caller.game(), id, reason, key);
        if (reset instanceof SeasonService.Unknown) {
            throw new ProblemException(LeaderboardProblems.boardNotFound());
        }
        if (reset instanceof SeasonService.Mismatch) {
            throw new ProblemException(LeaderboardProblems.otherBody("Idempotency-Key"));
        }
        if (reset instanceof SeasonService.NotOpen rejected) {
            throw new ProblemException(
                    LeaderboardProblems.notOpen(rejected.board(), rejected.status(), clock.instant()));
        }
        if (reset instanceof SeasonService.Busy) {
            throw new ProblemException(Problem.unavailable(1));
        }
        SeasonService.Done done = (SeasonService.Done) reset;
        Season closed = done.closed();
        return new ResetAnswer(
                closed.season(), closed.season() + 1, Snapshot.idOf(closed), done.replayed() ? Boolean.TRUE : null);
    }

    /** Lists the seasons of a board, the current season first. All seasons of a permanently closed board are closed. */
    @GET
    @Path("/{board}/seasons")
    @Requires(value = Scope.BOARD_READ, players = Players.NAMED_BOARD)
    @Operation(operationId = "listSeasons", summary = "List the seasons of a board")
    public SeasonList seasons(
            @PathParam("board") String id,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        Board board = board(id);
        String list = "seasons#" + id + "#" + board.epoch();
        int requested = QueryParameters.limit(limit);
        List<SeasonView> found = new ArrayList<>();
        Integer before = null;
        if (cursor == null) {
            if (!board.seasons().closed()) {
                found.add(current(board));
            }
        } else {
            before = (int) QueryParameters.integer(
                    "cursor", Cursor.read(cursor, list, 1).get(0), 1, Integer.MAX_VALUE);
        }
        int left = requested - found.size();
        List<Season> closed = seasons.list(board, before, left + 1);
        closed.stream().limit(left).forEach(season -> found.add(view(board, season)));
        return new SeasonList(
                found,
                closed.size() > left
                        ? Cursor.of(list, found.get(found.size() - 1).season())
                        : null);
    }

    /** Lists the awards of a closed season. */
    @GET
    @Path("/{board}/seasons/{season}/awards")
    @Requires(value = Scope.BOARD_READ, players = Players.NAMED_BOARD)
    @Operation(operationId = "listAwards", summary = "List the awards of a closed season")
    public AwardList awards(
            @PathParam("board") String id,
            @PathParam("season") String number,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        Board board = board(id);
        int requested = QueryParameters.limit(limit);
        Season season = seasons.find(board, LeaderboardProblems.season(board, number))
                .orElseThrow(() -> new ProblemException(Problem.conflict(
                        "season-running",
                        "The season is not closed yet: no awards",
                        "Awards are granted after the season is closed.")));
        String list = "awards#" + id + "#" + board.epoch() + "#" + season.season();
        long after = cursor == null
                ? 0
                : QueryParameters.integer("cursor", Cursor.read(cursor, list, 1).get(0), 1, Score.LIMIT);
        List<Award> found = seasons.awards(board, season.season(), after, requested + 1);
        List<Award> page = found.subList(0, Math.min(requested, found.size()));
        return new AwardList(
                season.season(),
                season.phase() == Season.Phase.DONE,
                page.stream().map(award -> view(board, season, award)).toList(),
                found.size() > requested
                        ? Cursor.of(list, page.get(requested - 1).position())
                        : null);
    }

    private SeasonView current(Board board) {
        return new SeasonView(
                board.season(),
                board.seasons().startedAt(),
                board.seasons().endsAt(),
                null,
                null,
                null,
                rankings.summary(board, board.season()).total(),
                null,
                null,
                null);
    }

    private SeasonView view(Board board, Season season) {
        boolean counted = season.phase() == Season.Phase.REWARD || season.phase() == Season.Phase.DONE;
        return new SeasonView(
                season.season(),
                season.startedAt(),
                null,
                season.endedAt(),
                season.eventType(),
                season.reason(),
                counted
                        ? season.totalEntries()
                        : rankings.summary(board, season.season()).total(),
                season.awards(),
                season.phase() == Season.Phase.DONE,
                Snapshot.idOf(season));
    }

    private AwardView view(Board board, Season season, Award award) {
        Reward reward = season.rewards().get(award.reward());
        return new AwardView(
                "award:" + board.id() + ":" + board.epoch() + ":" + season.season() + ":" + award.playerId(),
                award.playerId(),
                season.season(),
                award.rank(),
                board.value(award.score().value()),
                reward.name(),
                json.read(reward.reward()));
    }

    private Board board(String id) {
        Ids.check("board", id);
        return boards.read(caller.game(), id)
                .orElseThrow(() -> new ProblemException(LeaderboardProblems.boardNotFound()));
    }
}
