/**
 * Reads of a board: pages by position or cursor, entries around a player, ranks of scores, scores at ranks, distributions,
 * and the ranks of a player on all boards. The cost of a read does not grow with the size of the board. Ranks are exact as
 * of {@code asOf}.
 *
 * <p>Reading order: {@link dev.statecraft.leaderboard.listing.ListingResource} (HTTP),
 * {@link dev.statecraft.leaderboard.listing.ListingCache} (first-page cache),
 * {@link dev.statecraft.leaderboard.listing.ListingService} (rank tree and order index),
 * {@link dev.statecraft.leaderboard.listing.SurroundingsService},
 * {@link dev.statecraft.leaderboard.listing.RankingResource},
 * {@link dev.statecraft.leaderboard.listing.BoardPlayerResource},
 * {@link dev.statecraft.leaderboard.listing.PlayerBoardsResource}.
 */
@NullMarked
package dev.statecraft.leaderboard.listing;

import org.jspecify.annotations.NullMarked;
