package dev.statecraft.leaderboard.score;

import dev.statecraft.leaderboard.board.Board;
import dev.statecraft.leaderboard.entry.Entry;
import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.rank.EntryRank;
import dev.statecraft.leaderboard.rank.RankingService;
import dev.statecraft.leaderboard.score.ScoreResult.Exhausted;
import dev.statecraft.leaderboard.score.ScoreResult.Implausible;
import dev.statecraft.leaderboard.score.ScoreResult.Mismatch;
import dev.statecraft.leaderboard.score.ScoreResult.NotOpen;
import dev.statecraft.leaderboard.score.ScoreResult.Quarantined;
import dev.statecraft.leaderboard.score.ScoreResult.Taken;
import dev.statecraft.leaderboard.score.ScoreResult.Unfit;
import dev.statecraft.leaderboard.settings.Bound;
import dev.statecraft.leaderboard.settings.Bounds;
import dev.statecraft.leaderboard.settings.LeaderboardConfig;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.leaderboard.settings.Terms;
import dev.statecraft.runtime.RandomUuid;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Computes the effect of submissions on an entry and checks their plausibility. Writes no score. */
@ApplicationScoped
public class SubmissionService {

    private final EarlierReceiptService earlier;
    private final RankingService rankings;
    private final LeaderboardConfig config;
    private final Clock clock;
    private final RandomGenerator random;

    public SubmissionService(
            EarlierReceiptService earlier,
            RankingService rankings,
            LeaderboardConfig config,
            Clock clock,
            RandomGenerator random) {
        this.earlier = earlier;
        this.rankings = rankings;
        this.config = config;
        this.clock = clock;
        this.random = random;
    }

    /** A score with its final id: that of the caller, or a generated one. */
    record Identified(NewScore score, String id) {}

    /** Gives a score a random id if its caller did not. */
    Identified identify(NewScore score) {
        String own = score.submissionId();
        return new Identified(score, own == null ? RandomUuid.next(random) : own);
    }

    /**
     * Evaluation of one score.
     *
     * @param entry the entry to write, null if it does not change
     * @param review the review to write in the same transaction, null for none
     */
    record Decided(ScoreResult result, @Nullable Entry entry, Optional<Review> review) {

        static Decided as(ScoreResult result) {
            return new Decided(result, null, Optional.empty());
        }
    }

    /** Scores of one player in a request, with the board and the entry that the request read. */
    record Arrival(Board board, List<Identified> scores, Entry entry) {}

    /** Results of the scores of an arrival, and the board and the entry after the write. */
    record Written(Board board, Entry entry, List<Decided> decided) {}

    /**
     * The entry that identified scores are evaluated against: with the receipts of earlier seasons where one of the scores may
     * have been applied in such a season; see {@link EarlierReceiptService}. Cost: none if the entry stores these receipts
     * already.
     */
    Entry ground(Board board, List<Identified> scores, Entry entry) {
        boolean unknown = scores.stream()
                .anyMatch(score ->
                        score.score().submissionId() != null && entry.receiptOf(Receipt.idOf(score.id())) == null);
        return unknown ? earlier.withEarlier(board, entry) : entry;
    }

    /**
     * Evaluates scores of one player for one write, in order, each against the entry that the score before it leaves.
     *
     * @param together number of scores of the player in the request; the receipts of all of them are stored
     * @param known existing reviews by id
     */
    List<Decided> decide(Board board, List<Identified> scores, Entry entry, int together, Map<String, Review> known) {
        return decide(board, scores, entry, timeOf(entry), together, known);
    }

    /** The time of a write of an entry that is made now, Unix milliseconds. */
    long timeOf(Entry entry) {
        return entry.nextWriteAt(clock.millis());
    }

    /**
     * As {@link #decide}, for a part of the scores of one write.
     *
     * @param entry the entry that the parts before leave
     * @param at time of the write
     */
    List<Decided> decide(
            Board board, List<Identified> scores, Entry entry, long at, int together, Map<String, Review> known) {
        Entry next = entry;
        List<Decided> decided = new ArrayList<>();
        for (Identified score : scores) {
            Decided one = decide(board, score, next, at, together, known);
            decided.add(one);
            next = one.entry() == null ? next : one.entry();
        }
        return decided;
    }

    private Decided decide(
            Board board, Identified identified, Entry entry, long at, int together, Map<String, Review> known) {
        NewScore score = identified.score();
        Optional<Long> value = board.units(score.value());
        if (value.isEmpty()) {
            return Decided.as(unfit(board, "value"));
        }
        Optional<Long> subscore = board.units(score.subscore());
        if (subscore.isEmpty()) {
            return Decided.as(unfit(board, "subscore"));
        }
        Submission submission = new Submission(
                score.playerId(),
                new Score(value.get(), subscore.get()),
                score.metadata(),
                identified.id(),
                score.submissionId() != null,
                score.operator());
        Receipt.Retention retention = retention(board, together);
        Submission.Decision decision = submission.on(board, entry, at, retention);
        if (decision instanceof Submission.Replay || decision instanceof Submission.Mismatch) {
            return Decided.as(known(board, submission, decision));
        }
        Optional<ScoreResult> refused = refused(board, decision);
        if (refused.isPresent()) {
            return Decided.as(refused.get());
        }
        if (decision instanceof Submission.OutOfRange) {
            return Decided.as(
                    new Unfit("value", "The resulting score would exceed the range of ±(2^53−1) smallest units."));
        }
        Optional<Bound> violated = Plausibility.violated(board, submission, entry, clock.millis());
        if (violated.isEmpty() && isTooGoodForAFirst(board, entry, decision)) {
            violated = Optional.of(Bound.FIRST_PERCENTILE);
        }
        if (violated.isPresent()) {
            return implausible(board, submission, entry, at, violated.get(), retention, known);
        }
        if (decision instanceof Submission.Keep keep) {
            return Decided.as(Taken.of(board, board.season(), submission.submissionId(), keep.receipt(), false));
        }
        Submission.Write write = (Submission.Write) decision;
        Taken taken = Taken.of(board, board.season(), submission.submissionId(), write.receipt(), false);
        return new Decided(taken, write.entry(), Optional.empty());
    }

    /** Why the board accepts no score of this player now; empty if it does. */
    private Optional<ScoreResult> refused(Board board, Submission.Decision decision) {
        Optional<ScoreResult> closed = notOpen(board);
        return closed.isEmpty() && decision instanceof Submission.Exhausted exhausted
                ? Optional.of(new Exhausted(board, exhausted.attempts()))
                : closed;
    }

    /** Why the board accepts no scores at this time; empty if it does. */
    Optional<ScoreResult> notOpen(Board board) {
        Terms.Status status = board.status(clock.instant());
        return status == Terms.Status.OPEN ? Optional.empty() : Optional.of(new NotOpen(board, status));
    }

    /** Whether a first score would be among the best. Cost: one batch read of the rank tree on a board with that bound. */
    private boolean isTooGoodForAFirst(Board board, Entry entry, Submission.Decision decision) {
        Bounds bounds = board.settings().bounds();
        BigDecimal percentile = bounds == null ? null : bounds.firstPercentile();
        if (percentile == null || entry.score() != null || !(decision instanceof Submission.Write write)) {
            return false;
        }
        EntryRank ranked = rankings.rank(board, board.season(), write.entry());
        return Plausibility.amongTheBest(percentile, ranked.place(), ranked.total());
    }

    private Decided implausible(
            Board board,
            Submission submission,
            Entry entry,
            long at,
            Bound bound,
            Receipt.Retention retention,
            Map<String, Review> known) {
        Bounds bounds = Objects.requireNonNull(board.settings().bounds());
        if (bound != Bound.FIRST_PERCENTILE && bounds.action() != Bounds.Action.QUARANTINE) {
            int retryAfterSeconds = bound == Bound.PER_MINUTE
                    ? Plausibility.retryAfterSeconds(entry, limit(bounds, bound).intValue(), clock.millis())
                    : 0;
            return Decided.as(new Implausible(bound, limit(bounds, bound), retryAfterSeconds));
        }
        Review there = known.get(submission.submissionId());
        if (there != null) {
            return Decided.as(there.isOf(submission) ? known(board, there) : new Mismatch());
        }
        Submission.Write write = submission.quarantined(board, entry, bound, at, retention);
        Review review = Review.pending(submission, board.season(), bound, write.receipt());
        return new Decided(
                Quarantined.of(board, board.season(), review.id(), bound, write.receipt(), false),
                write.entry(),
                Optional.of(review));
    }

    /** The result of a submission that was evaluated before. */
    private static ScoreResult known(Board board, Submission submission, Submission.Decision decision) {
        if (!(decision instanceof Submission.Replay replay)) {
            return new Mismatch();
        }
        Receipt receipt = replay.receipt();
        Bound bound = receipt.quarantined();
        String id = submission.submissionId();
        // A generated id belongs to this request: its receipt is that of a write whose response was lost.
        boolean replayed = submission.identified();
        return bound == null
                ? Taken.of(board, replay.season(), id, receipt, replayed)
                : Quarantined.of(board, replay.season(), id, bound, receipt, replayed);
    }

    /** The result of a submission whose receipt the entry no longer stores. */
    private static ScoreResult known(Board board, Review review) {
        return review.status() == Review.Status.ACCEPTED
                ? Taken.of(board, review.season(), review.id(), review.receipt(), true)
                : Quarantined.of(board, review.season(), review.id(), review.bound(), review.receipt(), true);
    }

    private static BigDecimal limit(Bounds bounds, Bound bound) {
        BigDecimal limit =
                switch (bound) {
                    case MIN -> bounds.min();
                    case MAX -> bounds.max();
                    case MAX_INCREASE -> bounds.maxIncrease();
                    case PER_MINUTE -> bounds.perMinute() == null ? null : BigDecimal.valueOf(bounds.perMinute());
                    case FIRST_PERCENTILE -> bounds.firstPercentile();
                };
        return Objects.requireNonNull(limit);
    }

    private static Unfit unfit(Board board, String field) {
        return new Unfit(
                field,
                "Give a number with at most " + board.settings().decimals()
                        + " digits after the point, within ±(2^53−1) smallest units.");
    }

    /** Retention of receipts on a board: enough to count a player's submissions where their rate is bounded. */
    Receipt.Retention retention(Board board, int together) {
        LeaderboardConfig.Receipts receipts = config.receipts();
        int most = Math.max(receipts.most(), together);
        Duration window = receipts.window();
        Bounds bounds = board.settings().bounds();
        if (bounds != null && bounds.perMinute() != null) {
            // A quarantined and then accepted submission has two receipts.
            most = Math.max(most, 2 * bounds.perMinute() + together);
            window = window.compareTo(Plausibility.RATE_WINDOW) < 0 ? Plausibility.RATE_WINDOW : window;
        }
        return new Receipt.Retention(Math.max(receipts.least(), together), most, window);
    }
}
