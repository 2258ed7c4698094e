package dev.statecraft.leaderboard;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Requires.Players;
import dev.statecraft.access.Scope;
import dev.statecraft.entry.Ids;
import dev.statecraft.entry.Problem;
import dev.statecraft.entry.ProblemException;
import dev.statecraft.leaderboard.EntryStore.BoardAndEntry;
import dev.statecraft.leaderboard.RankingService.Ranked;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** A player's own entry over HTTP: read with its rank, or remove. */
@Path("/v1/leaderboards")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Leaderboards")
public class PlayerResource {

    private final ScoreService scores;
    private final RankingService rankings;
    private final ListingService lists;
    private final MetadataJson metadata;
    private final CurrentCaller caller;
    private final Clock clock;

    PlayerResource(
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

    /** The seed's getPlayerRank. At most two round trips, whatever the size of the board. */
    @GET
    @Path("/{board}/players/{player}")
    @Requires(value = Scope.BOARD_READ, players = Players.NAMED_BOARD)
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
