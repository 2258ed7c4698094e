package dev.statecraft.leaderboard.score;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardService;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.EntryStore;
import dev.statecraft.leaderboard.entry.EntryStore.BoardAndEntry;
import dev.statecraft.leaderboard.rank.RecentWrites;
import dev.statecraft.leaderboard.score.ScoreResult.ByMatches;
import dev.statecraft.leaderboard.score.ScoreResult.NoBoard;
import dev.statecraft.leaderboard.score.ScoreResult.Quarantined;
import dev.statecraft.leaderboard.score.ScoreResult.Taken;
import dev.statecraft.leaderboard.score.SubmissionService.Decided;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.runtime.Deadline;
import dev.statecraft.table.Backoff;
import dev.statecraft.table.Batches;
import dev.statecraft.table.Parallel;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/** Accepts scores, removes entries and reads entries of players. */
@ApplicationScoped
public class ScoreService {

    private static final long CONTENTION_MILLIS = 2;

    private final BoardService boards;
    private final EntryStore entries;
    private final SubmissionService submissions;
    private final ScoreWriter writer;
    private final ScoreRanking ranking;
    private final LeaderboardConfig config;
    private final RecentWrites recent;
    private final Parallel parallel;
    private final Clock clock;
    private final Backoff backoff;

    public ScoreService(
            BoardService boards,
            EntryStore entries,
            SubmissionService submissions,
            ScoreWriter writer,
            ScoreRanking ranking,
            LeaderboardConfig config,
            RecentWrites recent,
            Parallel parallel,
            Clock clock,
            Backoff backoff) {
        this.boards = boards;
        this.entries = entries;
        this.submissions = submissions;
        this.writer = writer;
        this.ranking = ranking;
        this.config = config;
        this.recent = recent;
        this.parallel = parallel;
        this.clock = clock;
        this.backoff = backoff;
    }

    /**
     * Accepts one score. A submission that changes nothing and has no id chosen by the caller is not written.
     *
     * <p>Cost: one strongly consistent read of the entry (1 RCU; the board is read in the same round trip if it is not
     * cached) and one conditional write (1 WCU, and 1 or 2 in the order index if the score changes). With {@code ranked}, one
     * batch read for the rank.
     */
    public ScoreResult submit(String game, String boardId, NewScore score, boolean ranked) {
        Optional<BoardAndEntry> found = read(game, boardId, score.playerId());
        if (found.isEmpty()) {
            return new NoBoard();
        }
        Decided written =
                write(found.get().board(), List.of(score), found.get().entry()).get(0);
        Decided counted = withAttempts(written);
        return ranked ? ranking.rankAll(List.of(counted)).get(0) : counted.result();
    }

    /**
     * Accepts up to 100 independent scores: some may fail while others are applied. Scores of the same player are applied in
     * the given order, in one write.
     *
     * @return one result for each score, in order; empty if the board does not exist
     */
    public Optional<List<ScoreResult>> submitAll(String game, String boardId, List<NewScore> scores, boolean ranked) {
        Optional<Board> board = boards.find(game, boardId);
        if (board.isEmpty()) {
            return Optional.empty();
        }
        Map<String, List<Integer>> byPlayer = new LinkedHashMap<>();
        for (int i = 0; i < scores.size(); i++) {
            byPlayer.computeIfAbsent(scores.get(i).playerId(), player -> new ArrayList<>())
                    .add(i);
        }
        Map<String, Entry> current = entries.readAll(board.get(), board.get().season(), byPlayer.keySet());
        List<Callable<List<Decided>>> tasks = new ArrayList<>();
        byPlayer.forEach((player, indexes) -> tasks.add(() -> write(
                board.get(),
                indexes.stream().map(scores::get).toList(),
                current.getOrDefault(player, Entry.none(player)))));
        List<List<Decided>> done = parallel.all(tasks);
        Map<Integer, Decided> results = new TreeMap<>();
        int task = 0;
        for (List<Integer> indexes : byPlayer.values()) {
            for (int i = 0; i < indexes.size(); i++) {
                results.put(indexes.get(i), done.get(task).get(i));
            }
            task++;
        }
        List<Decided> ordered =
                results.values().stream().map(ScoreService::withAttempts).toList();
        return Optional.of(
                ranked
                        ? ranking.rankAll(ordered)
                        : ordered.stream().map(Decided::result).toList());
    }

    /** The result with the number of attempts of the entry, on a board that limits them. */
    private static Decided withAttempts(Decided decided) {
        Entry entry = decided.entry();
        if (entry == null) {
            return decided;
        }
        ScoreResult result = decided.result();
        if (result instanceof Taken taken && counts(taken.board(), taken.season())) {
            result = new Taken(
                    taken.board(),
                    taken.season(),
                    taken.submissionId(),
                    taken.receipt(),
                    taken.replayed(),
                    taken.ranked(),
                    taken.tier(),
                    entry.attempts());
        } else if (result instanceof Quarantined aside && counts(aside.board(), aside.season())) {
            result = new Quarantined(
                    aside.board(),
                    aside.season(),
                    aside.submissionId(),
                    aside.bound(),
                    aside.receipt(),
                    aside.replayed(),
                    entry.attempts());
        }
        return new Decided(result, entry, decided.review());
    }

    /** Whether the board limits attempts and the entry belongs to the given season. */
    private static boolean counts(Board board, int season) {
        return board.settings().terms().maxAttempts() > 0 && season == board.season();
    }

    /** Removes a player's entry from the current season; empty if the board does not exist. */
    public Optional<Removal> remove(String game, String boardId, String playerId) {
        Optional<BoardAndEntry> found = read(game, boardId, playerId);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Board board = found.get().board();
        Entry entry = found.get().entry();
        for (int attempt = 0; attempt < config.writeAttempts(); attempt++) {
            if (attempt > 0 && attempt % 2 == 0) {
                backoff.pauseBefore(attempt / 2, CONTENTION_MILLIS);
                entry = entries.read(board, board.season(), playerId);
            }
            if (entry.score() == null) {
                return Optional.of(Removal.NO_ENTRY);
            }
            Entry removed = entry.removed(clock.millis(), submissions.retention(board, 1));
            if (entries.put(board, board.season(), removed, entry.version())
                    instanceof EntryStore.Overtaken overtaken) {
                entry = overtaken.current();
            } else {
                recent.add(board, removed);
                return Optional.of(Removal.REMOVED);
            }
        }
        return Optional.of(Removal.BUSY);
    }

    /** Result of a removal. */
    public enum Removal {
        /** The player had no entry. */
        NO_ENTRY,
        /** Gave up after {@code write-attempts} conflicting writes; nothing was changed. The caller may retry. */
        BUSY,
        /** The entry was removed. */
        REMOVED
    }

    /**
     * A board and a player's entry in its current season, in one round trip; empty if the board does not exist.
     */
    public Optional<BoardAndEntry> read(String game, String boardId, String playerId) {
        if (boards.isFresh(game, boardId)) {
            return boards.find(game, boardId)
                    .map(board -> new BoardAndEntry(board, entries.read(board, board.season(), playerId)));
        }
        Board guess = boards.lastCached(game, boardId).orElseGet(() -> Board.guess(game, boardId));
        Deadline staleAt = boards.staleAt();
        return entries.readWithBoard(guess, playerId).flatMap(both -> boards.cacheRead(both.board(), staleAt)
                .map(board -> board.season() == both.board().season()
                        ? new BoardAndEntry(board, both.entry())
                        : new BoardAndEntry(board, entries.read(board, board.season(), playerId))));
    }

    /** The entry of a player in a closed or the current season. */
    public Entry read(Board board, int season, String playerId) {
        return entries.read(board, season, playerId);
    }

    /** Entries of several players in a season. Batches of 100 are read in parallel. */
    public List<Entry> readAll(Board board, int season, List<String> playerIds) {
        List<String> players = playerIds.stream().distinct().toList();
        List<Callable<List<Entry>>> reads = new ArrayList<>();
        for (int from = 0; from < players.size(); from += Batches.READ_LIMIT) {
            List<String> part = players.subList(from, Math.min(players.size(), from + Batches.READ_LIMIT));
            reads.add(() -> List.copyOf(entries.readAll(board, season, part).values()));
        }
        return parallel.all(reads).stream().flatMap(List::stream).toList();
    }

    /** Accepts scores of one player in order, in one write of the entry for each group that fits. */
    private List<Decided> write(Board board, List<NewScore> scores, Entry entry) {
        return board.settings().rankingType() == RankingType.RATING
                ? scores.stream().map(score -> Decided.as(new ByMatches())).toList()
                : writer.write(board, scores, entry);
    }
}
