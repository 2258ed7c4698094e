package dev.statecraft.rating;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.rating.RatingSystem.Estimate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Glicko2Test {

    private static final double SCALE = 173.7178;
    private static final long DAY = Duration.ofDays(1).toMillis();

    private final Glicko2 glicko = new Glicko2(1500, 350, 0.06, 0.5, Duration.ofDays(1));

    @Test
    void glickmansExample_matches() {
        Rating player = rating(1500, 200, 0.06, 0);
        player = match(player, rating(1400, 30, 0.06, 0), 1, 10).get(0);
        player = match(player, rating(1550, 100, 0.06, 0), 0, 20).get(0);
        player = match(player, rating(1700, 300, 0.06, 0), 0, 30).get(0);
        // The paper works with rounded numbers on the way; v and Δ are off by their last digit.
        assertEquals(1.7785, 1 / player.information(), 0.001);
        assertEquals(-0.4834, player.surplus() / player.information(), 0.001);
        for (long time : new long[] {DAY - 1, DAY}) {
            Estimate after = glicko.estimate(player, time);
            assertEquals(1464.05, after.shown(), 0.01);
            assertEquals(1464.05, after.mean(), 0.01);
            assertEquals(151.52, after.deviation(), 0.01);
            assertEquals(0.05999, after.volatility(), 0.00001);
        }
    }

    @Test
    void displayedRating_includesEachGameOfThePeriod() {
        Rating player = glicko.initialRating(5);
        assertEquals(new Estimate(1500, 1500, 350, 0.06), glicko.estimate(player, 5));
        double shown = 1500;
        for (int game = 0; game < 4; game++) {
            player = match(player, glicko.initialRating(5), 1, 5).get(0);
            assertEquals(1500, player.mean(), "the rating of the period's beginning stays");
            assertTrue(glicko.estimate(player, 5).shown() > shown);
            shown = glicko.estimate(player, 5).shown();
        }
    }

    @Test
    void opponents_countWithTheirRatingAtThePeriodStart() {
        Rating risen = glicko.initialRating(0);
        for (int game = 0; game < 5; game++) {
            risen = match(risen, glicko.initialRating(0), 1, 0).get(0);
        }
        Rating againstRisen = match(glicko.initialRating(0), risen, 0, 0).get(0);
        Rating againstFresh =
                match(glicko.initialRating(0), glicko.initialRating(0), 0, 0).get(0);
        assertEquals(againstFresh, againstRisen);
        Rating nextDay = match(glicko.initialRating(0), risen, 0, DAY).get(0);
        assertTrue(nextDay.surplus() > againstFresh.surplus(), "losing to somebody stronger costs less");
    }

    @Test
    void idlePeriods_widenTheDeviationUpToTheInitialOne() {
        Rating player = rating(1500, 50, 0.06, 0);
        for (int periods : new int[] {0, 1, 2, 10, 100}) {
            double expected = Math.sqrt(Math.pow(50 / SCALE, 2) + periods * 0.06 * 0.06) * SCALE;
            Estimate idle = glicko.estimate(player, periods * DAY);
            assertEquals(expected, idle.deviation(), 1e-9);
            assertEquals(1500, idle.shown());
            assertEquals(0.06, idle.volatility());
        }
        assertEquals(350, glicko.estimate(player, 100_000 * DAY).deviation(), 1e-9);
    }

    @Test
    void gamesOfAPeriod_countOnceBeforeIdlePeriods() {
        Rating player = match(rating(1500, 200, 0.06, 0), rating(1400, 30, 0.06, 0), 1, 0)
                .get(0);
        Estimate ended = glicko.estimate(player, DAY);
        Estimate later = glicko.estimate(player, 4 * DAY);
        double spread = 3 * Math.pow(ended.volatility() * SCALE, 2);
        assertEquals(Math.sqrt(ended.deviation() * ended.deviation() + spread), later.deviation(), 1e-9);
        assertEquals(ended.shown(), later.shown());
    }

    @Test
    void slowClock_putsAGameIntoTheLaterPeriod() {
        Rating tomorrow = match(glicko.initialRating(DAY), glicko.initialRating(DAY), 1, DAY)
                .get(0);
        Rating player = match(tomorrow, glicko.initialRating(0), 1, DAY - 1).get(0);
        assertEquals(1, player.period());
        assertTrue(player.information() > tomorrow.information());
    }

    @Test
    void matchOfManyTeams_hasTheInformationOfOneGame() {
        List<Team> teams = new ArrayList<>();
        for (int place = 1; place <= 100; place++) {
            teams.add(new Team(List.of(glicko.initialRating(0)), place));
        }
        List<List<Rating>> rated = glicko.rate(teams, 0);
        Rating winner =
                match(glicko.initialRating(0), glicko.initialRating(0), 1, 0).get(0);
        assertEquals(winner.information(), rated.get(0).get(0).information(), 1e-9);
        assertEquals(winner.surplus(), rated.get(0).get(0).surplus(), 1e-9);
        assertEquals(-winner.surplus(), rated.get(99).get(0).surplus(), 1e-9);
    }

    @Test
    void teamOfEqualMembers_countsAsOneMember() {
        Team pair = new Team(List.of(rating(1600, 80, 0.06, 0), rating(1600, 80, 0.06, 0)), 1);
        Team single = new Team(List.of(rating(1550, 100, 0.06, 0)), 2);
        List<List<Rating>> rated = glicko.rate(List.of(pair, single), 0);
        List<Rating> alone = match(rating(1600, 80, 0.06, 0), rating(1550, 100, 0.06, 0), 1, 0);
        assertEquals(List.of(alone.get(0), alone.get(0)), rated.get(0));
        assertEquals(alone.get(1), rated.get(1).get(0));
    }

    /** The sums kept over periods give what the paper's batch gives, with the volatility found in another way. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void periods_equalTheBatchesOfThePaper(long seed) {
        Random random = new Random(seed);
        Glicko2 system = new Glicko2(1500, 350, 0.06, random.nextDouble(0.3, 1.2), Duration.ofDays(1));
        Rating player = rating(random.nextDouble(1000, 2000), random.nextDouble(30, 350), 0.06, 0);
        double[] expected = {player.mean(), player.deviation(), player.volatility()};
        for (int period = 0; period < 20; period++) {
            int games = random.nextInt(6);
            double[][] results = new double[games][];
            for (int game = 0; game < games; game++) {
                results[game] =
                        new double[] {random.nextDouble(800, 2200), random.nextDouble(30, 350), random.nextInt(3) / 2.0
                        };
                Rating opponent = rating(results[game][0], results[game][1], 0.06, period);
                int place = (int) (3 - 2 * results[game][2]);
                Team opponents = new Team(List.of(opponent), 2);
                player = system.rate(List.of(new Team(List.of(player), place), opponents), period * DAY + game)
                        .get(0)
                        .get(0);
            }
            expected = batch(expected, results, system.tau());
            Estimate estimate = system.estimate(player, (period + 1) * DAY);
            String where = "seed " + seed + ", period " + period;
            assertEquals(expected[0], estimate.shown(), 1e-3, where);
            assertEquals(expected[1], estimate.deviation(), 1e-3, where);
            assertEquals(expected[2], estimate.volatility(), 1e-6, where);
        }
    }

    /** One rating period as the paper has it; the volatility is the one that is most likely afterwards. */
    private static double[] batch(double[] before, double[][] results, double tau) {
        double mu = (before[0] - 1500) / SCALE;
        double phi = before[1] / SCALE;
        double sigma = before[2];
        if (results.length == 0) {
            return new double[] {before[0], Math.min(350, SCALE * Math.hypot(phi, sigma)), sigma};
        }
        double inverse = 0;
        double sum = 0;
        for (double[] result : results) {
            double g = 1 / Math.sqrt(1 + 3 * Math.pow(result[1] / SCALE / Math.PI, 2));
            double e = 1 / (1 + Math.exp(-g * (mu - (result[0] - 1500) / SCALE)));
            inverse += g * g * e * (1 - e);
            sum += g * (result[2] - e);
        }
        double v = 1 / inverse;
        double delta = v * sum;
        double a = Math.log(sigma * sigma);
        double low = a - 10;
        double high = a + 10;
        double golden = (Math.sqrt(5) - 1) / 2;
        while (high - low > 1e-9) {
            double left = high - golden * (high - low);
            double right = low + golden * (high - low);
            if (likelihood(left, a, phi, v, delta, tau) > likelihood(right, a, phi, v, delta, tau)) {
                high = right;
            } else {
                low = left;
            }
        }
        double after = Math.exp((low + high) / 4);
        double wider = Math.hypot(phi, after);
        double narrower = 1 / Math.sqrt(1 / (wider * wider) + 1 / v);
        return new double[] {SCALE * (mu + narrower * narrower * sum) + 1500, SCALE * narrower, after};
    }

    /** The logarithm of the density whose mode the paper's step 5 looks for. */
    private static double likelihood(double x, double a, double phi, double v, double delta, double tau) {
        double variance = phi * phi + v + Math.exp(x);
        return -(x - a) * (x - a) / (2 * tau * tau) - (Math.log(variance) + delta * delta / variance) / 2;
    }

    private List<Rating> match(Rating one, Rating other, double score, long now) {
        int place = (int) (3 - 2 * score);
        List<List<Rating>> rated =
                glicko.rate(List.of(new Team(List.of(one), place), new Team(List.of(other), 2)), now);
        return List.of(rated.get(0).get(0), rated.get(1).get(0));
    }

    private static Rating rating(double mean, double deviation, double volatility, long period) {
        return new Rating(mean, deviation, volatility, period, 0, 0);
    }
}
