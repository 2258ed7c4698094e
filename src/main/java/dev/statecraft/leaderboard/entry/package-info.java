/** The entry of one player: stored form, submission receipts, order keys and score paths. */
@NullMarked
package dev.statecraft.leaderboard.entry;

import org.jspecify.annotations.NullMarked;
