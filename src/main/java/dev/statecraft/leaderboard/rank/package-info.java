/** The rank tree: rank, select, walk, consistency check and rebuild. */
@NullMarked
package dev.statecraft.leaderboard.rank;

import org.jspecify.annotations.NullMarked;
