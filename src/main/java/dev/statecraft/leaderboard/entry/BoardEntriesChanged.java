package dev.statecraft.leaderboard.entry;

/**
 * Stream record: entries of a board changed.
 *
 * @param epoch number of earlier boards with this id
 */
public record BoardEntriesChanged(String game, String board, int epoch) {}
