package dev.statecraft.leaderboard.season;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardService;
import dev.statecraft.leaderboard.board.Season;
import dev.statecraft.leaderboard.board.SeasonStore;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import dev.statecraft.leaderboard.settings.Terms;
import dev.statecraft.table.Backoff;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Resets boards and knows their closed seasons. */
@ApplicationScoped
public class SeasonService {

    private static final long CONTENTION_MILLIS = 2;

    /** So many seasons back a reset is looked for that is asked for again with the same key. */
    private static final int REMEMBERED = 10;

    private final BoardService boards;
    private final SeasonStore seasons;
    private final AwardStore awards;
    private final SnapshotService snapshots;
    private final LeaderboardConfig config;

    public SeasonService(
            BoardService boards,
            SeasonStore seasons,
            AwardStore awards,
            SnapshotService snapshots,
            LeaderboardConfig config) {
        this.boards = boards;
        this.seasons = seasons;
        this.awards = awards;
        this.snapshots = snapshots;
        this.config = config;
    }

    /** How a reset ended; in order of precedence. */
    public sealed interface Reset {}

    /** There is no such board. */
    public record Unknown() implements Reset {}

    /** The same key was used for a reset with another reason. */
    public record Mismatch() implements Reset {}

    /** The board has not started, or has closed for good. */
    public record NotOpen(Board board, Terms.Status status) implements Reset {}

    /** Others changed the board all the time. */
    public record Busy() implements Reset {}

    /** The season is closed; {@code replayed} if it had been by the same request before. */
    public record Done(Season closed, boolean replayed) implements Reset {}

    /**
     * Closes the running season and begins the next: one transaction of 4 WCU, whatever the size of the board, and a
     * first snapshot of what was closed. The final one follows when everything that was on its way is counted.
     *
     * @param requestId the same id again resets only once, null for none
     */
    public Reset reset(String game, String id, String reason, @Nullable String requestId) {
        for (int attempt = 0; attempt < config.writeAttempts(); attempt++) {
            Backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Optional<Board> found = boards.read(game, id);
            if (found.isEmpty()) {
                return new Unknown();
            }
            Board board = found.get();
            Optional<Season> before = requestId == null
                    ? Optional.empty()
                    : seasons.list(board, null, REMEMBERED).stream()
                            .filter(season -> requestId.equals(season.requestId()))
                            .findFirst();
            if (before.isPresent()) {
                return before.get().reason().equals(reason) ? new Done(before.get(), true) : new Mismatch();
            }
            Terms.Status status = boards.status(board);
            if (status != Terms.Status.OPEN) {
                return new NotOpen(board, status);
            }
            Optional<Season> closed = boards.close(board, reason, requestId);
            if (closed.isPresent()) {
                snapshots.takeFirst(board, closed.get());
                return new Done(closed.get(), false);
            }
        }
        return new Busy();
    }

    /** A closed season; nothing if it was not closed. */
    public Optional<Season> find(Board board, int season) {
        return seasons.read(board, season);
    }

    /** Closed seasons, the latest first, those before a season only if one is given. */
    public List<Season> list(Board board, @Nullable Integer beforeSeason, int limit) {
        return seasons.list(board, beforeSeason, limit);
    }

    /** The awards of a closed season by place, those behind a place only. */
    public List<Award> awards(Board board, int season, long afterPosition, int limit) {
        return awards.list(board, season, afterPosition, limit);
    }
}
