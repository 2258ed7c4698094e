/** Score submissions: decide, write, quarantine and review. */
@NullMarked
package dev.statecraft.leaderboard.score;

import org.jspecify.annotations.NullMarked;
