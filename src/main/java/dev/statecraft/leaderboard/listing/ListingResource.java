package dev.statecraft.leaderboard.listing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.access.CurrentCaller;
import dev.statecraft.access.Requires;
import dev.statecraft.access.Requires.Players;
import dev.statecraft.access.Scope;
import dev.statecraft.http.Etag;
import dev.statecraft.http.Ids;
import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.QueryParameters;
import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardService;
import dev.statecraft.leaderboard.board.LeaderboardProblems;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.score.ScoreService;
import dev.statecraft.leaderboard.settings.MetadataJson;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.leaderboard.settings.Score;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Routes that list entries: from the first, from any position, around a player, or of named players. */
@Path("/v1/leaderboards")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Leaderboards")
public class ListingResource {

    private static final int DEFAULT_TOP = 10;

    /** Maximum players of one request: the maximum entries of a page. */
    static final int MAX_PLAYERS = QueryParameters.MAX_LIMIT;

    private final BoardService boards;
    private final ScoreService scores;
    private final ListingService lists;
    private final SurroundingsService surroundings;
    private final ListingCache pages;
    private final CachePolicy freshness;
    private final MetadataJson metadata;
    private final CurrentCaller caller;

    ListingResource(
            BoardService boards,
            ScoreService scores,
            ListingService lists,
            SurroundingsService surroundings,
            ListingCache pages,
            CachePolicy freshness,
            MetadataJson metadata,
            CurrentCaller caller) {
        this.boards = boards;
        this.scores = scores;
        this.lists = lists;
        this.surroundings = surroundings;
        this.pages = pages;
        this.freshness = freshness;
        this.metadata = metadata;
        this.caller = caller;
    }

    /** API representation of a listed entry. */
    public record EntryView(
            long rank,
            long position,
            String playerId,
            BigDecimal value,
            BigDecimal subscore,
            @Nullable JsonNode metadata,
            Instant updatedAt,
            @Nullable String tier) {}

    /** API representation of a page of a ranking. */
    public record ListingView(
            String board,
            String description,
            RankingType rankingType,
            int season,
            List<EntryView> entries,
            long totalEntries,
            Instant lastUpdated,
            Instant asOf,
            @Nullable String previousCursor,
            @Nullable String nextCursor) {}

    /**
     * Implements {@code getLeaderboard} of the original Luau API. At most one of offset, cursor, around and players selects
     * the entries.
     */
    @GET
    @Path("/{board}/entries")
    @Requires(value = Scope.BOARD_READ, players = Players.NAMED_BOARD)
    @Operation(
            operationId = "getLeaderboard",
            summary = "List entries from a position, around a player, or of given players")
    public RestResponse<ListingView> entries(
            @PathParam("board") String boardId,
            @QueryParam("offset") @Nullable String offset,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("around") @Nullable String around,
            @QueryParam("players") @Nullable String players,
            @QueryParam("season") @Nullable String season,
            @QueryParam("fresh") @Nullable String fresh,
            @HeaderParam("If-None-Match") List<String> ifNoneMatch) {
        Ids.check("board", boardId);
        int wanted = QueryParameters.limit(limit);
        if (Arrays.asList(offset, cursor, around, players).stream()
                        .filter(given -> given != null)
                        .count()
                > 1) {
            throw new ProblemException(
                    Problem.badRequest("offset", "Give only one of offset, cursor, around and players."));
        }
        boolean anew = freshness.bypasses(caller.get(), fresh);
        Board board = board(boardId);
        int asked = LeaderboardProblems.season(board, season);
        if (around != null) {
            Ids.check("around", around);
            Entry entry = scores.read(board, asked, around);
            if (entry.score() == null) {
                throw new ProblemException(LeaderboardProblems.entryNotFound());
            }
            return own(surroundings.around(board, asked, entry, wanted));
        }
        if (players != null) {
            return own(lists.players(board, asked, scores.readAll(board, asked, ids(players.split(",", -1)))));
        }
        if (cursor != null) {
            EntryCursor.Position place = EntryCursor.read(board, asked, cursor);
            Listing page = place.backwards()
                    ? lists.listBefore(board, asked, place.entry(), wanted)
                    : lists.listAfter(board, asked, place.entry(), wanted);
            return page(page, ifNoneMatch, anew);
        }
        long from = QueryParameters.integer("offset", offset, 1, 1, Score.LIMIT);
        Listing listing = from == 1 ? pages.first(board, asked, wanted, anew) : lists.list(board, asked, from, wanted);
        return page(listing, ifNoneMatch, anew);
    }

    /** Players to list, and the season; by default the current one. */
    public record EntryQuery(
            @Nullable List<@Nullable String> players,
            @Nullable Integer season) {}

    /** Lists named players by rank, for more players than fit into a URL. */
    @POST
    @Path("/{board}/entries/query")
    @Consumes(MediaType.APPLICATION_JSON)
    @Requires(value = Scope.BOARD_READ, players = Players.NAMED_BOARD, audited = false)
    @Operation(operationId = "queryEntries", summary = "Get the entries of up to 1,000 players")
    public RestResponse<ListingView> query(@PathParam("board") String boardId, EntryQuery request) {
        Ids.check("board", boardId);
        List<@Nullable String> players = request.players();
        if (players == null) {
            throw new ProblemException(Problem.badRequest("players", "The field players is missing."));
        }
        List<String> ids = ids(players.toArray(String[]::new));
        Board board = board(boardId);
        int asked = LeaderboardProblems.season(board, request.season());
        return own(lists.players(board, asked, scores.readAll(board, asked, ids)));
    }

    /** Implements {@code getTopPlayers} of the original Luau API. */
    @GET
    @Path("/{board}/top")
    @Requires(value = Scope.BOARD_READ, players = Players.NAMED_BOARD)
    @Operation(operationId = "getTopPlayers", summary = "List the top entries")
    public RestResponse<ListingView> top(
            @PathParam("board") String boardId,
            @QueryParam("count") @Nullable String count,
            @QueryParam("season") @Nullable String season,
            @QueryParam("fresh") @Nullable String fresh,
            @HeaderParam("If-None-Match") List<String> ifNoneMatch) {
        Ids.check("board", boardId);
        int wanted = (int) QueryParameters.integer("count", count, DEFAULT_TOP, 1, QueryParameters.MAX_LIMIT);
        boolean anew = freshness.bypasses(caller.get(), fresh);
        Board board = board(boardId);
        int asked = LeaderboardProblems.season(board, season);
        return page(pages.first(board, asked, wanted, anew), ifNoneMatch, anew);
    }

    private Board board(String id) {
        return boards.find(caller.game(), id)
                .orElseThrow(() -> new ProblemException(LeaderboardProblems.boardNotFound()));
    }

    /** A page that is the same for every caller, with an entity tag. */
    private RestResponse<ListingView> page(Listing listing, List<String> ifNoneMatch, boolean fresh) {
        return Etag.answer(Etag.of(listing.content()), ifNoneMatch, freshness.cacheControl(fresh), () -> view(listing));
    }

    /** A list that depends on the request, which must not be cached. */
    private RestResponse<ListingView> own(Listing listing) {
        return RestResponse.ResponseBuilder.ok(view(listing))
                .header("Cache-Control", CachePolicy.NEVER)
                .build();
    }

    private ListingView view(Listing listing) {
        Board board = listing.board();
        return new ListingView(
                board.id(),
                board.settings().description(),
                board.settings().rankingType(),
                listing.season(),
                listing.entries().stream()
                        .map(entry -> new EntryView(
                                entry.rank(),
                                entry.position(),
                                entry.playerId(),
                                board.value(entry.score().value()),
                                board.value(entry.score().subscore()),
                                metadata.read(entry.metadata()),
                                Instant.ofEpochMilli(entry.reachedAt()),
                                board.tier(entry.score(), entry.rank(), entry.place(), listing.totalEntries())))
                        .toList(),
                listing.totalEntries(),
                listing.lastUpdated(),
                listing.asOf(),
                listing.previous()
                        .map(first -> EntryCursor.before(board, listing.season(), first))
                        .orElse(null),
                listing.next()
                        .map(last -> EntryCursor.after(board, listing.season(), last))
                        .orElse(null));
    }

    private static List<String> ids(@Nullable String... players) {
        if (players.length == 0 || players.length > MAX_PLAYERS) {
            throw new ProblemException(Problem.badRequest("players", "Give 1 to " + MAX_PLAYERS + " players."));
        }
        List<String> ids = new ArrayList<>();
        for (String player : players) {
            ids.add(Ids.check("players", player));
        }
        return ids;
    }
}
