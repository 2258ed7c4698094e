package dev.statecraft.leaderboard.season;

import java.util.List;

/**
 * Newly granted awards of a closed season, from a record of the boards table's stream.
 *
 * @param epoch number of earlier boards with this id
 * @param awards the awards by position
 */
public record AwardsGiven(String game, String board, int epoch, int season, List<Award> awards) {}
