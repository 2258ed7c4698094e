/**
 * Matches on RATING boards and the ratings that they change. A match is rated exactly once, for all of its players or for
 * none, and a retry with the same id returns the first result.
 *
 * <p>Reading order: {@link dev.statecraft.leaderboard.match.MatchRequest} and
 * {@link dev.statecraft.leaderboard.match.MatchResource} (HTTP), {@link dev.statecraft.leaderboard.match.Match} (the
 * computation), {@link dev.statecraft.leaderboard.match.MatchService} (groups and retries),
 * {@link dev.statecraft.leaderboard.match.MatchWriter} (one attempt),
 * {@link dev.statecraft.leaderboard.match.MatchStore} (records and the transaction).
 */
@NullMarked
package dev.statecraft.leaderboard.match;

import org.jspecify.annotations.NullMarked;
