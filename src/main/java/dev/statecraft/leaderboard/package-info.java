/**
 * Leaderboards: boards, scores and rated matches, exact ranks, lists, seasons with awards, snapshots.
 *
 * <p>Promises: an accepted score is stored durably. A submission with an id is applied once, even if the request is repeated.
 * Ranks are exact and lag behind the entries by about a second, until the stream consumer has counted the entries. A season
 * is closed once, and a score counts in exactly one season. Instances share all state through DynamoDB.
 *
 * <p>Entry points:
 *
 * <ul>
 *   <li>An HTTP request enters in a {@code *Resource} class of a package and is processed by a {@code *Service}.
 *   <li>A record of the entries table's stream enters in {@code LeaderboardStreamHandler} of package
 *       {@code dev.statecraft.lambda}. It updates the rank trees by {@code rank.RankCounter}. Other features interpret stream
 *       records with {@code upkeep.LeaderboardStreamService}.
 *   <li>A scheduled step enters in {@code ScheduleHandler} of package {@code dev.statecraft.lambda}. It calls
 *       {@code upkeep.LeaderboardMaintenance} and {@code upkeep.PurgeService}.
 * </ul>
 *
 * <p>State: the boards table contains boards, closed seasons, awards, snapshots, samples and purges. The entries table
 * contains the entries, by board, season and lane, and the order index lists them by score. The ranks table contains the
 * rank trees, which count the entries of each season. Each {@code *Store} class documents the keys and the conditions of its
 * items. Instances cache boards and first pages of lists for a configured time.
 *
 * <p>Packages in reading order:
 *
 * <ol>
 *   <li>{@code settings}: the settings of a board, their validation, and the configuration.
 *   <li>{@code board}: boards, the records of closed seasons, and purge records.
 *   <li>{@code entry}: the entry of a player in a season, and its stored form.
 *   <li>{@code rank}: rank trees, ranks, consistency checks and rebuilds.
 *   <li>{@code score}: submissions, plausibility and reviews.
 *   <li>{@code match}: rated matches of RATING boards.
 *   <li>{@code listing}: ordered lists, single ranks, and the first-page cache.
 *   <li>{@code season}: resets, finalization, awards, snapshots and history.
 *   <li>{@code upkeep}: scheduled work, purge, erasure, statistics and stream records.
 * </ol>
 */
@NullMarked
package dev.statecraft.leaderboard;

import org.jspecify.annotations.NullMarked;
