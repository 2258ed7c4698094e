/** Boards, scores, exact ranks, seasons. */
@NullMarked
package dev.statecraft.leaderboard;

import org.jspecify.annotations.NullMarked;
