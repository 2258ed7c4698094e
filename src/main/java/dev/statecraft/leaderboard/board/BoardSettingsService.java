package dev.statecraft.leaderboard.board;

import dev.statecraft.leaderboard.settings.BoardSettings;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import dev.statecraft.table.Backoff;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Creates boards and changes their settings. Any number of game servers may do so at once: each write is conditional on the
 * version that was read, and the loser of a race decides again on the board that the winner wrote. A change returns after
 * {@code board-cache}, when every instance sees it.
 */
@ApplicationScoped
public class BoardSettingsService {

    private static final long CONTENTION_MILLIS = 2;

    private final BoardService boards;
    private final LeaderboardConfig config;
    private final Backoff backoff;

    public BoardSettingsService(BoardService boards, LeaderboardConfig config, Backoff backoff) {
        this.boards = boards;
        this.config = config;
        this.backoff = backoff;
    }

    /** The settings that a board shall have. */
    public interface Wanted {

        /** Returns the wanted settings, given those of the board; null if the board does not exist. */
        BoardSettings settings(@Nullable BoardSettings existing);
    }

    /**
     * Creates a board, unless it exists with the same settings. Cost: 1 RCU, and the write of a new board.
     *
     * @return {@code Created}, {@code Changed} without fields, {@code Exists} or {@code Busy}
     */
    public BoardChange create(String game, String id, Wanted wanted) {
        return attempt(() -> {
            Optional<Board> found = boards.read(game, id);
            if (found.isEmpty()) {
                return created(game, id, wanted);
            }
            Board board = found.get();
            List<String> fields = wanted.settings(board.settings()).changes(board.settings());
            return Optional.of(
                    fields.isEmpty() ? new BoardChange.Changed(board, fields) : new BoardChange.Exists(fields));
        });
    }

    /** Creates a board, or gives an existing board the wanted settings. Cost: 1 RCU, and a write if something changes. */
    public BoardChange put(String game, String id, Wanted wanted) {
        return attempt(() -> {
            Optional<Board> found = boards.read(game, id);
            return found.isEmpty()
                    ? created(game, id, wanted)
                    : changed(found.get(), wanted.settings(found.get().settings()));
        });
    }

    /** Returns the result that {@link #put} would have now. Nothing is written. Cost: 1 RCU. */
    public BoardChange plan(String game, String id, Wanted wanted) {
        Optional<Board> found = boards.read(game, id);
        return found.isEmpty()
                ? new BoardChange.Created(boards.first(game, id, wanted.settings(null)))
                : decide(found.get(), wanted.settings(found.get().settings()));
    }

    /** Changes the settings of a board. Cost: 1 RCU, and a write if something changes. */
    public BoardChange change(String game, String id, UnaryOperator<BoardSettings> change) {
        return attempt(() -> {
            Optional<Board> found = boards.read(game, id);
            return found.isEmpty()
                    ? Optional.of(new BoardChange.Unknown())
                    : changed(found.get(), change.apply(found.get().settings()));
        });
    }

    /** Repeats an attempt until it has a result. An attempt that lost a race has none. */
    private BoardChange attempt(Supplier<Optional<BoardChange>> attempt) {
        for (int i = 0; i < config.writeAttempts(); i++) {
            backoff.pauseBefore(i, CONTENTION_MILLIS);
            Optional<BoardChange> result = attempt.get();
            if (result.isPresent()) {
                return result.get();
            }
        }
        return new BoardChange.Busy();
    }

    private Optional<BoardChange> created(String game, String id, Wanted wanted) {
        return boards.create(game, id, wanted.settings(null)).map(BoardChange.Created::new);
    }

    private Optional<BoardChange> changed(Board board, BoardSettings settings) {
        BoardChange decision = decide(board, settings);
        return decision instanceof BoardChange.Changed changed
                        && !changed.fields().isEmpty()
                        && !boards.replace(changed.board(), board, true)
                ? Optional.empty()
                : Optional.of(decision);
    }

    /** Decides on other settings of a board. Nothing is written. */
    private BoardChange decide(Board board, BoardSettings settings) {
        List<String> fields = settings.changes(board.settings());
        if (fields.isEmpty()) {
            return new BoardChange.Changed(board, fields);
        }
        if (board.seasons().closed()
                && !settings.terms().samePeriod(board.settings().terms())) {
            return new BoardChange.Closed(board);
        }
        List<String> locked = settings.lockedChanges(board.settings());
        if (board.scored() && !locked.isEmpty()) {
            return new BoardChange.Locked(locked);
        }
        if (fields.contains("lanes")) {
            return new BoardChange.LanesFixed(board.settings().lanes());
        }
        return new BoardChange.Changed(boards.with(board, settings), fields);
    }
}
