package dev.statecraft.rating;

/**
 * What is known of a player's strength; of constant size however much was played. A system reads and writes the parts
 * it needs and leaves the others 0.
 *
 * @param mean the estimate of the strength; for Glicko-2 the one the rating period began with
 * @param deviation how uncertain the estimate is, one standard deviation; 0 for Elo
 * @param volatility how erratic the player's results are; Glicko-2 only
 * @param period the rating period the three before belong to; Glicko-2 only
 * @param information what the games of the period tell, the sum of g²·E·(1−E) over them; Glicko-2 only
 * @param surplus what was won in the period beyond expectation, the sum of g·(s−E); Glicko-2 only
 */
public record Rating(
        double mean, double deviation, double volatility, long period, double information, double surplus) {

    /** A rating of which nothing but the mean is known. */
    public static Rating of(double mean) {
        return new Rating(mean, 0, 0, 0, 0, 0);
    }

    /** A rating with a mean and a deviation. */
    public static Rating of(double mean, double deviation) {
        return new Rating(mean, deviation, 0, 0, 0, 0);
    }
}
