package dev.statecraft.leaderboard.listing;

import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Requires.Players;
import dev.statecraft.access.Scope;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardService;
import dev.statecraft.leaderboard.board.LeaderboardProblems;
import dev.statecraft.leaderboard.listing.ListingService.Selected;
import dev.statecraft.leaderboard.rank.Distribution;
import dev.statecraft.leaderboard.rank.DistributionService;
import dev.statecraft.leaderboard.rank.EntryRank;
import dev.statecraft.leaderboard.rank.RankingService;
import dev.statecraft.leaderboard.settings.Score;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Routes that query a ranking: the rank of a score, the score at a rank, and the distribution. */
@Path("/v1/leaderboards")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Leaderboards")
public class RankingResource {

    private static final int DEFAULT_BUCKETS = 20;
    private static final int MOST_BUCKETS = 100;

    private final BoardService boards;
    private final RankingService rankings;
    private final DistributionService distributions;
    private final ListingService lists;
    private final CurrentCaller caller;

    RankingResource(
            BoardService boards,
            RankingService rankings,
            DistributionService distributions,
            ListingService lists,
            CurrentCaller caller) {
        this.boards = boards;
        this.rankings = rankings;
        this.distributions = distributions;
        this.lists = lists;
        this.caller = caller;
    }

    /** API representation of the rank that a score would have. */
    public record RankView(
            long rank,
            BigDecimal value,
            BigDecimal subscore,
            double percentile,
            long tieCount,
            long totalEntries,
            int season,
            Instant asOf,
            @Nullable String tier) {}

    /** API representation of the score at a rank. */
    public record SelectView(
            long position,
            long rank,
            BigDecimal value,
            BigDecimal subscore,
            long totalEntries,
            int season,
            Instant asOf) {}

    /** Number of entries with {@code from <= value < to}; the last bucket includes {@code to}. */
    public record BucketView(BigDecimal from, BigDecimal to, long count) {}

    /** API representation of the distribution of values. */
    public record DistributionView(List<BucketView> buckets, long totalEntries, int season, Instant asOf) {}

    /** Returns the rank that a score would have. */
    @GET
    @Path("/{board}/rank")
    @Requires(value = Scope.BOARD_READ, players = Players.NAMED_BOARD)
    @Operation(operationId = "rankOfScore", summary = "Get the rank that a score would have")
    public RankView rank(
            @PathParam("board") String boardId,
            @QueryParam("value") @Nullable String value,
            @QueryParam("subscore") @Nullable String subscore,
            @QueryParam("season") @Nullable String season) {
        Ids.check("board", boardId);
        BigDecimal number = QueryParameters.decimal("value", value);
        BigDecimal second = subscore == null ? BigDecimal.ZERO : QueryParameters.decimal("subscore", subscore);
        Board board = board(boardId);
        int asked = LeaderboardProblems.season(board, season);
        Score score = new Score(units(board, "value", number), units(board, "subscore", second));
        EntryRank ranked = rankings.rankOf(board, asked, score);
        return new RankView(
                ranked.rank(),
                board.value(score.value()),
                board.value(score.subscore()),
                ranked.percentile(board.ranking()),
                ranked.ties(),
                ranked.total(),
                asked,
                ranked.asOf(),
                board.tier(score, ranked.rank(), ranked.place(), ranked.total()));
    }

    /** Returns the score at a rank or percentile. */
    @GET
    @Path("/{board}/select")
    @Requires(value = Scope.BOARD_READ, players = Players.NAMED_BOARD)
    @Operation(operationId = "scoreAtRank", summary = "Get the score at a rank or percentile")
    public SelectView select(
            @PathParam("board") String boardId,
            @QueryParam("rank") @Nullable String rank,
            @QueryParam("percentile") @Nullable String percentile,
            @QueryParam("season") @Nullable String season) {
        Ids.check("board", boardId);
        if ((rank == null) == (percentile == null)) {
            throw new ProblemException(Problem.badRequest("rank", "Give either rank or percentile."));
        }
        Long position = rank == null ? null : QueryParameters.integer("rank", rank, 1, Score.LIMIT);
        double percent = percentile == null ? 0 : percent(percentile);
        Board board = board(boardId);
        int asked = LeaderboardProblems.season(board, season);
        Optional<Selected> selected = position == null
                ? lists.selectPercentile(board, asked, percent)
                : lists.selectRank(board, asked, position);
        if (selected.isEmpty()) {
            throw new ProblemException(Problem.notFound(
                    "place-not-found",
                    "No entry at this rank or percentile",
                    "The season has fewer entries, or fewer distinct scores with DENSE ranking."));
        }
        Selected found = selected.get();
        return new SelectView(
                found.position(),
                found.rank(),
                board.value(found.score().value()),
                board.value(found.score().subscore()),
                found.total(),
                asked,
                found.asOf());
    }

    /** Returns the distribution of values in buckets, of exactly equal width on request. */
    @GET
    @Path("/{board}/distribution")
    @Requires(value = Scope.BOARD_READ, players = Players.NAMED_BOARD)
    @Operation(operationId = "scoreDistribution", summary = "Get the distribution of the scores")
    public DistributionView distribution(
            @PathParam("board") String boardId,
            @QueryParam("buckets") @Nullable String buckets,
            @QueryParam("exact") @Nullable String exact,
            @QueryParam("season") @Nullable String season) {
        Ids.check("board", boardId);
        int wanted = (int) QueryParameters.integer("buckets", buckets, DEFAULT_BUCKETS, 1, MOST_BUCKETS);
        boolean equal = QueryParameters.flag("exact", exact, false);
        Board board = board(boardId);
        int asked = LeaderboardProblems.season(board, season);
        Distribution spread =
                equal ? distributions.exact(board, asked, wanted) : distributions.distribution(board, asked, wanted);
        return new DistributionView(
                spread.buckets().stream()
                        .map(bucket ->
                                new BucketView(board.value(bucket.from()), board.value(bucket.to()), bucket.count()))
                        .toList(),
                spread.total(),
                asked,
                spread.asOf());
    }

    private Board board(String id) {
        return boards.find(caller.game(), id)
                .orElseThrow(() -> new ProblemException(LeaderboardProblems.boardNotFound()));
    }

    private static long units(Board board, String field, BigDecimal number) {
        return board.units(number)
                .orElseThrow(() -> new ProblemException(Problem.badRequest(
                        field,
                        "Give a number with at most " + board.settings().decimals()
                                + " digits after the point, within ±(2^53−1) smallest units.")));
    }

    private static double percent(String text) {
        double percent = QueryParameters.decimal("percentile", text).doubleValue();
        if (percent < 0 || percent > 100) {
            throw new ProblemException(Problem.badRequest("percentile", "A percentile must be between 0 and 100."));
        }
        return percent;
    }
}
