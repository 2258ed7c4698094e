package dev.statecraft.rating;

/**
 * The estimate of a player's strength. Its size does not depend on the number of matches. A rating system uses the
 * components it needs; the others are 0.
 *
 * @param mean estimate of the strength; for Glicko-2 at the start of the rating period
 * @param deviation standard deviation of the estimate; 0 for Elo
 * @param volatility expected fluctuation of the player's strength; Glicko-2 only
 * @param period number of the rating period that mean, deviation and volatility belong to; Glicko-2 only
 * @param information sum of g²·E·(1−E) over the games of the period; Glicko-2 only
 * @param surplus sum of g·(s−E) over the games of the period: the score beyond expectation; Glicko-2 only
 */
public record Rating(
        double mean, double deviation, double volatility, long period, double information, double surplus) {

    /** A rating that consists of a mean only. */
    public static Rating of(double mean) {
        return new Rating(mean, 0, 0, 0, 0, 0);
    }

    /** A rating with a mean and a deviation. */
    public static Rating of(double mean, double deviation) {
        return new Rating(mean, deviation, 0, 0, 0, 0);
    }
}
