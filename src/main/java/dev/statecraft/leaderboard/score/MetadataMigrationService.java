package dev.statecraft.leaderboard.score;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardService;
import dev.statecraft.leaderboard.board.SchemaMove;
import dev.statecraft.leaderboard.entry.CombinedEntryStore;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.EntryStore;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import dev.statecraft.table.CapacityUsage;
import dev.statecraft.table.TransactionWrites;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a migration of metadata needs: boards, pages of entries, and writes of metadata together with other items. Score,
 * order within a tie, rank and receipts do not change.
 */
@ApplicationScoped
public class MetadataMigrationService {

    private final BoardService boards;
    private final EntryStore entries;
    private final CombinedEntryStore writes;
    private final LeaderboardConfig config;
    private final Clock clock;

    public MetadataMigrationService(
            BoardService boards, EntryStore entries, CombinedEntryStore writes, LeaderboardConfig config, Clock clock) {
        this.boards = boards;
        this.entries = entries;
        this.writes = writes;
        this.config = config;
        this.clock = clock;
    }

    /** Reads a board in its current season, strongly consistent; empty if it does not exist. Cost: 1 RCU. */
    public Optional<Board> board(String game, String id) {
        return boards.read(game, id);
    }

    /** Reads the first board after an id, strongly consistent; null for the first board of the game. */
    public Optional<Board> firstAfter(String game, @Nullable String id) {
        return boards.firstAfter(game, id);
    }

    /** A page of entries of a lane, and the player that the next page starts after; null on the last page. */
    public record Page(List<Entry> entries, @Nullable String next) {}

    /** A page of entries of one lane, strongly consistent. Cost: 1 RCU for each 4 KB. */
    public Page lane(Board board, int lane, @Nullable String afterPlayer, int limit) {
        EntryStore.LanePage page = entries.lane(board, board.season(), lane, afterPlayer, limit);
        return new Page(page.entries(), page.next());
    }

    /** Reads entries of a season, strongly consistent; without a score if there is none. */
    public Map<String, Entry> entries(Board board, int season, Collection<String> players) {
        return entries.readAll(board, season, players);
    }

    /** Metadata to write: the entry that was read, the new metadata, and its schema version. */
    public record Change(Entry before, String metadata, String schema) {}

    /** Whether metadata is too long to be stored. */
    public boolean tooLong(String metadata) {
        return metadata.getBytes(StandardCharsets.UTF_8).length > config.metadataBytes();
    }

    /** Maximum bytes of metadata as JSON. */
    public int limitBytes() {
        return config.metadataBytes();
    }

    /** Result of a write of several entries. Variants are listed in order of precedence. */
    public enum Written {
        /** A condition of the other writes failed. */
        OTHERS_REJECTED,
        /** An entry has changed since it was read; nothing was written. */
        OVERTAKEN,
        STORED
    }

    /** Writes metadata of a season and other items, all or nothing, if no entry has changed since it was read. */
    public Written write(
            Board board, int season, List<Change> changes, TransactionWrites others, CapacityUsage consumption) {
        List<CombinedEntryStore.Change> all = new ArrayList<>();
        for (Change change : changes) {
            all.add(new CombinedEntryStore.Change(
                    change.before().withMetadata(change.metadata(), change.schema(), clock.millis()),
                    change.before().version()));
        }
        return switch (writes.putAll(board, season, all, others, consumption)) {
            case OTHERS_REJECTED -> Written.OTHERS_REJECTED;
            case OVERTAKEN -> Written.OVERTAKEN;
            case STORED -> Written.STORED;
        };
    }

    /** Sets the schema version of the metadata of new scores on a board, in the same transaction as other writes. */
    public SchemaMove moveSchema(Board board, String schema, TransactionWrites others) {
        return boards.moveMetadataSchema(board, schema, others);
    }

    /** The boards with a schema version of their own of metadata in boards without scores. */
    public Set<String> withSchemaOfNewBoards(String game) {
        return boards.metadataSchemas(game).keySet();
    }

    /**
     * Sets the schema version of metadata in a board without scores, or {@code *} for all others, in the same transaction as
     * other writes.
     */
    public SchemaMove moveSchemaOfNewBoard(String game, String board, String schema, TransactionWrites others) {
        return boards.moveMetadataSchema(game, board, schema, others);
    }
}
