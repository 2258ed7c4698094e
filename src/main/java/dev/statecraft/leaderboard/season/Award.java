package dev.statecraft.leaderboard.season;

import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.table.ScanPage;

/**
 * What a player gets for the place at the end of a season.
 *
 * @param position place in the final list
 * @param rank the rank by the board's {@link Ranking} of that time
 * @param score the score in the board's units
 * @param reward which of the season's rewards, from 0
 */
public record Award(String playerId, long position, long rank, Score score, int reward) {

    /** This award without the player's name. */
    Award anonymous() {
        return new Award(ScanPage.ERASED_PLAYER, position, rank, score, reward);
    }
}
