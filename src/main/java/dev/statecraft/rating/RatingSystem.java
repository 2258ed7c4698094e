package dev.statecraft.rating;

import java.util.List;

/** A way to reckon ratings, with its parameters. */
public sealed interface RatingSystem permits Elo, Glicko2, OpenSkill {

    /**
     * A rating as people see it.
     *
     * @param shown the number that players are ranked by
     * @param mean the estimate of the strength
     * @param deviation how uncertain it is; 0 for Elo
     * @param volatility how erratic the results are; 0 unless Glicko-2
     */
    record Estimate(double shown, double mean, double deviation, double volatility) {}

    /** The rating of somebody who has not played yet. */
    Rating newcomer(long nowMillis);

    /** What a rating says at a time, epoch milliseconds. */
    Estimate estimate(Rating rating, long nowMillis);

    /**
     * The ratings after a match of two teams or more.
     *
     * @param nowMillis when it was played, epoch milliseconds
     * @return for every team its members' ratings, in the order given
     */
    List<List<Rating>> rate(List<Team> teams, long nowMillis);
}
