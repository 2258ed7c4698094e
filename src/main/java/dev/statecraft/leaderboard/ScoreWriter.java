package dev.statecraft.leaderboard;

import dev.statecraft.leaderboard.ScoreService.Busy;
import dev.statecraft.leaderboard.ScoreService.NewScore;
import dev.statecraft.leaderboard.ScoreService.NoBoard;
import dev.statecraft.leaderboard.ScoreService.Result;
import dev.statecraft.leaderboard.SubmissionService.Decided;
import dev.statecraft.leaderboard.SubmissionService.Identified;
import dev.statecraft.table.Backoff;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes what was decided about a player's scores, and has it decided again when others were faster. */
@ApplicationScoped
class ScoreWriter {

    private static final long CONTENTION_MILLIS = 2;

    private final BoardService boards;
    private final SubmissionService submissions;
    private final EntryStore entries;
    private final ReviewStore reviews;
    private final RecentWrites recent;
    private final LeaderboardConfig config;

    ScoreWriter(
            BoardService boards,
            SubmissionService submissions,
            EntryStore entries,
            ReviewStore reviews,
            RecentWrites recent,
            LeaderboardConfig config) {
        this.boards = boards;
        this.submissions = submissions;
        this.entries = entries;
        this.reviews = reviews;
        this.recent = recent;
        this.config = config;
    }

    /** Takes scores of one player in order, in one write of the entry for every {@value ReviewStore#MOST} of them. */
    List<Decided> write(Board board, List<NewScore> scores, Entry asFound) {
        List<Decided> results = new ArrayList<>();
        Entry entry = asFound;
        for (int from = 0; from < scores.size(); from += ReviewStore.MOST) {
            List<NewScore> part = scores.subList(from, Math.min(scores.size(), from + ReviewStore.MOST));
            List<Decided> written = writePart(board, part, entry, scores.size());
            results.addAll(written);
            Entry last = written.get(0).entry();
            entry = last == null ? entry : last;
        }
        return results;
    }

    private List<Decided> writePart(Board asRead, List<NewScore> scores, Entry asFound, int together) {
        Board board = asRead;
        Entry entry = asFound;
        List<Identified> identified = scores.stream().map(Identified::of).toList();
        Map<String, Review> known = new HashMap<>();
        for (int attempt = 0; attempt < config.writeAttempts(); attempt++) {
            Backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            boolean subscores =
                    scores.stream().anyMatch(score -> score.subscore().signum() != 0);
            boolean unmarked = !board.scored() || (subscores && !board.subscored());
            Optional<Result> notOpen = submissions.notOpen(board);
            if (!board.scored() && notOpen.isPresent()) {
                return all(scores, notOpen.get());
            }
            if (unmarked && notOpen.isEmpty()) {
                Optional<Board> marked = boards.mark(board, subscores);
                if (marked.isEmpty()) {
                    Result end = boards.read(board.game(), board.id()).isEmpty() ? new NoBoard() : new Busy();
                    return all(scores, end);
                }
                if (marked.get().season() != board.season() || marked.get().epoch() != board.epoch()) {
                    entry = entries.read(
                            marked.get(), marked.get().season(), scores.get(0).playerId());
                }
                board = marked.get();
            }
            List<Decided> decided = submissions.decide(board, identified, entry, together, known);
            Entry next = lastOf(decided, entry);
            if (next.version() == entry.version()) {
                return withLast(decided, entry);
            }
            List<Review> asides =
                    decided.stream().flatMap(one -> one.review().stream()).toList();
            Optional<Entry> overtaken =
                    asides.isEmpty() ? put(board, next, entry) : putAside(board, asides, next, entry, known);
            if (overtaken.isEmpty()) {
                recent.add(board, next);
                return withLast(decided, next);
            }
            entry = overtaken.get();
        }
        return all(scores, new Busy());
    }

    /** Writes an entry; answers what stands there if somebody else was faster. */
    private Optional<Entry> put(Board board, Entry next, Entry entry) {
        return entries.put(board, board.season(), next, entry.version()) instanceof EntryStore.Overtaken overtaken
                ? Optional.of(overtaken.current())
                : Optional.empty();
    }

    /** The same with reviews; those that are there already are learned. */
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

    /** All results of one player are ranked by the entry as it was left. */
    private static List<Decided> withLast(List<Decided> results, Entry last) {
        return results.stream()
                .map(decided -> new Decided(decided.result(), last, decided.review()))
                .toList();
    }

    private static List<Decided> all(List<NewScore> scores, Result end) {
        return scores.stream().map(score -> Decided.as(end)).toList();
    }
}
