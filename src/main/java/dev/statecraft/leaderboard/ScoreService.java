package dev.statecraft.leaderboard;

import dev.statecraft.leaderboard.EntryStore.BoardAndEntry;
import dev.statecraft.table.Backoff;
import dev.statecraft.table.Parallel;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Takes scores, removes entries and reads a player's own. */
@ApplicationScoped
public class ScoreService {

    private static final long CONTENTION_MILLIS = 2;

    private final BoardService boards;
    private final EntryStore entries;
    private final RankingService rankings;
    private final LeaderboardConfig config;
    private final RecentWrites recent;
    private final Parallel parallel;
    private final Clock clock;

    ScoreService(
            BoardService boards,
            EntryStore entries,
            RankingService rankings,
            LeaderboardConfig config,
            RecentWrites recent,
            Parallel parallel,
            Clock clock) {
        this.boards = boards;
        this.entries = entries;
        this.rankings = rankings;
        this.config = config;
        this.recent = recent;
        this.parallel = parallel;
        this.clock = clock;
    }

    /**
     * A score as it comes in.
     *
     * @param metadata JSON text, null for none
     * @param submissionId null if the caller does not mean to retry
     * @param operator null for the board's own
     */
    public record NewScore(
            String playerId,
            BigDecimal value,
            BigDecimal subscore,
            @Nullable String metadata,
            @Nullable String submissionId,
            @Nullable Operator operator) {}

    /** How a submission ended; in order of precedence. */
    public sealed interface Result {}

    /** There is no such board. */
    public record NoBoard() implements Result {}

    /** The field cannot be kept on this board. */
    public record Unfit(String field, String detail) implements Result {}

    /** Matches decide on this board. */
    public record ByMatches() implements Result {}

    /** The submission id was used for something else. */
    public record Mismatch() implements Result {}

    /** Others wrote the same entry or board all the time. */
    public record Busy() implements Result {}

    /**
     * The submission is in effect, exactly once.
     *
     * @param season the season it counts in
     * @param receipt what it did
     * @param replayed whether it had been taken before
     * @param ranked where the player stands now; nothing if that was not asked for or the entry is gone
     */
    public record Taken(
            Board board,
            int season,
            String submissionId,
            Receipt receipt,
            boolean replayed,
            Optional<RankingService.Ranked> ranked)
            implements Result {}

    private record Written(Result result, @Nullable Entry entry) {}

    /**
     * Takes one score. A strongly consistent read of the entry (1 RCU; in the same round trip the board, if it was not
     * read lately) and one conditional write (1 WCU, and 1–2 in the index when the score changes); with {@code ranked}
     * one batch read for the rank. A submission that changes nothing and carries no id of its own is not written.
     */
    public Result submit(String game, String boardId, NewScore score, boolean ranked) {
        Optional<BoardAndEntry> found = read(game, boardId, score.playerId());
        if (found.isEmpty()) {
            return new NoBoard();
        }
        Written written =
                write(found.get().board(), List.of(score), found.get().entry()).get(0);
        return ranked ? rankAll(List.of(written)).get(0) : written.result();
    }

    /**
     * Takes up to 100 scores, each for itself: one may fail while others are taken. Scores of the same player are taken
     * in the order given, in one write.
     *
     * @return one result a score, in order; nothing if there is no such board
     */
    public Optional<List<Result>> submitAll(String game, String boardId, List<NewScore> scores, boolean ranked) {
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
        List<Callable<List<Written>>> tasks = new ArrayList<>();
        byPlayer.forEach((player, indexes) -> tasks.add(() -> write(
                board.get(),
                indexes.stream().map(scores::get).toList(),
                current.getOrDefault(player, Entry.none(player)))));
        List<List<Written>> done = parallel.all(tasks);
        Map<Integer, Written> results = new TreeMap<>();
        int task = 0;
        for (List<Integer> indexes : byPlayer.values()) {
            for (int i = 0; i < indexes.size(); i++) {
                results.put(indexes.get(i), done.get(task).get(i));
            }
            task++;
        }
        List<Written> ordered = List.copyOf(results.values());
        return Optional.of(
                ranked
                        ? rankAll(ordered)
                        : ordered.stream().map(Written::result).toList());
    }

    /** Removes a player's entry from the running season. Nothing if there is no such board. */
    public Optional<Removal> remove(String game, String boardId, String playerId) {
        Optional<BoardAndEntry> found = read(game, boardId, playerId);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Board board = found.get().board();
        Entry entry = found.get().entry();
        for (int attempt = 0; attempt < config.writeAttempts(); attempt++) {
            Backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            if (entry.score() == null) {
                return Optional.of(Removal.NO_ENTRY);
            }
            Entry removed = entry.removed(clock.millis(), retention(1));
            if (entries.put(board, board.season(), removed, entry.version())
                    instanceof EntryStore.Overtaken overtaken) {
                entry = overtaken.current();
            } else {
                return Optional.of(Removal.REMOVED);
            }
        }
        return Optional.of(Removal.BUSY);
    }

    /** How a removal ended. */
    public enum Removal {
        /** The player had no entry. */
        NO_ENTRY,
        /** Others wrote the entry all the time. */
        BUSY,
        /** The entry is gone. */
        REMOVED
    }

    /**
     * A board and a player's entry on it in the running season: one round trip. Nothing if there is no such board.
     */
    public Optional<BoardAndEntry> read(String game, String boardId, String playerId) {
        if (boards.isFresh(game, boardId)) {
            return boards.find(game, boardId)
                    .map(board -> new BoardAndEntry(board, entries.read(board, board.season(), playerId)));
        }
        Board guess = boards.lastSeen(game, boardId).orElseGet(() -> Board.guess(game, boardId));
        return entries.readWithBoard(guess, playerId).flatMap(both -> boards.learned(both.board())
                .map(board -> board.season() == both.board().season()
                        ? both
                        : new BoardAndEntry(board, entries.read(board, board.season(), playerId))));
    }

    /** A player's entry in a season that was closed, or the running one. */
    public Entry read(Board board, int season, String playerId) {
        return entries.read(board, season, playerId);
    }

    /** Several players' entries in a season. */
    public List<Entry> readAll(Board board, int season, List<String> playerIds) {
        return List.copyOf(entries.readAll(board, season, playerIds).values());
    }

    /** Takes scores of one player in order, in one write of the entry. */
    private List<Written> write(Board asRead, List<NewScore> scores, Entry asFound) {
        if (asRead.settings().rankingType() == RankingType.RATING) {
            return scores.stream()
                    .map(score -> new Written(new ByMatches(), null))
                    .toList();
        }
        Board board = asRead;
        Entry entry = asFound;
        List<String> ids = scores.stream()
                .map(score -> score.submissionId() == null ? UUID.randomUUID().toString() : score.submissionId())
                .toList();
        for (int attempt = 0; attempt < config.writeAttempts(); attempt++) {
            Backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            boolean subscores =
                    scores.stream().anyMatch(score -> score.subscore().signum() != 0);
            if (!board.scored() || (subscores && !board.subscored())) {
                Optional<Board> marked = boards.mark(board, subscores);
                if (marked.isEmpty()) {
                    Result end = boards.read(board.game(), board.id()).isEmpty() ? new NoBoard() : new Busy();
                    return scores.stream().map(score -> new Written(end, null)).toList();
                }
                if (marked.get().season() != board.season() || marked.get().epoch() != board.epoch()) {
                    entry = entries.read(
                            marked.get(), marked.get().season(), scores.get(0).playerId());
                }
                board = marked.get();
            }
            Entry next = entry;
            List<Written> results = new ArrayList<>();
            for (int i = 0; i < scores.size(); i++) {
                Written decided = decide(board, scores.get(i), ids.get(i), next, scores.size());
                results.add(decided);
                next = decided.entry() == null ? next : decided.entry();
            }
            if (next.version() == entry.version()) {
                return withLast(results, entry);
            }
            if (entries.put(board, board.season(), next, entry.version()) instanceof EntryStore.Overtaken overtaken) {
                entry = overtaken.current();
            } else {
                recent.add(board, next);
                return withLast(results, next);
            }
        }
        return scores.stream().map(score -> new Written(new Busy(), null)).toList();
    }

    /** All results of one player are ranked by the entry as it was left. */
    private static List<Written> withLast(List<Written> results, Entry last) {
        return results.stream()
                .map(written -> new Written(written.result(), last))
                .toList();
    }

    private Written decide(Board board, NewScore score, String id, Entry entry, int together) {
        Optional<Long> value = board.units(score.value());
        if (value.isEmpty()) {
            return new Written(unfit(board, "value"), null);
        }
        Optional<Long> subscore = board.units(score.subscore());
        if (subscore.isEmpty()) {
            return new Written(unfit(board, "subscore"), null);
        }
        boolean identified = score.submissionId() != null;
        Submission submission = new Submission(
                score.playerId(),
                new Score(value.get(), subscore.get()),
                score.metadata(),
                id,
                identified,
                score.operator());
        if (identified && entry.version() == 0 && board.season() > 1) {
            // A retry may cross a reset: what was taken in the season before is not taken again.
            Entry before = entries.read(board, board.season() - 1, score.playerId());
            Submission.Decision then = submission.on(board, before, clock.millis(), retention(together));
            if (then instanceof Submission.Replay replay) {
                int season = board.season() - 1;
                return new Written(new Taken(board, season, id, replay.receipt(), true, Optional.empty()), null);
            }
            if (then instanceof Submission.Mismatch) {
                return new Written(new Mismatch(), null);
            }
        }
        Submission.Decision decision = submission.on(board, entry, clock.millis(), retention(together));
        if (decision instanceof Submission.Replay replay) {
            return new Written(taken(board, id, replay.receipt(), true), null);
        }
        if (decision instanceof Submission.Mismatch) {
            return new Written(new Mismatch(), null);
        }
        if (decision instanceof Submission.OutOfRange) {
            return new Written(
                    new Unfit("value", "The score would leave the range of ±(2^53−1) smallest units."), null);
        }
        if (decision instanceof Submission.Keep keep) {
            return new Written(taken(board, id, keep.receipt(), false), null);
        }
        Submission.Write write = (Submission.Write) decision;
        return new Written(taken(board, id, write.receipt(), false), write.entry());
    }

    private static Taken taken(Board board, String id, Receipt receipt, boolean replayed) {
        return new Taken(board, board.season(), id, receipt, replayed, Optional.empty());
    }

    private static Unfit unfit(Board board, String field) {
        return new Unfit(
                field,
                "Give a number with at most " + board.settings().decimals()
                        + " digits after the point, within ±(2^53−1) of the smallest unit.");
    }

    /** Ranks what was taken, with the nodes all results share read once. */
    private List<Result> rankAll(List<Written> written) {
        List<Result> results =
                new ArrayList<>(written.stream().map(Written::result).toList());
        List<Integer> indexes = new ArrayList<>();
        List<Entry> scored = new ArrayList<>();
        Board board = null;
        for (int i = 0; i < written.size(); i++) {
            Entry entry = written.get(i).entry();
            if (results.get(i) instanceof Taken taken
                    && taken.season() == (board == null ? taken.board() : board).season()
                    && entry != null
                    && entry.score() != null) {
                board = taken.board();
                indexes.add(i);
                scored.add(entry);
            }
        }
        if (board == null) {
            return results;
        }
        List<RankingService.Ranked> ranks = rankings.rankAll(board, board.season(), scored);
        for (int i = 0; i < indexes.size(); i++) {
            int index = indexes.get(i);
            Taken taken = (Taken) results.get(index);
            results.set(
                    index,
                    new Taken(
                            taken.board(),
                            taken.season(),
                            taken.submissionId(),
                            taken.receipt(),
                            taken.replayed(),
                            Optional.of(ranks.get(i))));
        }
        return results;
    }

    private Receipt.Retention retention(int together) {
        LeaderboardConfig.Receipts receipts = config.receipts();
        return new Receipt.Retention(
                Math.max(receipts.least(), together), Math.max(receipts.most(), together), receipts.window());
    }
}
