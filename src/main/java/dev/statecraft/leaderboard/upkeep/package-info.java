/**
 * Scheduled work on boards, the purge of deleted boards, the erasure of players, statistics, and the interpretation of stream
 * records for other features.
 *
 * <p>All work runs in steps that can be repeated and resumed by any instance.
 *
 * <p>Reading order:
 *
 * <ol>
 *   <li>{@link LeaderboardMaintenance}: the scheduled work on the due boards of a game.
 *   <li>{@link PurgeService}: deletes the items of deleted boards.
 *   <li>{@link LeaderboardErasureService} with {@link ErasurePosition}: erases a player from all boards.
 *   <li>{@link LeaderboardStatisticsService} and {@link LeaderboardStatisticsResource}: statistics of a game.
 *   <li>{@link LeaderboardStreamService}: changes of boards, seasons, awards and scores from stream records.
 * </ol>
 */
@NullMarked
package dev.statecraft.leaderboard.upkeep;

import org.jspecify.annotations.NullMarked;
