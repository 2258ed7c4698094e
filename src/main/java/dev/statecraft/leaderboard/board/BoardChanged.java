package dev.statecraft.leaderboard.board;

import java.util.Optional;

/**
 * A write of a board, as a record of the boards' stream reports it.
 *
 * @param epoch counts how often a board with this id was created before
 * @param version counts the writes of its record, over all epochs
 * @param before the board before the write; nothing if there was none, or if the stream carries no old images
 * @param after the board after the write; nothing if it was deleted
 */
public record BoardChanged(
        String game, String id, int epoch, long version, Optional<Board> before, Optional<Board> after) {}
