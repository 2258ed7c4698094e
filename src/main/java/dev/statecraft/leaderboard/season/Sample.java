package dev.statecraft.leaderboard.season;

import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.leaderboard.settings.Score;
import java.time.Instant;

/**
 * Where a player stood at a time.
 *
 * @param rank the rank by the board's {@link Ranking} of that time
 * @param counted the rank that the percentile is computed from
 * @param score the score in the board's units
 * @param totalEntries how many entries the ranking had
 */
public record Sample(
        String playerId, Instant timestamp, int season, long rank, long counted, Score score, long totalEntries) {}
