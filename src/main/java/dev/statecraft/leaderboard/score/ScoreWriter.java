package dev.statecraft.leaderboard.score;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardService;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.EntryStore;
import dev.statecraft.leaderboard.rank.RecentWrites;
import dev.statecraft.leaderboard.score.ScoreResult.Busy;
import dev.statecraft.leaderboard.score.ScoreResult.ByMatches;
import dev.statecraft.leaderboard.score.ScoreResult.NoBoard;
import dev.statecraft.leaderboard.score.SubmissionService.Arrival;
import dev.statecraft.leaderboard.score.SubmissionService.Decided;
import dev.statecraft.leaderboard.score.SubmissionService.Identified;
import dev.statecraft.leaderboard.score.SubmissionService.Written;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import dev.statecraft.leaderboard.settings.RankingType;
import dev.statecraft.runtime.Deadline;
import dev.statecraft.runtime.Threads;
import dev.statecraft.table.Backoff;
import dev.statecraft.table.GroupCommit;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes the scores of players. Within an instance, scores of one player that arrive during a write are evaluated in order
 * of arrival and written together by the next write. If another instance wins the race for the entry, the scores are
 * evaluated again against the entry it wrote.
 */
@ApplicationScoped
public class ScoreWriter {

    private static final long CONTENTION_MILLIS = 2;

    private final BoardService boards;
    private final SubmissionService submissions;
    private final EntryStore entries;
    private final ReviewStore reviews;
    private final CombinedScores others;
    private final RecentWrites recent;
    private final LeaderboardConfig config;
    private final GroupCommit<Player, Arrival, Written> groups;
    private final Backoff backoff;

    public ScoreWriter(
            BoardService boards,
            SubmissionService submissions,
            EntryStore entries,
            ReviewStore reviews,
            CombinedScores others,
            RecentWrites recent,
            LeaderboardConfig config,
            Backoff backoff,
            Threads threads) {
        this.boards = boards;
        this.submissions = submissions;
        this.entries = entries;
        this.reviews = reviews;
        this.others = others;
        this.recent = recent;
        this.config = config;
        this.backoff = backoff;
        this.groups = new GroupCommit<>(
                new GroupCommit.Limits(
                        config.queue().waiting(),
                        ReviewStore.MOST,
                        config.queue().patience()),
                arrival -> arrival.scores().size(),
                this::writeGroup,
                threads);
    }

    /** The player and board whose groups of scores are written sequentially. It has no season: a retry may cross a reset. */
    private record Player(String game, String board, String player) {}

    /**
     * Applies scores of one player in order, in one write of the entry for every {@value ReviewStore#MOST} of them, or together
     * with other requests in one write. {@link Busy} if the queue is full, the wait is too long, or other instances won every
     * race.
     */
    List<Decided> write(Board board, List<NewScore> scores, Entry asFound) {
        Player player = new Player(board.game(), board.id(), asFound.playerId());
        Arrival arrival =
                new Arrival(board, scores.stream().map(submissions::identify).toList(), asFound);
        return groups.submit(player, arrival).map(Written::decided).orElseGet(() -> all(arrival.scores(), new Busy()));
    }

    /** Writes arrivals together, from the newest board and entry that any of their requests has read. */
    private List<Written> writeGroup(List<Arrival> group, @Nullable Written previous) {
        List<Identified> scores =
                group.stream().flatMap(arrival -> arrival.scores().stream()).toList();
        List<Written> seen = new ArrayList<>();
        group.forEach(arrival -> seen.add(new Written(arrival.board(), arrival.entry(), List.of())));
        if (previous != null) {
            seen.add(previous);
        }
        Board board = seen.stream()
                .map(Written::board)
                .max(Comparator.comparingLong(Board::version))
                .orElseThrow();
        Entry entry = seen.stream()
                .filter(one -> sameSeason(one.board(), board))
                .map(Written::entry)
                .max(Comparator.comparingLong(Entry::version))
                .orElseThrow();
        List<Written> parts = new ArrayList<>();
        Written last = new Written(board, entry, List.of());
        for (int from = 0; from < scores.size(); from += ReviewStore.MOST) {
            List<Identified> part = scores.subList(from, Math.min(scores.size(), from + ReviewStore.MOST));
            last = writePart(last.board(), part, last.entry(), scores.size());
            parts.add(last);
        }
        List<Decided> decided =
                parts.stream().flatMap(part -> part.decided().stream()).toList();
        List<Written> results = new ArrayList<>();
        int next = 0;
        for (Arrival arrival : group) {
            int end = next + arrival.scores().size();
            results.add(new Written(last.board(), last.entry(), decided.subList(next, end)));
            next = end;
        }
        return results;
    }

    private static boolean sameSeason(Board one, Board other) {
        return one.epoch() == other.epoch() && one.season() == other.season();
    }

    /**
     * Evaluates and writes until no other instance wins the race. After the first lost race the returned entry is used immediately;
     * after the next one the entry is read again after a pause, because the returned entry is outdated by then.
     */
    private Written writePart(Board asRead, List<Identified> scores, Entry asFound, int together) {
        Board board = asRead;
        Entry entry = asFound;
        Map<String, Review> known = new HashMap<>();
        Deadline until = backoff.deadline(config.queue().patience());
        boolean combined = false;
        for (int attempt = 0; attempt < config.writeAttempts() && !until.passed(); attempt++) {
            if (attempt > 0 && attempt % 2 == 0) {
                backoff.pauseBefore(attempt / 2, CONTENTION_MILLIS);
                entry = entries.read(board, board.season(), entry.playerId());
            }
            boolean subscores =
                    scores.stream().anyMatch(score -> score.score().subscore().signum() != 0);
            boolean unmarked = !board.scored() || (subscores && !board.subscored());
            Optional<ScoreResult> notOpen = submissions.notOpen(board);
            if (!board.scored() && notOpen.isPresent()) {
                return new Written(board, entry, all(scores, notOpen.get()));
            }
            if (unmarked && notOpen.isEmpty()) {
                Optional<Board> marked = boards.markScored(board, subscores);
                if (marked.isEmpty()) {
                    ScoreResult end = boards.read(board.game(), board.id()).isEmpty() ? new NoBoard() : new Busy();
                    return new Written(board, entry, all(scores, end));
                }
                if (!sameSeason(marked.get(), board)) {
                    entry = entries.read(marked.get(), marked.get().season(), entry.playerId());
                }
                board = marked.get();
            }
            if (board.settings().rankingType() == RankingType.RATING) {
                // The board was deleted and created again as a RATING board.
                return new Written(board, entry, all(scores, new ByMatches()));
            }
            entry = submissions.ground(board, scores, entry);
            List<Decided> decided = submissions.decide(board, scores, entry, together, known);
            Entry next = lastOf(decided, entry);
            if (next.version() == entry.version()) {
                return new Written(board, entry, withLast(decided, entry));
            }
            if (entry.closed()) {
                // The player has submitted to a later season on another instance, which sees a newer board.
                Optional<Board> newer = boards.read(board.game(), board.id());
                if (newer.isEmpty()) {
                    return new Written(board, entry, all(scores, new NoBoard()));
                }
                board = newer.get();
                entry = entries.read(board, board.season(), entry.playerId());
                continue;
            }
            if (!combined && others.isBusy(board, entry.playerId())) {
                combined = true;
                Optional<Written> done = others.submit(board, entry.playerId(), scores, together);
                if (done.isPresent()) {
                    return done.get();
                }
                entry = entries.read(board, board.season(), entry.playerId());
                continue;
            }
            List<Review> asides =
                    decided.stream().flatMap(one -> one.review().stream()).toList();
            Optional<Entry> overtaken =
                    asides.isEmpty() ? put(board, next, entry) : putAside(board, asides, next, entry, known);
            if (overtaken.isEmpty()) {
                recent.add(board, next);
                return new Written(board, next, withLast(decided, next));
            }
            others.collided(board, entry.playerId());
            entry = overtaken.get();
        }
        return new Written(board, entry, all(scores, new Busy()));
    }

    /** Writes an entry; returns the stored entry if another writer won the race. */
    private Optional<Entry> put(Board board, Entry next, Entry entry) {
        return entries.put(board, board.season(), next, entry.version()) instanceof EntryStore.Overtaken overtaken
                ? Optional.of(overtaken.current())
                : Optional.empty();
    }

    /** Writes an entry with reviews. Reviews that exist already are added to {@code known}. */
    private Optional<Entry> putAside(
            Board board, List<Review> asides, Entry next, Entry entry, Map<String, Review> known) {
        ReviewStore.Writing writing = reviews.put(board, asides, next, entry.version());
        if (writing instanceof ReviewStore.Written) {
            return Optional.empty();
        }
        if (writing instanceof ReviewStore.Taken taken) {
            taken.reviews().forEach(review -> known.put(review.id(), review));
        }
        return Optional.of(entries.read(board, board.season(), entry.playerId()));
    }

    private static Entry lastOf(List<Decided> decided, Entry entry) {
        Entry last = entry;
        for (Decided one : decided) {
            last = one.entry() == null ? last : one.entry();
        }
        return last;
    }

    /** Sets the final entry in all results of the player, so that they have the same rank. */
    private static List<Decided> withLast(List<Decided> results, Entry last) {
        return results.stream()
                .map(decided -> new Decided(decided.result(), last, decided.review()))
                .toList();
    }

    private static List<Decided> all(List<Identified> scores, ScoreResult end) {
        return scores.stream().map(score -> Decided.as(end)).toList();
    }
}
