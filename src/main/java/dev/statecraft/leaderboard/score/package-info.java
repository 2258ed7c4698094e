/**
 * Score submissions. A submission with an id is applied exactly once, also after retries and across resets. A submission
 * that violates a bound of the board is rejected or quarantined until its review accepts or rejects it.
 *
 * <p>Reading order: {@link dev.statecraft.leaderboard.score.ScoreResource} (HTTP),
 * {@link dev.statecraft.leaderboard.score.ScoreService}, {@link dev.statecraft.leaderboard.score.Submission} and
 * {@link dev.statecraft.leaderboard.score.Plausibility} (pure), {@link dev.statecraft.leaderboard.score.SubmissionService}
 * (evaluation), {@link dev.statecraft.leaderboard.score.ScoreWriter} (the write),
 * {@link dev.statecraft.leaderboard.score.ReviewService} and {@link dev.statecraft.leaderboard.score.ReviewStore}.
 */
@NullMarked
package dev.statecraft.leaderboard.score;

import org.jspecify.annotations.NullMarked;
