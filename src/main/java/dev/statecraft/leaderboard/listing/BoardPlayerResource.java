package dev.statecraft.leaderboard.listing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Requires.Players;
import dev.statecraft.access.Scope;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.LeaderboardProblems;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.EntryStore.BoardAndEntry;
import dev.statecraft.leaderboard.listing.PlayerRankViews.PlayerRank;
import dev.statecraft.leaderboard.rank.EntryRank;
import dev.statecraft.leaderboard.rank.RankingService;
import dev.statecraft.leaderboard.score.MetadataService;
import dev.statecraft.leaderboard.score.ScoreService;
import dev.statecraft.leaderboard.settings.MetadataJson;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Routes of one player's entry on a board: read with rank, change the metadata, remove. */
@Path("/v1/leaderboards")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Leaderboards")
public class BoardPlayerResource {

    private final ScoreService scores;
    private final RankingService rankings;
    private final MetadataService changes;
    private final PlayerRankViews views;
    private final MetadataJson metadata;
    private final CurrentCaller caller;

    BoardPlayerResource(
            ScoreService scores,
            RankingService rankings,
            MetadataService changes,
            PlayerRankViews views,
            MetadataJson metadata,
            CurrentCaller caller) {
        this.scores = scores;
        this.rankings = rankings;
        this.changes = changes;
        this.views = views;
        this.metadata = metadata;
        this.caller = caller;
    }

    /** Implements {@code getPlayerRank} of the original Luau API. At most two round trips at any size of the board. */
    @GET
    @Path("/{board}/players/{player}")
    @Requires(value = Scope.BOARD_READ, players = Players.NAMED_BOARD)
    @Operation(operationId = "getPlayerRank", summary = "Get the rank of a player")
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
        return answer(board, asked, entry);
    }

    private RestResponse<PlayerRank> answer(Board board, int asked, Entry entry) {
        EntryRank ranked =
                entry.score() == null ? rankings.unranked(board, asked, entry) : rankings.rank(board, asked, entry);
        return RestResponse.ResponseBuilder.ok(views.of(board, asked, entry, ranked))
                .header("Cache-Control", CachePolicy.NEVER)
                .build();
    }

    /** Input of a change of metadata. {@code clear} removes it by name, for callers that cannot send null. */
    @Schema(name = "EntryChange")
    public record EntryRequest(
            @Nullable JsonNode metadata, @Nullable List<@Nullable String> clear) {

        /** Whether {@code clear} names the metadata. */
        private boolean clears() {
            List<@Nullable String> names = clear == null ? List.<@Nullable String>of() : clear;
            boolean sets = metadata != null && !metadata.isNull();
            for (int i = 0; i < names.size(); i++) {
                if (!"metadata".equals(names.get(i)) || sets) {
                    throw new ProblemException(Problem.badRequest(
                            "clear[" + i + "]",
                            sets
                                    ? "The request both sets and clears metadata. Omit one of the two."
                                    : "Only metadata can be cleared."));
                }
            }
            return !names.isEmpty();
        }
    }

    /** Changes the metadata of a player's entry. Score, time and rank do not change. */
    @PATCH
    @Consumes(MediaType.APPLICATION_JSON)
    @Path("/{board}/players/{player}")
    @Requires(value = Scope.BOARD_WRITE, audited = false)
    @Operation(
            operationId = "changeEntry",
            summary = "Change the metadata of a player's entry without submitting a score")
    public RestResponse<PlayerRank> change(
            @PathParam("board") String boardId, @PathParam("player") String player, EntryRequest request) {
        Ids.check("board", boardId);
        Ids.check("player", player);
        JsonNode given = request.metadata();
        if (!request.clears() && given == null) {
            throw new ProblemException(Problem.badRequest(
                    "metadata", "The field metadata is missing. Give any JSON value, or null to remove the metadata."));
        }
        MetadataService.Result result =
                changes.change(caller.game(), boardId, player, metadata.write("metadata", given));
        if (result instanceof MetadataService.NoBoard) {
            throw new ProblemException(LeaderboardProblems.boardNotFound());
        }
        if (result instanceof MetadataService.NoEntry) {
            throw new ProblemException(LeaderboardProblems.entryNotFound());
        }
        if (result instanceof MetadataService.Changed changed) {
            return answer(changed.board(), changed.board().season(), changed.entry());
        }
        throw new ProblemException(Problem.unavailable(1));
    }

    /** Removes a player's entry from the current season. */
    @DELETE
    @Path("/{board}/players/{player}")
    @Requires(Scope.BOARD_ADMIN)
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
}
