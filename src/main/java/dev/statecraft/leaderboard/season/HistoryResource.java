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
import dev.statecraft.leaderboard.board.SnapshotTrigger;
import dev.statecraft.leaderboard.settings.MetadataJson;
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
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Routes of the history of a board: snapshots, and the ranks of a player over time. */
@Path("/v1/leaderboards")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Leaderboards")
public class HistoryResource {

    private final BoardService boards;
    private final SnapshotService snapshots;
    private final PlayerHistoryService players;
    private final MetadataJson json;
    private final CurrentCaller caller;

    HistoryResource(
            BoardService boards,
            SnapshotService snapshots,
            PlayerHistoryService players,
            MetadataJson json,
            CurrentCaller caller) {
        this.boards = boards;
        this.snapshots = snapshots;
        this.players = players;
        this.json = json;
        this.caller = caller;
    }

    /** An entry of a snapshot. */
    public record SnapshotEntry(
            long rank,
            long position,
            String playerId,
            BigDecimal value,
            BigDecimal subscore,
            @Nullable JsonNode metadata) {}

    /** Number of entries with a value from {@code from} to less than {@code to}. The last bucket includes {@code to}. */
    public record SnapshotBucket(BigDecimal from, BigDecimal to, long count) {}

    /** API representation of a leaderboard snapshot. */
    @Schema(name = "LeaderboardSnapshot")
    public record SnapshotView(
            String id,
            SnapshotTrigger eventType,
            String reason,
            Instant timestamp,
            int season,
            long totalEntries,
            List<SnapshotEntry> entries,
            List<SnapshotBucket> distribution) {}

    /** A page of snapshots, latest first. */
    public record SnapshotList(
            List<SnapshotView> snapshots, @Nullable String nextCursor) {}

    /** The rank of a player at a point in time or at the end of a season. */
    @Schema(name = "PlayerStanding")
    public record Standing(
            Instant timestamp, int season, long rank, BigDecimal value, double percentile, long totalEntries) {}

    /**
     * The ranks of a player over time.
     *
     * @param samples ranks at scheduled snapshots and at the end of seasons, latest first; only the best players are sampled
     * @param seasons final ranks in the last closed seasons, latest first; for players of any rank
     */
    public record PlayerHistory(
            String playerId,
            List<Standing> samples,
            List<Standing> seasons,
            @Nullable String nextCursor) {}

    /** Lists the snapshots of a board. */
    @GET
    @Path("/{board}/history")
    @Requires(value = Scope.BOARD_READ, players = Players.NAMED_BOARD)
    @Operation(operationId = "getLeaderboardHistory", summary = "List the leaderboard snapshots of a board")
    public SnapshotList list(
            @PathParam("board") String id,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        Board board = board(id);
        String list = "history#" + id + "#" + board.epoch();
        String before = cursor == null ? null : Cursor.read(cursor, list, 1).get(0);
        SnapshotStore.SnapshotPage page = snapshots.list(board, before, QueryParameters.limit(limit));
        return new SnapshotList(
                page.snapshots().stream().map(snapshot -> view(board, snapshot)).toList(),
                page.next() == null ? null : Cursor.of(list, page.next()));
    }

    /** Reads a snapshot. */
    @GET
    @Path("/{board}/history/{snapshot}")
    @Requires(value = Scope.BOARD_READ, players = Players.NAMED_BOARD)
    @Operation(operationId = "getLeaderboardSnapshot", summary = "Get a leaderboard snapshot")
    public SnapshotView read(@PathParam("board") String id, @PathParam("snapshot") String snapshot) {
        Board board = board(id);
        Ids.check("snapshot", snapshot);
        return snapshots
                .find(board, snapshot)
                .map(found -> view(board, found))
                .orElseThrow(() -> new ProblemException(Problem.notFound(
                        "snapshot-not-found",
                        "Snapshot not found",
                        "The snapshot never existed, or it was deleted because the board has newer ones.")));
    }

    /** Reads the ranks of a player over time. */
    @GET
    @Path("/{board}/players/{player}/history")
    @Requires(value = Scope.BOARD_READ, players = Players.NAMED_BOARD)
    @Operation(operationId = "getPlayerHistory", summary = "Get the ranks of a player over time")
    public PlayerHistory player(
            @PathParam("board") String id,
            @PathParam("player") String player,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        Ids.check("player", player);
        Board board = board(id);
        int requested = QueryParameters.limit(limit);
        String list = "samples#" + id + "#" + board.epoch() + "#" + player;
        Instant before = cursor == null
                ? null
                : Instant.ofEpochMilli(QueryParameters.integer(
                        "cursor", Cursor.read(cursor, list, 1).get(0), 0, Score.LIMIT));
        List<Sample> found = players.samples(board, player, before, requested + 1);
        List<Sample> page = found.subList(0, Math.min(requested, found.size()));
        return new PlayerHistory(
                player,
                page.stream().map(sample -> view(board, sample)).toList(),
                players.seasons(board, player).stream()
                        .map(sample -> view(board, sample))
                        .toList(),
                found.size() > requested
                        ? Cursor.of(list, page.get(requested - 1).timestamp().toEpochMilli())
                        : null);
    }

    private Board board(String id) {
        Ids.check("board", id);
        return boards.find(caller.game(), id)
                .orElseThrow(() -> new ProblemException(LeaderboardProblems.boardNotFound()));
    }

    private SnapshotView view(Board board, Snapshot snapshot) {
        return new SnapshotView(
                snapshot.id(),
                snapshot.eventType(),
                snapshot.reason(),
                snapshot.timestamp(),
                snapshot.season(),
                snapshot.totalEntries(),
                snapshot.entries().stream()
                        .map(entry -> new SnapshotEntry(
                                entry.rank(),
                                entry.position(),
                                entry.playerId(),
                                board.value(entry.score().value()),
                                board.value(entry.score().subscore()),
                                json.read(entry.metadata())))
                        .toList(),
                snapshot.distribution().stream()
                        .map(bucket -> new SnapshotBucket(
                                board.value(bucket.from()), board.value(bucket.to()), bucket.count()))
                        .toList());
    }

    private static Standing view(Board board, Sample sample) {
        return new Standing(
                sample.timestamp(),
                sample.season(),
                sample.rank(),
                board.value(sample.score().value()),
                sample.counted() * 100.0 / sample.totalEntries(),
                sample.totalEntries());
    }
}
