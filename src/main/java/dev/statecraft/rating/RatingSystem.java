package dev.statecraft.rating;

import java.util.List;

/** A rating algorithm with its parameters. */
public sealed interface RatingSystem permits Elo, Glicko2, OpenSkill {

    /**
     * The displayed rating of a player.
     *
     * @param shown the number by which players are ranked
     * @param mean estimate of the strength
     * @param deviation standard deviation of the estimate; 0 for Elo
     * @param volatility expected fluctuation of the strength; 0 unless Glicko-2
     */
    record Estimate(double shown, double mean, double deviation, double volatility) {}

    /** The initial rating of a new player at a time in Unix milliseconds. */
    Rating initialRating(long nowMillis);

    /** The displayed rating at a time in Unix milliseconds. */
    Estimate estimate(Rating rating, long nowMillis);

    /**
     * The ratings after a match of at least two teams.
     *
     * @param nowMillis when the match was played, in Unix milliseconds
     * @return the ratings of the members of every team, in the given order
     */
    List<List<Rating>> rate(List<Team> teams, long nowMillis);
}
