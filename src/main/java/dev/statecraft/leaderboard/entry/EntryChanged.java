package dev.statecraft.leaderboard.entry;

/**
 * Stream record: the score of a player changed or was removed.
 *
 * @param epoch number of earlier boards with this id
 * @param at time of the write, Unix milliseconds
 */
public record EntryChanged(String game, String board, int epoch, int season, int lane, long at) {}
