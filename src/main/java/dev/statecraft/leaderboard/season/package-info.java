/** The end of a season: finalization, awards, snapshots and history. */
@NullMarked
package dev.statecraft.leaderboard.season;

import org.jspecify.annotations.NullMarked;
