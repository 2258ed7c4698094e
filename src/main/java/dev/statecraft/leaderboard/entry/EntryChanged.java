package dev.statecraft.leaderboard.entry;

/**
 * A player's score changed, or was removed.
 *
 * @param epoch counts how often a board with this id was created before
 * @param at when, in epoch milliseconds
 */
public record EntryChanged(String game, String board, int epoch, int season, int lane, long at) {}
