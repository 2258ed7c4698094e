package dev.statecraft.leaderboard.season;

import dev.statecraft.leaderboard.settings.Ranking;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.table.ScanPage;

/**
 * The award of a player for the final rank in a season.
 *
 * @param position the position in the final list, from 1
 * @param rank the rank by the board's {@link Ranking} at that time
 * @param score the score in the board's smallest units
 * @param reward index of the reward in the season's rewards, from 0
 */
public record Award(String playerId, long position, long rank, Score score, int reward) {

    /** Returns this award without the player id. */
    Award anonymous() {
        return new Award(ScanPage.ERASED_PLAYER, position, rank, score, reward);
    }
}
