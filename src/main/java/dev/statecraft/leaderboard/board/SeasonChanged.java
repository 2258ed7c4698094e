package dev.statecraft.leaderboard.board;

import java.util.Optional;

/**
 * A write of a closed season, from a record of the boards table's stream. The season was closed, or its finalization made
 * progress.
 *
 * @param epoch number of earlier boards with this id
 * @param before the season before the write; empty if this write closed it
 */
public record SeasonChanged(String game, String board, int epoch, Optional<Season> before, Season after) {}
