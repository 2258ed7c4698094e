package dev.statecraft.leaderboard.score;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.SeasonStore;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.EntryStore;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import dev.statecraft.table.Batches;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Finds the receipts of a player's submissions in earlier seasons for entries that do not store them yet. They are read
 * with the first identified submission of a player in a season, and the entry written by it stores them. In the first
 * seconds of a season, while writes to the previous season may still be in flight, they are read with every submission.
 */
@ApplicationScoped
public class EarlierReceiptService {

    private final EntryStore entries;
    private final SeasonStore seasons;
    private final LeaderboardConfig config;
    private final Clock clock;

    public EarlierReceiptService(EntryStore entries, SeasonStore seasons, LeaderboardConfig config, Clock clock) {
        this.entries = entries;
        this.seasons = seasons;
        this.config = config;
        this.clock = clock;
    }

    /**
     * The entry with the receipts of earlier seasons. Cost: none if the entry stores them or there are no earlier seasons;
     * 1 RCU if the entry of the previous season stores them; otherwise one batch read more, with 1 RCU for each of the last
     * {@code receipts.seasons} seasons. If more seasons ended within {@code receipts.window}, all of those are read.
     */
    Entry withEarlier(Board board, Entry entry) {
        if (entry.earlier().complete() || board.season() == 1) {
            return entry;
        }
        Instant now = clock.instant();
        NavigableMap<Integer, Entry> found = new TreeMap<>();
        int last = board.season() - 1;
        Entry before = entries.read(board, last, entry.playerId());
        if (before.version() > 0) {
            found.put(last, before);
        }
        int page = Math.max(1, Math.min(Batches.READ_LIMIT, config.receipts().seasons()));
        int from = board.season() - page;
        int to = last;
        while (!before.earlier().complete() && to > 1) {
            int first = Math.max(1, from);
            List<Integer> some = IntStream.range(first, to).boxed().toList();
            if (!some.isEmpty()) {
                found.putAll(entries.readSeasons(board, some, entry.playerId()));
            }
            if (found.values().stream().anyMatch(one -> one.earlier().complete())
                    || !endedLately(board, first - 1, now)) {
                break;
            }
            to = first;
            from = first - page;
        }
        boolean arrived = !now.isBefore(
                board.seasons().startedAt().plus(config.boardCache()).plus(config.settleAfter()));
        return entry.withEarlier(Entry.earlierReceipts(found, arrived));
    }

    /** Whether a season ended within the retention window of receipts. Reads its record only if that is possible. */
    private boolean endedLately(Board board, int season, Instant now) {
        Instant oldest = now.minus(config.receipts().window());
        return season > 0
                && board.seasons().startedAt().isAfter(oldest)
                && seasons.read(board, season)
                        .filter(closed -> closed.closedAt().isAfter(oldest))
                        .isPresent();
    }
}
