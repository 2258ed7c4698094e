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
 * seconds of a season, other instances may still apply submissions to the previous one. Therefore the player's entry in that
 * season is closed first: a submission that is applied to the new season is not applied to the old one too.
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
     * {@code receipts.seasons} seasons. If more seasons ended within {@code receipts.window}, all of those are read. In the
     * first seconds of a season, 1 WCU more for the entry of each season that ended within these seconds.
     */
    Entry withEarlier(Board board, Entry entry) {
        if (entry.earlier().complete() || board.season() == 1) {
            return entry;
        }
        Instant now = clock.instant();
        NavigableMap<Integer, Entry> found = new TreeMap<>();
        int last = board.season() - 1;
        Instant settled = now.minus(config.boardCache()).minus(config.settleAfter());
        boolean lately = board.seasons().startedAt().isAfter(settled);
        Entry before = lately
                ? entries.close(board, last, entry.playerId(), now.toEpochMilli())
                : entries.read(board, last, entry.playerId());
        if (before.version() > 0) {
            found.put(last, before);
        }
        for (int season = last - 1; lately && season > 0 && closedAfter(board, season, settled); season--) {
            found.put(season, entries.close(board, season, entry.playerId(), now.toEpochMilli()));
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
        return entry.withEarlier(Entry.earlierReceipts(found, true));
    }

    /** Whether a season ended within the retention window of receipts. Reads its record only if that is possible. */
    private boolean endedLately(Board board, int season, Instant now) {
        Instant oldest = now.minus(config.receipts().window());
        return season > 0 && board.seasons().startedAt().isAfter(oldest) && closedAfter(board, season, oldest);
    }

    private boolean closedAfter(Board board, int season, Instant time) {
        return seasons.read(board, season)
                .filter(closed -> closed.closedAt().isAfter(time))
                .isPresent();
    }
}
