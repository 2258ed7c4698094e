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

/** Resets boards, and reads their closed seasons and awards. */
@ApplicationScoped
public class SeasonService {

    private static final long CONTENTION_MILLIS = 2;

    /** Number of closed seasons that are searched for an earlier reset with the same idempotency key. */
    private static final int REPLAY_SEASONS = 10;

    private final BoardService boards;
    private final SeasonStore seasons;
    private final AwardStore awards;
    private final SnapshotService snapshots;
    private final LeaderboardConfig config;
    private final Backoff backoff;

    public SeasonService(
            BoardService boards,
            SeasonStore seasons,
            AwardStore awards,
            SnapshotService snapshots,
            LeaderboardConfig config,
            Backoff backoff) {
        this.boards = boards;
        this.seasons = seasons;
        this.awards = awards;
        this.snapshots = snapshots;
        this.config = config;
        this.backoff = backoff;
    }

    /** Result of a reset request. Variants are listed in order of precedence. */
    public sealed interface Reset {}

    /** The board does not exist. */
    public record Unknown() implements Reset {}

    /** The idempotency key was already used for a reset with another reason. */
    public record Mismatch() implements Reset {}

    /** The board has not started, or is closed permanently. */
    public record NotOpen(Board board, Terms.Status status) implements Reset {}

    /** Gave up after {@code write-attempts} conflicting writes. No season was closed. The caller may retry. */
    public record Busy() implements Reset {}

    /** The season is closed. {@code replayed} is true if an earlier request with the same key closed it. */
    public record Done(Season closed, boolean replayed) implements Reset {}

    /**
     * Closes the current season, starts the next, and takes a preliminary snapshot of the closed season. The final snapshot
     * is taken when the season is finalized. Cost: 4 WCU for the close, regardless of the size of the board.
     *
     * @param requestId idempotency key, null for none; a second reset with the same key returns the first result
     */
    public Reset reset(String game, String id, String reason, @Nullable String requestId) {
        for (int attempt = 0; attempt < config.writeAttempts(); attempt++) {
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Optional<Board> found = boards.read(game, id);
            if (found.isEmpty()) {
                return new Unknown();
            }
            Board board = found.get();
            Optional<Season> before = requestId == null
                    ? Optional.empty()
                    : seasons.list(board, null, REPLAY_SEASONS).stream()
                            .filter(season -> requestId.equals(season.requestId()))
                            .findFirst();
            if (before.isPresent()) {
                if (!before.get().reason().equals(reason)) {
                    return new Mismatch();
                }
                // The request that closed the season may have failed before every instance saw the change.
                backoff.deadline(config.boardCache()).await();
                return new Done(before.get(), true);
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

    /** Reads a closed season; empty if it is not closed. */
    public Optional<Season> find(Board board, int season) {
        return seasons.read(board, season);
    }

    /** Lists closed seasons, latest first; see {@link SeasonStore#list}. */
    public List<Season> list(Board board, @Nullable Integer beforeSeason, int limit) {
        return seasons.list(board, beforeSeason, limit);
    }

    /** Lists the awards of a closed season by position, after {@code afterPosition}. */
    public List<Award> awards(Board board, int season, long afterPosition, int limit) {
        return awards.list(board, season, afterPosition, limit);
    }
}
