package dev.statecraft.rating;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Elo's ratings (A. E. Elo, The Rating of Chessplayers, 1978). A team plays as one player with the mean of its members'
 * ratings, and all of them gain or lose the same. Among more than two teams each is compared with every other and the
 * mean of these comparisons counts, so a match moves nobody by more than K, however many take part. What one team gains
 * the others lose.
 *
 * @param initial a newcomer's rating
 * @param k the most a match can move a rating
 * @param expectation what a difference of ratings lets expect
 */
public record Elo(double initial, double k, Expectation expectation) implements RatingSystem {

    /** The score to expect of the one whose rating is higher by a difference. */
    @Schema(name = "EloExpectation")
    public enum Expectation {
        /** 1 / (1 + 10^(−d/400)). */
        LOGISTIC,
        /** FIDE's table of two decimals, in which differences beyond 400 count as 400. */
        FIDE;

        /** The score to expect, 0 to 1; that of the other side is what is missing to 1. */
        public double at(double difference) {
            return switch (this) {
                case LOGISTIC -> 1 / (1 + Math.pow(10, -difference / 400));
                case FIDE -> fromTable(difference);
            };
        }
    }

    private static final int FIDE_MOST_POINTS = 400;

    /** FIDE Handbook B.02, 8.1.2: up to so many points the higher rated scores .50, .51, .52 and so on. */
    private static final int[] FIDE_UP_TO = {
        3, 10, 17, 25, 32, 39, 46, 53, 61, 68, 76, 83, 91, 98, 106, 113, 121, 129, 137, 145, 153, 162, 170, 179, 188,
        197, 206, 215, 225, 235, 245, 256, 267, 278, 290, 302, 315, 328, 344, 357, 374, 391
    };

    private static double fromTable(double difference) {
        long points = Math.round(Math.min(Math.abs(difference), FIDE_MOST_POINTS));
        int step = 0;
        while (step < FIDE_UP_TO.length && points > FIDE_UP_TO[step]) {
            step++;
        }
        return (difference < 0 ? 50 - step : 50 + step) / 100.0;
    }

    @Override
    public Rating newcomer(long nowMillis) {
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
