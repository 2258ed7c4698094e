package dev.statecraft.leaderboard;

/**
 * What a player gets for the place at the end of a season.
 *
 * @param position place in the final list
 * @param rank standard competition rank
 * @param score the score in the board's units
 * @param reward which of the season's rewards, from 0
 */
public record Award(String playerId, long position, long rank, Score score, int reward) {}
