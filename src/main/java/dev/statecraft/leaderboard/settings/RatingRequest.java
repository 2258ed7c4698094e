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
 * API representation of the rating settings of a RATING board. An omitted parameter has the configured default.
 *
 * @param algorithm the rating system; null for the configured {@code ranking-algorithm}
 * @param initial initial rating of a new player; for OPENSKILL the mean μ
 * @param k ELO: maximum change of a rating by one match
 * @param expectation ELO: how the expected score is computed, by the logistic formula or by the FIDE table
 * @param deviation GLICKO2, OPENSKILL: initial deviation of a new player
 * @param volatility GLICKO2: initial volatility of a new player
 * @param tau GLICKO2: limits the change of volatilities; OPENSKILL: increase of the deviation before each match
 * @param period GLICKO2: length of a rating period, an ISO 8601 duration such as {@code P7D}
 * @param beta OPENSKILL: deviation of a player's performance in one match
 * @param confidence OPENSKILL: number of deviations that are subtracted from the mean to get the displayed rating
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

    private static final double MAX_VALUE = 1_000_000;
    private static final double MIN_POSITIVE_VALUE = 0.001;
    private static final Duration MIN_PERIOD = Duration.ofMinutes(1);
    private static final Duration MAX_PERIOD = Duration.ofDays(366);

    private static final Set<String> ELO_PARAMETERS = Set.of("k", "expectation");
    private static final Set<String> GLICKO2_PARAMETERS = Set.of("deviation", "volatility", "tau", "period");
    private static final Set<String> OPENSKILL_PARAMETERS = Set.of("deviation", "tau", "beta", "confidence", "model");

    /** Request without parameters: all parameters have their configured defaults. */
    static final RatingRequest DEFAULT =
            new RatingRequest(null, null, null, null, null, null, null, null, null, null, null);

    /** Returns the API representation of a rating system. */
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
     * Returns the rating system with these parameters and the configured defaults.
     *
     * @throws ProblemException 400, naming the invalid field
     */
    RatingSystem system(LeaderboardConfig config) {
        LeaderboardConfig.Rating defaults = config.rating();
        Algorithm chosen = algorithm == null ? config.rankingAlgorithm() : algorithm;
        return switch (chosen) {
            case ELO -> {
                only(chosen, ELO_PARAMETERS);
                yield new Elo(
                        within("initial", initial, defaults.elo().initial(), -MAX_VALUE, MAX_VALUE),
                        within("k", k, defaults.elo().k(), MIN_POSITIVE_VALUE, MAX_VALUE),
                        expectation == null ? Elo.Expectation.LOGISTIC : expectation);
            }
            case GLICKO2 -> {
                only(chosen, GLICKO2_PARAMETERS);
                yield new Glicko2(
                        within("initial", initial, defaults.glicko2().initial(), -MAX_VALUE, MAX_VALUE),
                        within("deviation", deviation, defaults.glicko2().deviation(), MIN_POSITIVE_VALUE, MAX_VALUE),
                        within("volatility", volatility, defaults.glicko2().volatility(), MIN_POSITIVE_VALUE, 1),
                        within("tau", tau, defaults.glicko2().tau(), 0.01, 10),
                        period == null ? defaults.glicko2().period() : duration(period));
            }
            case OPENSKILL -> {
                only(chosen, OPENSKILL_PARAMETERS);
                // Default proportions of the OpenSkill libraries: σ = μ / 3, β = σ / 2, τ = σ / 100.
                double mean = within("initial", initial, defaults.openskill().initial(), -MAX_VALUE, MAX_VALUE);
                double third = mean > 0 ? mean / 3 : defaults.openskill().initial() / 3;
                double sigma = within("deviation", deviation, third, MIN_POSITIVE_VALUE, MAX_VALUE);
                yield new OpenSkill(
                        mean,
                        sigma,
                        within("beta", beta, sigma / 2, MIN_POSITIVE_VALUE, MAX_VALUE),
                        within("tau", tau, sigma / 100, 0, MAX_VALUE),
                        within("confidence", confidence, defaults.openskill().confidence(), 0, 10),
                        model == null ? defaults.openskill().model() : model);
            }
        };
    }

    /** Rejects parameters of other algorithms, because they would have no effect. */
    private void only(Algorithm chosen, Set<String> accepted) {
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
            if (value != null && !accepted.contains(name)) {
                throw rejected(name, chosen + " has no parameter " + name + ".");
            }
        });
    }

    private static double within(String name, @Nullable BigDecimal value, double defaultValue, double min, double max) {
        if (value == null) {
            return defaultValue;
        }
        BigDecimal rounded = FloatNoise.rounded(value, SettingFields.NOISE_DECIMALS);
        // A tiny value other than 0 is not noise. It is rejected because of its digits.
        BigDecimal exact = rounded.signum() == 0 ? value : rounded;
        double number = exact.doubleValue();
        if (number < min || number > max || exact.stripTrailingZeros().scale() > SettingFields.MAX_DECIMALS) {
            throw rejected(
                    name,
                    "Give a number from " + BigDecimal.valueOf(min).toPlainString() + " to "
                            + BigDecimal.valueOf(max).toPlainString() + " with at most " + SettingFields.MAX_DECIMALS
                            + " digits after the point.");
        }
        return number;
    }

    private static Duration duration(String text) {
        try {
            Duration duration = Duration.parse(text);
            if (duration.compareTo(MIN_PERIOD) >= 0 && duration.compareTo(MAX_PERIOD) <= 0) {
                return duration;
            }
        } catch (DateTimeException e) {
            throw invalidPeriod();
        }
        throw invalidPeriod();
    }

    private static ProblemException invalidPeriod() {
        return rejected("period", "Give a duration from PT1M to P366D, such as P7D or PT12H.");
    }

    private static ProblemException rejected(String name, String detail) {
        return new ProblemException(Problem.badRequest("rating." + name, detail));
    }

    private static BigDecimal number(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros();
    }
}
