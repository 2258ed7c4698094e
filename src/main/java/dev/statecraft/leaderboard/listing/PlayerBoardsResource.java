package dev.statecraft.leaderboard.listing;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.PlayerTokenClaims;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Requires.Players;
import dev.statecraft.access.Scope;
import dev.statecraft.http.Cursor;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.listing.PlayerRankViews.PlayerRank;
import dev.statecraft.leaderboard.rank.EntryRank;
import dev.statecraft.leaderboard.rank.RankingService;
import dev.statecraft.leaderboard.rank.RankingService.Standings;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** The route that lists the boards of a player. */
@Path("/v1/players")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Leaderboards")
public class PlayerBoardsResource {

    /** Maximum boards in one request. */
    static final int MAX_BOARDS = 100;

    private final PlayerBoardsService playerBoards;
    private final RankingService rankings;
    private final PlayerRankViews views;
    private final CurrentCaller caller;

    PlayerBoardsResource(
            PlayerBoardsService playerBoards, RankingService rankings, PlayerRankViews views, CurrentCaller caller) {
        this.playerBoards = playerBoards;
        this.rankings = rankings;
        this.views = views;
        this.caller = caller;
    }

    /** Rank of a player on one board. */
    public record PlayerBoard(String board, @JsonUnwrapped PlayerRank standing) {}

    /** A page of boards with the rank of a player on each. */
    public record PlayerBoards(
            String playerId,
            List<PlayerBoard> boards,
            @Nullable String nextCursor) {}

    /** Ranks of a player in the current seasons of the game's boards, or of the named boards. */
    @GET
    @Path("/{player}/leaderboards")
    @Requires(value = Scope.BOARD_READ, players = Players.OWN)
    @Operation(operationId = "getPlayerLeaderboards", summary = "Get the ranks of a player on several boards")
    public RestResponse<PlayerBoards> list(
            @PathParam("player") String player,
            @QueryParam("boards") @Nullable String boards,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        Ids.check("player", player);
        int wanted = QueryParameters.limit(limit);
        Set<String> named = boards == null ? null : named(boards);
        PlayerTokenClaims pass = caller.get().pass();
        if (named != null && pass != null) {
            named.forEach(caller.get()::requireBoard);
        }
        String list = "player-boards#" + player;
        String after = cursor == null ? null : Cursor.read(cursor, list, 1).get(0);
        if (after != null && (named != null || pass != null || !Ids.isStored(after))) {
            throw Cursor.foreign();
        }
        PlayerBoardsService.Page page;
        if (named != null) {
            page = playerBoards.named(caller.game(), player, named, true);
        } else if (pass != null) {
            page = playerBoards.named(caller.game(), player, new TreeSet<>(pass.boards()), false);
        } else {
            page = playerBoards.page(caller.game(), player, after, wanted);
        }
        return RestResponse.ResponseBuilder.ok(view(player, page, list))
                .header("Cache-Control", CachePolicy.NEVER)
                .build();
    }

    private PlayerBoards view(String player, PlayerBoardsService.Page page, String list) {
        List<EntryRank> ranked = rankings.rankAcross(page.standings());
        List<PlayerBoard> found = new ArrayList<>();
        for (int i = 0; i < ranked.size(); i++) {
            Standings one = page.standings().get(i);
            Board board = one.board();
            found.add(new PlayerBoard(board.id(), views.of(board, board.season(), one.entry(), ranked.get(i))));
        }
        String next = page.next();
        return new PlayerBoards(player, found, next == null ? null : Cursor.of(list, next));
    }

    private static Set<String> named(String boards) {
        List<String> ids = List.of(boards.split(",", -1));
        if (ids.size() > MAX_BOARDS) {
            throw new ProblemException(
                    Problem.badRequest("boards", "Give at most " + MAX_BOARDS + " boards, separated by commas."));
        }
        ids.forEach(id -> Ids.check("boards", id));
        return new LinkedHashSet<>(ids);
    }
}
