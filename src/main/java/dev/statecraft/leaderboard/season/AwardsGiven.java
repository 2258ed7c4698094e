package dev.statecraft.leaderboard.season;

import java.util.List;

/**
 * Awards of a closed season that were given just now.
 *
 * @param epoch counts how often a board with this id was created before
 * @param awards in the order of their places
 */
public record AwardsGiven(String game, String board, int epoch, int season, List<Award> awards) {}
