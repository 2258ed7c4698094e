/** Scheduled work, purge, erasure, statistics, and stream records for other features. */
@NullMarked
package dev.statecraft.leaderboard.upkeep;

import org.jspecify.annotations.NullMarked;
