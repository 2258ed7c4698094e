package dev.statecraft.leaderboard.entry;

/**
 * A board of which entries changed.
 *
 * @param epoch counts how often a board with this id was created before
 */
public record BoardEntriesChanged(String game, String board, int epoch) {}
