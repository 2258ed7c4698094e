package dev.statecraft.leaderboard.score;

import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.settings.Bound;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A submission that was put aside, and what was decided about it.
 *
 * @param submission what was submitted; its id is the id of the review
 * @param season the season it was submitted in
 * @param bound why it was put aside
 * @param receipt what it did to the entry: nothing, or, once accepted, what it did then
 * @param decidedAt null while it is pending
 */
public record Review(
        Submission submission,
        int season,
        Bound bound,
        Status status,
        Receipt receipt,
        Instant submittedAt,
        @Nullable Instant decidedAt) {

    /** How far a review has come. */
    @Schema(name = "ReviewStatus")
    public enum Status {
        /** Nothing is decided yet. */
        PENDING,
        /** The submission counts. */
        ACCEPTED,
        /** The submission does not count. */
        REJECTED
    }

    /** A submission as it is put aside. */
    static Review pending(Submission submission, int season, Bound bound, Receipt receipt) {
        Instant at = Instant.ofEpochMilli(receipt.at());
        return new Review(submission, season, bound, Status.PENDING, receipt, at, null);
    }

    /** Unique on the board. */
    public String id() {
        return submission.submissionId();
    }

    /** Whether this is the review of a submission that is sent again: the same id, player and body. */
    boolean isOf(Submission again) {
        return submission.playerId().equals(again.playerId()) && again.isOf(receipt);
    }

    /** This review once the submission took effect. */
    Review accepted(Receipt effect, Instant now) {
        return new Review(submission, season, bound, Status.ACCEPTED, effect, submittedAt, now);
    }

    /** This review once the submission was thrown away. */
    Review rejected(Instant now) {
        return new Review(submission, season, bound, Status.REJECTED, receipt, submittedAt, now);
    }
}
