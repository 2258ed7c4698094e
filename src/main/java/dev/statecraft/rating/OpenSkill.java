package dev.statecraft.rating;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * OpenSkill: the Bayesian approximation of R. C. Weng and C.-J. Lin (A Bayesian Approximation Method for Online
 * Ranking, JMLR 12, 2011), their algorithms 1, 2 and 4, with the parameters that the libraries of that name use. A team
 * is as strong as the sum of its members; the less certain a member's rating, the more of the change it takes.
 *
 * @param mu a newcomer's mean
 * @param sigma a newcomer's deviation
 * @param beta how much performances vary from match to match
 * @param tau how much strength may have changed since the last match; added to the deviation before each
 * @param confidence how many deviations below the mean a rating is shown
 * @param model how teams are compared
 */
public record OpenSkill(double mu, double sigma, double beta, double tau, double confidence, Model model)
        implements RatingSystem {

    /** How the outcome of a match is taken apart. */
    @Schema(name = "OpenSkillModel")
    public enum Model {
        /** First the best of all, then the best of those left, and so on. */
        PLACKETT_LUCE,
        /** Every team against every other. */
        BRADLEY_TERRY_FULL,
        /** Every team against its neighbours in the order of places; among equal places, in the order given. */
        BRADLEY_TERRY_PART
    }

    /** A match never leaves less than this share of a variance, however telling it was. */
    private static final double LEAST_SHARE = 0.0001;

    /** A team as one: the sum of its members. */
    private record Sum(double mu, double variance, int place) {}

    /** What a match says of a team: how far its mean moves, and which share its variance loses. */
    private record Shift(double omega, double delta) {}

    @Override
    public Rating newcomer(long nowMillis) {
        return Rating.of(mu, sigma);
    }

    @Override
    public Estimate estimate(Rating rating, long nowMillis) {
        double shown = rating.mean() - confidence * rating.deviation();
        return new Estimate(shown, rating.mean(), rating.deviation(), 0);
    }

    @Override
    public List<List<Rating>> rate(List<Team> teams, long nowMillis) {
        List<Sum> sums = teams.stream().map(this::sum).toList();
        List<Shift> shifts =
                switch (model) {
                    case PLACKETT_LUCE -> plackettLuce(sums);
                    case BRADLEY_TERRY_FULL -> bradleyTerry(teams, sums, everybodyElse(sums.size()));
                    case BRADLEY_TERRY_PART -> bradleyTerry(teams, sums, neighbours(sums));
                };
        List<List<Rating>> rated = new ArrayList<>();
        for (int i = 0; i < teams.size(); i++) {
            Shift shift = shifts.get(i);
            double whole = sums.get(i).variance;
            rated.add(teams.get(i).players().stream()
                    .map(player -> {
                        double variance = variance(player);
                        double left = Math.max(1 - variance / whole * shift.delta, LEAST_SHARE);
                        return Rating.of(player.mean() + variance / whole * shift.omega, Math.sqrt(variance * left));
                    })
                    .toList());
        }
        return rated;
    }

    private double variance(Rating player) {
        return player.deviation() * player.deviation() + tau * tau;
    }

    private Sum sum(Team team) {
        return new Sum(
                team.players().stream().mapToDouble(Rating::mean).sum(),
                team.players().stream().mapToDouble(this::variance).sum(),
                team.place());
    }

    /** Algorithm 4. Teams that drew for a place share it: each is chosen there with an equal part of the weight. */
    private List<Shift> plackettLuce(List<Sum> sums) {
        double c = Math.sqrt(
                sums.stream().mapToDouble(team -> team.variance + beta * beta).sum());
        // Only ratios of these are used; the largest as the base keeps them from overflowing.
        double largest = sums.stream().mapToDouble(Sum::mu).max().orElseThrow();
        double[] strengths = sums.stream()
                .mapToDouble(team -> Math.exp((team.mu - largest) / c))
                .toArray();
        int teams = sums.size();
        double[] fields = new double[teams];
        int[] equals = new int[teams];
        for (int q = 0; q < teams; q++) {
            for (int s = 0; s < teams; s++) {
                fields[q] += sums.get(s).place >= sums.get(q).place ? strengths[s] : 0;
                equals[q] += sums.get(s).place == sums.get(q).place ? 1 : 0;
            }
        }
        List<Shift> shifts = new ArrayList<>();
        for (int i = 0; i < teams; i++) {
            double omega = 0;
            double delta = 0;
            for (int q = 0; q < teams; q++) {
                if (sums.get(q).place <= sums.get(i).place && fields[q] > 0) {
                    double chosen = strengths[i] / fields[q];
                    omega += ((q == i ? 1 : 0) - chosen) / equals[q];
                    delta += chosen * (1 - chosen) / equals[q];
                }
            }
            double variance = sums.get(i).variance;
            double gamma = Math.sqrt(variance) / c;
            shifts.add(new Shift(variance / c * omega, gamma * variance / (c * c) * delta));
        }
        return shifts;
    }

    /** Algorithms 1 and 2, which differ in whom a team is compared with. */
    private List<Shift> bradleyTerry(List<Team> teams, List<Sum> sums, List<int[]> opponents) {
        List<Shift> shifts = new ArrayList<>();
        for (int i = 0; i < sums.size(); i++) {
            Sum team = sums.get(i);
            double omega = 0;
            double delta = 0;
            for (int q : opponents.get(i)) {
                Sum other = sums.get(q);
                double c = Math.sqrt(team.variance + other.variance + 2 * beta * beta);
                double expected = 1 / (1 + Math.exp((other.mu - team.mu) / c));
                double gamma = Math.sqrt(team.variance) / c;
                omega += team.variance / c * (teams.get(i).scoreAgainst(teams.get(q)) - expected);
                delta += gamma * team.variance / (c * c) * expected * (1 - expected);
            }
            shifts.add(new Shift(omega, delta));
        }
        return shifts;
    }

    private static List<int[]> everybodyElse(int teams) {
        return IntStream.range(0, teams)
                .mapToObj(i -> IntStream.range(0, teams).filter(q -> q != i).toArray())
                .toList();
    }

    private static List<int[]> neighbours(List<Sum> sums) {
        int[] ordered = IntStream.range(0, sums.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> sums.get(i).place))
                .mapToInt(Integer::intValue)
                .toArray();
        int[][] neighbours = new int[ordered.length][];
        for (int at = 0; at < ordered.length; at++) {
            int from = Math.max(0, at - 1);
            int to = Math.min(ordered.length - 1, at + 1);
            int own = ordered[at];
            neighbours[own] = IntStream.rangeClosed(from, to)
                    .map(i -> ordered[i])
                    .filter(q -> q != own)
                    .toArray();
        }
        return List.of(neighbours);
    }
}
