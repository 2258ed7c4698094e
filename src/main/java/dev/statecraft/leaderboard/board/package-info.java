/**
 * Boards, the records of their closed seasons, and the purge of deleted boards.
 *
 * <p>A change of a board is visible to every instance before its response is sent. A season is closed exactly once, at its
 * scheduled end or by a reset request, even if no scheduled work runs. A deletion makes the data of a board unreachable
 * immediately.
 *
 * <p>Reading order:
 *
 * <ol>
 *   <li>{@link Board} with {@link BoardSeasons}: the record of a board. {@link Season}: the record of a closed season.
 *   <li>{@link BoardService}: creates, changes, caches, advances and deletes boards. {@link BoardResource}: the HTTP
 *       resource. {@link LeaderboardProblems}: shared problems.
 *   <li>{@link BoardStore} with {@link BoardItems}, and {@link SeasonStore}: the boards table. {@link BoardChanged} and
 *       {@link SeasonChanged}: changes from its stream.
 *   <li>{@link Purge} and {@link PurgeStore}: progress of the purge of a deleted board.
 *   <li>{@link RankedEntry} with {@link RankedEntryItems} and {@link SnapshotTrigger}: values that seasons and snapshots
 *       share.
 * </ol>
 */
@NullMarked
package dev.statecraft.leaderboard.board;

import org.jspecify.annotations.NullMarked;
