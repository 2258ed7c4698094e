package dev.statecraft.rating;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Glicko-2 (M. E. Glickman, Example of the Glicko-2 system, 2013). All matches of a rating period are evaluated
 * together, against the ratings at the start of the period. The displayed rating includes the matches played so far, so
 * at the end of the period it equals the batch result of the paper. Periods have fixed bounds in time; a rating is
 * carried into the current period when it is next read.
 *
 * <p>The paper defines games of two players. Here a team plays as one player with the mean of its members' ratings and
 * the root mean square of their deviations. A match of more than two teams is one game that consists of all pairs.
 *
 * @param initial initial rating of a new player
 * @param deviation initial deviation of a new player; inactivity never raises a deviation above it
 * @param volatility initial volatility of a new player
 * @param tau system constant of the paper, which limits the change of volatilities; 0.3 to 1.2
 * @param period length of a rating period
 */
public record Glicko2(double initial, double deviation, double volatility, double tau, Duration period)
        implements RatingSystem {

    private static final double SCALE = 173.7178;

    /** The paper's ε: the tolerance at which the search for the volatility ends. */
    private static final double CLOSE = 0.000001;

    /** Bound of the search, which converges in a few steps; it ends the search if a value is not a number. */
    private static final int MAX_STEPS = 100;

    @Override
    public Rating initialRating(long nowMillis) {
        return new Rating(initial, deviation, volatility, periodOf(nowMillis), 0, 0);
    }

    @Override
    public Estimate estimate(Rating rating, long nowMillis) {
        Rating now = updated(carried(rating, periodOf(nowMillis)));
        return new Estimate(now.mean(), now.mean(), now.deviation(), now.volatility());
    }

    @Override
    public List<List<Rating>> rate(List<Team> teams, long nowMillis) {
        long now = periodOf(nowMillis);
        List<Team> carried = teams.stream()
                .map(team -> new Team(
                        team.players().stream()
                                .map(player -> carried(player, now))
                                .toList(),
                        team.place()))
                .toList();
        double[] means = carried.stream().mapToDouble(Glicko2::mean).toArray();
        double[] weights = carried.stream().mapToDouble(Glicko2::weight).toArray();
        List<List<Rating>> rated = new ArrayList<>();
        for (int i = 0; i < carried.size(); i++) {
            double information = 0;
            double surplus = 0;
            for (int q = 0; q < carried.size(); q++) {
                if (q != i) {
                    double expected = 1 / (1 + Math.exp(-weights[q] * (means[i] - means[q])));
                    information += weights[q] * weights[q] * expected * (1 - expected);
                    surplus += weights[q] * (carried.get(i).scoreAgainst(carried.get(q)) - expected);
                }
            }
            double moreInformation = information / (carried.size() - 1);
            double moreSurplus = surplus / (carried.size() - 1);
            rated.add(carried.get(i).players().stream()
                    .map(player -> new Rating(
                            player.mean(),
                            player.deviation(),
                            player.volatility(),
                            player.period(),
                            player.information() + moreInformation,
                            player.surplus() + moreSurplus))
                    .toList());
        }
        return rated;
    }

    private long periodOf(long millis) {
        return Math.floorDiv(millis, period.toMillis());
    }

    /** The rating at the start of a period; unchanged if it belongs to that period, or to a later one (clock skew). */
    private Rating carried(Rating rating, long to) {
        if (rating.period() >= to) {
            return rating;
        }
        Rating ended = updated(rating);
        long idle = to - rating.period() - (played(rating) ? 1 : 0);
        double spread = ended.volatility() * SCALE;
        double wider = Math.sqrt(ended.deviation() * ended.deviation() + idle * spread * spread);
        return new Rating(
                ended.mean(),
                idle == 0 ? wider : Math.min(wider, Math.max(deviation, ended.deviation())),
                ended.volatility(),
                to,
                0,
                0);
    }

    private static boolean played(Rating rating) {
        return rating.information() > 0;
    }

    /** Steps 4 to 8 of the paper: the rating after the games of its period. */
    private Rating updated(Rating rating) {
        if (!played(rating)) {
            return rating;
        }
        double phi = rating.deviation() / SCALE;
        double variance = 1 / rating.information();
        double sigma = volatility(phi, rating.volatility(), variance, variance * rating.surplus());
        double before = phi * phi + sigma * sigma;
        double after = 1 / (1 / before + rating.information());
        return new Rating(
                rating.mean() + SCALE * after * rating.surplus(),
                SCALE * Math.sqrt(after),
                sigma,
                rating.period(),
                0,
                0);
    }

    /** Step 5: the new volatility, by the Illinois variant of regula falsi. */
    private double volatility(double phi, double sigma, double variance, double delta) {
        double start = Math.log(sigma * sigma);
        double low = start;
        double high;
        if (delta * delta > phi * phi + variance) {
            high = Math.log(delta * delta - phi * phi - variance);
        } else {
            int step = 1;
            while (step < MAX_STEPS && slope(start - step * tau, start, phi, variance, delta) < 0) {
                step++;
            }
            high = start - step * tau;
        }
        double atLow = slope(low, start, phi, variance, delta);
        double atHigh = slope(high, start, phi, variance, delta);
        for (int step = 0; step < MAX_STEPS && Math.abs(high - low) > CLOSE; step++) {
            double between = low + (low - high) * atLow / (atHigh - atLow);
            double atBetween = slope(between, start, phi, variance, delta);
            if (atBetween * atHigh <= 0) {
                low = high;
                atLow = atHigh;
            } else {
                atLow /= 2;
            }
            high = between;
            atHigh = atBetween;
        }
        return Math.exp(low / 2);
    }

    /** The paper's f(x), whose root is the logarithm of the new variance of the strength. */
    private double slope(double x, double start, double phi, double variance, double delta) {
        double grown = Math.exp(x);
        double sum = phi * phi + variance + grown;
        return grown * (delta * delta - sum) / (2 * sum * sum) - (x - start) / (tau * tau);
    }

    private static double mean(Team team) {
        return team.players().stream().mapToDouble(Rating::mean).average().orElseThrow() / SCALE;
    }

    /** The paper's g(φ): the weight of a game against this team. */
    private static double weight(Team team) {
        double square = team.players().stream()
                .mapToDouble(player -> player.deviation() * player.deviation())
                .average()
                .orElseThrow();
        return 1 / Math.sqrt(1 + 3 * square / (SCALE * SCALE * Math.PI * Math.PI));
    }
}
