package dev.statecraft.leaderboard.match;

import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Scope;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.LeaderboardProblems;
import dev.statecraft.leaderboard.entry.MatchRecord.Change;
import dev.statecraft.leaderboard.match.MatchResult.Taken;
import dev.statecraft.leaderboard.rank.EntryRank;
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
import java.util.random.RandomGenerator;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The route that rates matches on RATING boards. */
@Path("/v1/leaderboards")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "Leaderboards")
public class MatchResource {

    private final MatchService matches;
    private final CurrentCaller caller;
    private final Clock clock;
    private final RandomGenerator random;

    MatchResource(MatchService matches, CurrentCaller caller, Clock clock, RandomGenerator random) {
        this.matches = matches;
        this.caller = caller;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Effect of a match on one player.
     *
     * @param team index of the player's team in the request, from 0
     * @param oldRating the displayed rating before the match; the initial rating of a new player
     * @param deviation uncertainty of the new rating; absent for ELO
     * @param rank the current rank; absent with {@code rank=false}
     */
    public record PlayerRating(
            String playerId,
            int team,
            int place,
            BigDecimal oldRating,
            BigDecimal newRating,
            BigDecimal change,
            @Nullable Double deviation,
            @Nullable Long rank) {}

    /** Effect of a match on its players, in the order of the request. */
    public record MatchAnswer(
            String matchId,
            int season,
            List<PlayerRating> players,
            @Nullable Instant asOf,
            @Nullable Boolean replayed) {}

    /** Rates a match: all of its players or none, each match exactly once. */
    @POST
    @Path("/{board}/matches")
    @Requires(Scope.BOARD_WRITE)
    @Operation(operationId = "rateMatch", summary = "Rate the players of a match")
    public MatchAnswer rate(
            @PathParam("board") String board,
            @QueryParam("rank") @Nullable String rank,
            @HeaderParam("Idempotency-Key") @Nullable String idempotencyKey,
            MatchRequest request) {
        Ids.check("board", board);
        boolean ranked = QueryParameters.flag("rank", rank, true);
        Match match = request.match(idempotencyKey, random);
        MatchResult result = matches.rate(caller.game(), board, match, ranked);
        if (result instanceof Taken taken) {
            return answer(match, taken);
        }
        throw new ProblemException(problem(match, result, request.matchId() == null ? "Idempotency-Key" : "matchId"));
    }

    private static MatchAnswer answer(Match match, Taken taken) {
        Board board = taken.board();
        List<PlayerRating> players = new ArrayList<>();
        for (int i = 0; i < match.sides().size(); i++) {
            Match.Side side = match.sides().get(i);
            for (String player : side.players()) {
                Change change = taken.match().changes().get(players.size());
                EntryRank ranked = taken.ranks().get(player);
                players.add(new PlayerRating(
                        player,
                        i,
                        side.place(),
                        board.value(change.oldValue()),
                        board.value(change.newValue()),
                        board.value(change.newValue() - change.oldValue()),
                        change.deviation() == 0 ? null : change.deviation(),
                        ranked == null ? null : ranked.rank()));
            }
        }
        return new MatchAnswer(
                match.matchId(),
                taken.match().season(),
                players,
                taken.ranks().values().stream()
                        .map(EntryRank::asOf)
                        .min(Instant::compareTo)
                        .orElse(null),
                taken.replayed() ? Boolean.TRUE : null);
    }

    /** The path of the request field that contains a player. */
    private static String fieldOf(Match match, String playerId) {
        for (int i = 0; i < match.sides().size(); i++) {
            int at = match.sides().get(i).players().indexOf(playerId);
            if (at >= 0) {
                return "teams[" + i + "].players[" + at + "]";
            }
        }
        throw new IllegalArgumentException("The match does not contain the player");
    }

    private Problem problem(Match match, MatchResult result, String idField) {
        if (result instanceof MatchResult.NoBoard) {
            return LeaderboardProblems.boardNotFound();
        }
        if (result instanceof MatchResult.NotRated) {
            return Problem.conflict(
                    "not-rated",
                    "Only RATING boards accept matches",
                    "Submit scores to this board, or create a board with rankingType RATING.");
        }
        if (result instanceof MatchResult.Mismatch) {
            return LeaderboardProblems.otherBody(idField);
        }
        if (result instanceof MatchResult.NotOpen refused) {
            return LeaderboardProblems.notOpen(refused.board(), refused.status(), clock.instant());
        }
        if (result instanceof MatchResult.Exhausted refused) {
            return LeaderboardProblems.exhausted(
                    refused.board(), fieldOf(match, refused.playerId()), refused.playerId(), refused.attempts());
        }
        return Problem.unavailable(1);
    }
}
