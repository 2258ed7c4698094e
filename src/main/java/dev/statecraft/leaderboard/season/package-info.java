/**
 * Resets, the finalization of closed seasons, awards, leaderboard snapshots and samples of player ranks.
 *
 * <p>A closed season gets every score that was accepted before its end, one award at most per player, and one snapshot. The
 * finalization can be interrupted at any point, and any instance can resume it.
 *
 * <p>Reading order:
 *
 * <ol>
 *   <li>{@link SeasonService} and {@link SeasonResource}: reset a board, list seasons and awards.
 *   <li>{@link SeasonFinalizer}: finalizes a closed season in phases. {@link AwardStore} with {@link Award} and
 *       {@link AwardsGiven}: the granted awards.
 *   <li>{@link SnapshotService} with {@link Snapshot} and {@link SnapshotStore}: leaderboard snapshots. {@link Sample} and
 *       {@link SampleStore}: ranks of the best players over time.
 *   <li>{@link PlayerHistoryService} and {@link HistoryResource}: read snapshots and the ranks of a player.
 * </ol>
 */
@NullMarked
package dev.statecraft.leaderboard.season;

import org.jspecify.annotations.NullMarked;
