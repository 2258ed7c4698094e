/** Boards, the seasons that they close, and the purge that a deletion leaves to do. */
@NullMarked
package dev.statecraft.leaderboard.board;

import org.jspecify.annotations.NullMarked;
