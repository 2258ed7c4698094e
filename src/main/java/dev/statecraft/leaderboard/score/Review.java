package dev.statecraft.leaderboard.score;

import dev.statecraft.leaderboard.entry.Receipt;
import dev.statecraft.leaderboard.settings.Bound;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A quarantined submission and its review.
 *
 * @param submission the submission; its id is the id of the review
 * @param season the season of the submission
 * @param bound the violated bound
 * @param receipt the receipt in the entry: without effect while pending, with the effect once accepted
 * @param decidedAt null while the review is pending
 */
public record Review(
        Submission submission,
        int season,
        Bound bound,
        Status status,
        Receipt receipt,
        Instant submittedAt,
        @Nullable Instant decidedAt) {

    /** Status of a review. */
    @Schema(name = "ReviewStatus")
    public enum Status {
        /** The review is not decided. */
        PENDING,
        /** The submission was accepted and is ranked. */
        ACCEPTED,
        /** The submission was rejected. */
        REJECTED
    }

    /** A pending review of a submission. */
    static Review pending(Submission submission, int season, Bound bound, Receipt receipt) {
        Instant at = Instant.ofEpochMilli(receipt.at());
        return new Review(submission, season, bound, Status.PENDING, receipt, at, null);
    }

    /** The id of the review, unique on the board. */
    public String id() {
        return submission.submissionId();
    }

    /** Whether a submission is a retry of the reviewed one: the same id, player and body. */
    boolean isOf(Submission again) {
        return submission.playerId().equals(again.playerId()) && again.isOf(receipt);
    }

    /** The accepted review with the receipt of the applied submission. */
    Review accepted(Receipt effect, Instant now) {
        return new Review(submission, season, bound, Status.ACCEPTED, effect, submittedAt, now);
    }

    /** The rejected review. */
    Review rejected(Instant now) {
        return new Review(submission, season, bound, Status.REJECTED, receipt, submittedAt, now);
    }
}
