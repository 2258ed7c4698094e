package dev.statecraft.leaderboard.score;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.EntryStore;
import dev.statecraft.leaderboard.entry.EntryStore.BoardAndEntry;
import dev.statecraft.leaderboard.rank.RecentWrites;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import dev.statecraft.table.Backoff;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Changes the metadata of entries without a score. */
@ApplicationScoped
public class MetadataService {

    private static final long CONTENTION_MILLIS = 2;

    private final ScoreService scores;
    private final EntryStore entries;
    private final RecentWrites recent;
    private final LeaderboardConfig config;
    private final Clock clock;
    private final Backoff backoff;

    public MetadataService(
            ScoreService scores,
            EntryStore entries,
            RecentWrites recent,
            LeaderboardConfig config,
            Clock clock,
            Backoff backoff) {
        this.scores = scores;
        this.entries = entries;
        this.recent = recent;
        this.config = config;
        this.clock = clock;
        this.backoff = backoff;
    }

    /** Result of a change. Variants are listed in order of precedence. */
    public sealed interface Result {}

    /** The board does not exist. */
    public record NoBoard() implements Result {}

    /** The player has no entry in the current season. */
    public record NoEntry() implements Result {}

    /** Gave up after {@code write-attempts} conflicting writes; nothing was changed. */
    public record Busy() implements Result {}

    /** The entry has the requested metadata. */
    public record Changed(Board board, Entry entry) implements Result {}

    /**
     * Replaces the metadata of a player's entry in the current season. Score, order within a tie, rank, receipts and the rate
     * of submissions do not change. A repeated change writes nothing. Cost: one round trip to read, 1 WCU for each KB of the
     * entry, and the same in the order index.
     *
     * @param metadata JSON text, null for none
     */
    public Result change(String game, String boardId, String playerId, @Nullable String metadata) {
        Optional<BoardAndEntry> found = scores.read(game, boardId, playerId);
        if (found.isEmpty()) {
            return new NoBoard();
        }
        Board board = found.get().board();
        Entry entry = found.get().entry();
        for (int attempt = 0; attempt < config.writeAttempts(); attempt++) {
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            if (entry.score() == null) {
                return new NoEntry();
            }
            if (Objects.equals(entry.metadata(), metadata)) {
                return new Changed(board, entry);
            }
            Entry changed = entry.withMetadata(metadata, board.metadataSchema(), clock.millis());
            if (entries.put(board, board.season(), changed, entry.version())
                    instanceof EntryStore.Overtaken overtaken) {
                entry = overtaken.current();
            } else {
                recent.add(board, changed);
                return new Changed(board, changed);
            }
        }
        return new Busy();
    }
}
