/**
 * The entry of a player in one season: score, metadata, submission receipts, rating and attempts; its stored form, its key in
 * the order index, and the path of its score in the rank tree. An entry is written on condition of the version it was
 * computed from.
 *
 * <p>Reading order: {@link dev.statecraft.leaderboard.entry.Entry} and {@link dev.statecraft.leaderboard.entry.Receipt},
 * {@link dev.statecraft.leaderboard.entry.EntryStore} (the table) with {@link dev.statecraft.leaderboard.entry.EntryItems},
 * {@link dev.statecraft.leaderboard.entry.OrderKey} and {@link dev.statecraft.leaderboard.entry.OrderIndexStore},
 * {@link dev.statecraft.leaderboard.entry.ScorePath} and {@link dev.statecraft.leaderboard.entry.ScoreChange},
 * {@link dev.statecraft.leaderboard.entry.RatingState} and {@link dev.statecraft.leaderboard.entry.MatchRecord}.
 */
@NullMarked
package dev.statecraft.leaderboard.entry;

import org.jspecify.annotations.NullMarked;
