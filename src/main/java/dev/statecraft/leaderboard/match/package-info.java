/** Matches and the ratings that they change. */
@NullMarked
package dev.statecraft.leaderboard.match;

import org.jspecify.annotations.NullMarked;
