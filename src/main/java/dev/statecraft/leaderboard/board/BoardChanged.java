package dev.statecraft.leaderboard.board;

import java.util.Optional;

/**
 * A write of a board, from a record of the boards table's stream.
 *
 * @param epoch number of earlier boards with this id
 * @param version number of writes of the board's record, over all epochs
 * @param before the board before the write; empty if it did not exist, or if the stream has no old images
 * @param after the board after the write; empty if it was deleted
 */
public record BoardChanged(
        String game, String id, int epoch, long version, Optional<Board> before, Optional<Board> after) {}
