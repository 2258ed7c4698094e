package dev.statecraft.leaderboard.board;

import java.util.Optional;

/**
 * A season was closed, or its end has been processed further, as a record of the boards' stream reports it.
 *
 * @param epoch counts how often a board with this id was created before
 * @param before the season before the write; nothing if it has just been closed
 */
public record SeasonChanged(String game, String board, int epoch, Optional<Season> before, Season after) {}
