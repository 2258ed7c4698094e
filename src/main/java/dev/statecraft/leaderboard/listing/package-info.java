/** Reads of a board: pages, ranks, percentiles, entries around a player, and the first-page cache. */
@NullMarked
package dev.statecraft.leaderboard.listing;

import org.jspecify.annotations.NullMarked;
