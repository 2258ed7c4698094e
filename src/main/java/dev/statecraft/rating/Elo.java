package dev.statecraft.rating;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Elo ratings (A. E. Elo, The Rating of Chessplayers, 1978). A team plays as one player with the mean rating of its
 * members, and all members gain or lose the same amount. In a match of more than two teams, each team is compared with
 * every other and the mean of the comparisons is applied, so a match changes a rating by at most K. The sum of all team
 * changes is 0.
 *
 * @param initial initial rating of a new player
 * @param k maximum change of a rating by one match
 * @param expectation how the expected score is computed from a rating difference
 */
public record Elo(double initial, double k, Expectation expectation) implements RatingSystem {

    /** Expected score by rating difference. */
    @Schema(name = "EloExpectation")
    public enum Expectation {
        /** 1 / (1 + 10^(−d/400)). */
        LOGISTIC,
        /** The table of FIDE with two decimals. Differences beyond 400 count as 400. */
        FIDE;

        /** The expected score of the side whose rating is higher by {@code difference}, 0 to 1. */
        public double at(double difference) {
            return switch (this) {
                case LOGISTIC -> 1 / (1 + Math.pow(10, -difference / 400));
                case FIDE -> fromTable(difference);
            };
        }
    }

    private static final int FIDE_MAX_POINTS = 400;

    /** FIDE Handbook B.02, 8.1.2: upper bounds of the rating differences with the expected scores .50, .51, .52, …. */
    private static final int[] FIDE_UP_TO = {
        3, 10, 17, 25, 32, 39, 46, 53, 61, 68, 76, 83, 91, 98, 106, 113, 121, 129, 137, 145, 153, 162, 170, 179, 188,
        197, 206, 215, 225, 235, 245, 256, 267, 278, 290, 302, 315, 328, 344, 357, 374, 391
    };

    private static double fromTable(double difference) {
        long points = Math.round(Math.min(Math.abs(difference), FIDE_MAX_POINTS));
        int step = 0;
        while (step < FIDE_UP_TO.length && points > FIDE_UP_TO[step]) {
            step++;
        }
        return (difference < 0 ? 50 - step : 50 + step) / 100.0;
    }

    @Override
    public Rating initialRating(long nowMillis) {
        return Rating.of(initial);
    }

    @Override
    public Estimate estimate(Rating rating, long nowMillis) {
        return new Estimate(rating.mean(), rating.mean(), 0, 0);
    }

    @Override
    public List<List<Rating>> rate(List<Team> teams, long nowMillis) {
        double[] means = teams.stream().mapToDouble(Elo::mean).toArray();
        List<List<Rating>> rated = new ArrayList<>();
        for (int i = 0; i < teams.size(); i++) {
            double surplus = 0;
            for (int q = 0; q < teams.size(); q++) {
                if (q != i) {
                    surplus += teams.get(i).scoreAgainst(teams.get(q)) - expectation.at(means[i] - means[q]);
                }
            }
            double change = k * surplus / (teams.size() - 1);
            rated.add(teams.get(i).players().stream()
                    .map(player -> Rating.of(player.mean() + change))
                    .toList());
        }
        return rated;
    }

    private static double mean(Team team) {
        return team.players().stream().mapToDouble(Rating::mean).average().orElseThrow();
    }
}
