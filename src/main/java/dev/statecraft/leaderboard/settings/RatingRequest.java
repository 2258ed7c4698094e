package dev.statecraft.leaderboard.settings;

import dev.statecraft.http.Problem;
import dev.statecraft.http.ProblemException;
import dev.statecraft.rating.Algorithm;
import dev.statecraft.rating.Elo;
import dev.statecraft.rating.Glicko2;
import dev.statecraft.rating.OpenSkill;
import dev.statecraft.rating.RatingSystem;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a RATING board rates, as callers write and see it; what is left out has the default of the configuration.
 *
 * @param algorithm null for the configured {@code ranking-algorithm}
 * @param initial a newcomer's rating; for OPENSKILL the mean μ
 * @param k ELO: the most a match moves a rating
 * @param expectation ELO: the formula, or FIDE's table
 * @param deviation GLICKO2, OPENSKILL: a newcomer's deviation
 * @param volatility GLICKO2: a newcomer's volatility
 * @param tau GLICKO2: how fast volatilities may change; OPENSKILL: how much strength may change between matches
 * @param period GLICKO2: length of a rating period, ISO 8601 such as {@code P7D}
 * @param beta OPENSKILL: how much performances vary
 * @param confidence OPENSKILL: how many deviations below the mean a rating is shown
 * @param model OPENSKILL: how teams are compared
 */
public record RatingRequest(
        @Nullable Algorithm algorithm,
        @Nullable BigDecimal initial,
        @Nullable BigDecimal k,
        Elo.@Nullable Expectation expectation,
        @Nullable BigDecimal deviation,
        @Nullable BigDecimal volatility,
        @Nullable BigDecimal tau,
        @Nullable String period,
        @Nullable BigDecimal beta,
        @Nullable BigDecimal confidence,
        OpenSkill.@Nullable Model model) {

    private static final double LARGEST = 1_000_000;
    private static final double SMALLEST = 0.001;
    private static final Duration SHORTEST_PERIOD = Duration.ofMinutes(1);
    private static final Duration LONGEST_PERIOD = Duration.ofDays(366);

    private static final Set<String> OF_ELO = Set.of("k", "expectation");
    private static final Set<String> OF_GLICKO2 = Set.of("deviation", "volatility", "tau", "period");
    private static final Set<String> OF_OPENSKILL = Set.of("deviation", "tau", "beta", "confidence", "model");

    /** Nothing chosen: all as configured. */
    static final RatingRequest DEFAULT =
            new RatingRequest(null, null, null, null, null, null, null, null, null, null, null);

    /** A board's way as callers see it. */
    public static RatingRequest of(RatingSystem system) {
        if (system instanceof Elo elo) {
            return new RatingRequest(
                    Algorithm.ELO,
                    number(elo.initial()),
                    number(elo.k()),
                    elo.expectation(),
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null);
        }
        if (system instanceof Glicko2 glicko) {
            return new RatingRequest(
                    Algorithm.GLICKO2,
                    number(glicko.initial()),
                    null,
                    null,
                    number(glicko.deviation()),
                    number(glicko.volatility()),
                    number(glicko.tau()),
                    glicko.period().toString(),
                    null,
                    null,
                    null);
        }
        OpenSkill openskill = (OpenSkill) system;
        return new RatingRequest(
                Algorithm.OPENSKILL,
                number(openskill.mu()),
                null,
                null,
                number(openskill.sigma()),
                null,
                number(openskill.tau()),
                null,
                number(openskill.beta()),
                number(openskill.confidence()),
                openskill.model());
    }

    /**
     * The way that is meant.
     *
     * @throws ProblemException 400, naming the field that does not fit
     */
    RatingSystem system(LeaderboardConfig config) {
        LeaderboardConfig.Rating defaults = config.rating();
        Algorithm chosen = algorithm == null ? config.rankingAlgorithm() : algorithm;
        return switch (chosen) {
            case ELO -> {
                only(chosen, OF_ELO);
                yield new Elo(
                        within("initial", initial, defaults.elo().initial(), -LARGEST, LARGEST),
                        within("k", k, defaults.elo().k(), SMALLEST, LARGEST),
                        expectation == null ? Elo.Expectation.LOGISTIC : expectation);
            }
            case GLICKO2 -> {
                only(chosen, OF_GLICKO2);
                yield new Glicko2(
                        within("initial", initial, defaults.glicko2().initial(), -LARGEST, LARGEST),
                        within("deviation", deviation, defaults.glicko2().deviation(), SMALLEST, LARGEST),
                        within("volatility", volatility, defaults.glicko2().volatility(), SMALLEST, 1),
                        within("tau", tau, defaults.glicko2().tau(), 0.01, 10),
                        period == null ? defaults.glicko2().period() : duration(period));
            }
            case OPENSKILL -> {
                only(chosen, OF_OPENSKILL);
                // The proportions that the libraries of this name use: μ to σ to β to τ.
                double mean = within("initial", initial, defaults.openskill().initial(), -LARGEST, LARGEST);
                double third = mean > 0 ? mean / 3 : defaults.openskill().initial() / 3;
                double sigma = within("deviation", deviation, third, SMALLEST, LARGEST);
                yield new OpenSkill(
                        mean,
                        sigma,
                        within("beta", beta, sigma / 2, SMALLEST, LARGEST),
                        within("tau", tau, sigma / 100, 0, LARGEST),
                        within("confidence", confidence, defaults.openskill().confidence(), 0, 10),
                        model == null ? defaults.openskill().model() : model);
            }
        };
    }

    /** Refuses what another algorithm would take: it would be ignored. */
    private void only(Algorithm chosen, Set<String> taken) {
        Map<String, @Nullable Object> given = new LinkedHashMap<>();
        given.put("k", k);
        given.put("expectation", expectation);
        given.put("deviation", deviation);
        given.put("volatility", volatility);
        given.put("tau", tau);
        given.put("period", period);
        given.put("beta", beta);
        given.put("confidence", confidence);
        given.put("model", model);
        given.forEach((name, value) -> {
            if (value != null && !taken.contains(name)) {
                throw refused(name, chosen + " has no parameter " + name + ".");
            }
        });
    }

    private static double within(String name, @Nullable BigDecimal value, double otherwise, double min, double max) {
        if (value == null) {
            return otherwise;
        }
        BigDecimal rounded = FloatNoise.rounded(value, SettingFields.NOISE_DECIMALS);
        // A parameter that is tiny but not 0 was meant so, and is refused for its digits.
        BigDecimal exact = rounded.signum() == 0 ? value : rounded;
        double number = exact.doubleValue();
        if (number < min || number > max || exact.stripTrailingZeros().scale() > SettingFields.MOST_DECIMALS) {
            throw refused(
                    name,
                    "Give a number from " + BigDecimal.valueOf(min).toPlainString() + " to "
                            + BigDecimal.valueOf(max).toPlainString() + " with at most " + SettingFields.MOST_DECIMALS
                            + " digits after the point.");
        }
        return number;
    }

    private static Duration duration(String text) {
        try {
            Duration duration = Duration.parse(text);
            if (duration.compareTo(SHORTEST_PERIOD) >= 0 && duration.compareTo(LONGEST_PERIOD) <= 0) {
                return duration;
            }
        } catch (DateTimeException e) {
            throw noPeriod();
        }
        throw noPeriod();
    }

    private static ProblemException noPeriod() {
        return refused("period", "Give a duration from PT1M to P366D, such as P7D or PT12H.");
    }

    private static ProblemException refused(String name, String detail) {
        return new ProblemException(Problem.badRequest("rating." + name, detail));
    }

    private static BigDecimal number(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros();
    }
}
