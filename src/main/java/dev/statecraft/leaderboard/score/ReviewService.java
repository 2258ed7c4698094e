package dev.statecraft.leaderboard.score;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.board.BoardService;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.EntryStore;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.rank.RecentWrites;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import dev.statecraft.leaderboard.settings.Terms;
import dev.statecraft.table.Backoff;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Lists quarantined submissions and accepts or rejects each exactly once. */
@ApplicationScoped
public class ReviewService {

    private static final long CONTENTION_MILLIS = 2;

    private final BoardService boards;
    private final ReviewStore reviews;
    private final EntryStore entries;
    private final SubmissionService submissions;
    private final RecentWrites recent;
    private final LeaderboardConfig config;
    private final Clock clock;
    private final Backoff backoff;

    public ReviewService(
            BoardService boards,
            ReviewStore reviews,
            EntryStore entries,
            SubmissionService submissions,
            RecentWrites recent,
            LeaderboardConfig config,
            Clock clock,
            Backoff backoff) {
        this.boards = boards;
        this.reviews = reviews;
        this.entries = entries;
        this.submissions = submissions;
        this.recent = recent;
        this.config = config;
        this.clock = clock;
        this.backoff = backoff;
    }

    /** Result of a decision. Variants are listed in order of precedence. */
    public sealed interface Result {}

    /** The board does not exist. */
    public record NoBoard() implements Result {}

    /** The review does not exist. */
    public record NoReview() implements Result {}

    /** The review already has the other decision. */
    public record DecidedOtherwise(Review review) implements Result {}

    /** The season of the submission is closed: only a rejection is possible. */
    public record SeasonClosed(int season) implements Result {}

    /** The resulting score would exceed the range of the board. */
    public record OutOfRange() implements Result {}

    /** Gave up after {@code write-attempts} conflicting writes; nothing was changed. The caller may retry. */
    public record Busy() implements Result {}

    /** The decision was applied exactly once. {@code replayed} is true if an earlier request applied it. */
    public record Done(Board board, Review review, boolean replayed) implements Result {}

    /** Lists the reviews of a board, ordered by id. Cost: 0.5 RCU for each 4 KB read. */
    public ReviewStore.ReviewPage list(
            Board board, Review.@Nullable Status status, @Nullable String afterId, int limit) {
        return reviews.list(board, status, afterId, limit);
    }

    /**
     * Accepts or rejects a submission. An accepted submission is applied to the current entry without a plausibility check;
     * the entry and the decision are written in one transaction. Cost: reads of the board, the review and, to accept, the
     * entry; to accept, 4 WCU and the order index.
     */
    public Result decide(String game, String boardId, String id, boolean accept) {
        for (int attempt = 0; attempt < config.writeAttempts(); attempt++) {
            backoff.pauseBefore(attempt, CONTENTION_MILLIS);
            Optional<Board> board = boards.read(game, boardId);
            if (board.isEmpty()) {
                return new NoBoard();
            }
            Optional<Review> review = reviews.read(board.get(), id);
            if (review.isEmpty()) {
                return new NoReview();
            }
            Optional<Result> result = decide(board.get(), review.get(), accept);
            if (result.isPresent()) {
                return result.get();
            }
        }
        return new Busy();
    }

    /** Empty if another writer won the race. */
    private Optional<Result> decide(Board board, Review review, boolean accept) {
        Review.Status wanted = accept ? Review.Status.ACCEPTED : Review.Status.REJECTED;
        if (review.status() != Review.Status.PENDING) {
            return Optional.of(
                    review.status() == wanted ? new Done(board, review, true) : new DecidedOtherwise(review));
        }
        if (!accept) {
            Review rejected = review.rejected(now());
            return done(board, rejected, reviews.reject(board, rejected, config.reviewsKept()));
        }
        if (review.season() != board.season() || boards.status(board) == Terms.Status.CLOSED) {
            return Optional.of(new SeasonClosed(review.season()));
        }
        Submission submission = review.submission();
        Entry entry = entries.read(board, board.season(), submission.playerId());
        Submission.Decision decision =
                submission.accepted(board, entry, entry.nextWriteAt(clock.millis()), submissions.retention(board, 1));
        if (decision instanceof Submission.OutOfRange) {
            return Optional.of(new OutOfRange());
        }
        // A retry that was accepted after its receipt had expired is a replay: the submission is already applied.
        Entry next = decision instanceof Submission.Write write ? write.entry() : entry;
        Receipt effect =
                decision instanceof Submission.Write write ? write.receipt() : ((Submission.Replay) decision).receipt();
        Review accepted = review.accepted(effect, now());
        ReviewStore.Writing writing = reviews.accept(board, accepted, next, entry.version(), config.reviewsKept());
        if (writing instanceof ReviewStore.Written) {
            recent.add(board, next);
        }
        return done(board, accepted, writing);
    }

    private static Optional<Result> done(Board board, Review decided, ReviewStore.Writing writing) {
        return writing instanceof ReviewStore.Written ? Optional.of(new Done(board, decided, false)) : Optional.empty();
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
