package dev.statecraft.leaderboard.season;

import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.leaderboard.settings.Score;
import java.time.Instant;

/**
 * The rank of a player at a point in time.
 *
 * @param rank the rank by the board's {@link Ranking} at that time
 * @param counted the rank that the percentile is computed from
 * @param score the score in the board's smallest units
 * @param totalEntries number of entries of the ranking
 */
public record Sample(
        String playerId, Instant timestamp, int season, long rank, long counted, Score score, long totalEntries) {}
