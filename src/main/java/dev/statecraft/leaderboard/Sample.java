package dev.statecraft.leaderboard;

import java.time.Instant;

/**
 * Where a player stood at a time.
 *
 * @param rank standard competition rank
 * @param score the score in the board's units
 * @param totalEntries how many entries the ranking had
 */
public record Sample(String playerId, Instant timestamp, int season, long rank, Score score, long totalEntries) {}
