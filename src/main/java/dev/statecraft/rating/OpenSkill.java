package dev.statecraft.rating;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

    /** How the outcome of a match is divided into comparisons. */
    @Schema(name = "OpenSkillModel")
    public enum Model {
        /**
         * The winner is chosen from all teams, the second from the rest, and so on. Teams with the same place share the
         * choice, as published, which favours the place below a draw: of five equal newcomers on the places 1, 2, 2, 3, 4,
         * the third gains more than the two seconds.
         */
        PLACKETT_LUCE,
        /**
         * Every team is compared with every other. A better place never gives a lower mean, draws included. The comparisons
         * of a team weigh {@value #MOST_COMPARISONS} at most: up to five teams the method is the published one.
         */
        BRADLEY_TERRY_FULL,
        /**
         * Every team is compared with its neighbours in the order of places. The paper leaves open who is whose neighbour
         * among teams with the same place; the result here is the mean over all orders of such teams, so it does not
         * depend on the order in which the teams are named.
         */
        BRADLEY_TERRY_PART
    }

    /**
     * How many comparisons those of one team in one match weigh together at most. The paper adds them all up, as if each
     * were a match of its own: 99 opponents move a newcomer of 25 to 285. In simulated matches of 30 and 100 players the
     * undamped sum orders 18 % of all pairs wrongly, damped to 4 it is 7 to 8 %, PLACKETT_LUCE 7 to 10 %. The vectors that
     * the libraries publish end at five teams.
     */
    static final int MOST_COMPARISONS = 4;

    /** A match never leaves less than this share of a variance, however telling it was. */
    private static final double LEAST_SHARE = 0.0001;

    /** A team as one: the sum of its members. */
    private record Sum(double mu, double variance, int place) {}

    /** What a match says of a team: how far its mean moves, and which share its variance loses. */
    private record Shift(double omega, double delta) {}

    /** A team that another is compared with, by its index, and how much the comparison counts. */
    private record Opponent(int team, double weight) {}

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
                    case BRADLEY_TERRY_FULL -> bradleyTerry(teams, sums, everyOther(sums.size()));
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
    private List<Shift> bradleyTerry(List<Team> teams, List<Sum> sums, List<List<Opponent>> opponents) {
        List<Shift> shifts = new ArrayList<>();
        for (int i = 0; i < sums.size(); i++) {
            Sum team = sums.get(i);
            double omega = 0;
            double delta = 0;
            for (Opponent opponent : opponents.get(i)) {
                Sum other = sums.get(opponent.team);
                double c = Math.sqrt(team.variance + other.variance + 2 * beta * beta);
                double expected = 1 / (1 + Math.exp((other.mu - team.mu) / c));
                double gamma = Math.sqrt(team.variance) / c;
                double surprise = teams.get(i).scoreAgainst(teams.get(opponent.team)) - expected;
                omega += opponent.weight * team.variance / c * surprise;
                delta += opponent.weight * gamma * team.variance / (c * c) * expected * (1 - expected);
            }
            shifts.add(new Shift(omega, delta));
        }
        return shifts;
    }

    private static List<List<Opponent>> everyOther(int teams) {
        double weight = Math.min(1, MOST_COMPARISONS / (teams - 1.0));
        return IntStream.range(0, teams)
                .mapToObj(i -> IntStream.range(0, teams)
                        .filter(q -> q != i)
                        .mapToObj(q -> new Opponent(q, weight))
                        .toList())
                .toList();
    }

    /**
     * The neighbours of every team, each weighted by the share of the orders of equally placed teams in which the two
     * stand next to each other: 2/m for two of m teams with the same place, 1/(m·k) where the place before or after is
     * held by k teams. Without draws, every weight is 1.
     */
    private static List<List<Opponent>> neighbours(List<Sum> sums) {
        TreeMap<Integer, List<Integer>> byPlace = new TreeMap<>();
        for (int i = 0; i < sums.size(); i++) {
            byPlace.computeIfAbsent(sums.get(i).place, place -> new ArrayList<>())
                    .add(i);
        }
        List<List<Opponent>> neighbours = new ArrayList<>();
        for (int i = 0; i < sums.size(); i++) {
            int own = i;
            int place = sums.get(i).place;
            List<Integer> equals = byPlace.getOrDefault(place, List.of());
            List<Opponent> opponents = new ArrayList<>();
            equals.stream().filter(q -> q != own).forEach(q -> opponents.add(new Opponent(q, 2.0 / equals.size())));
            for (Map.Entry<Integer, List<Integer>> next :
                    Arrays.asList(byPlace.lowerEntry(place), byPlace.higherEntry(place))) {
                if (next != null) {
                    double weight = 1.0 / (equals.size() * next.getValue().size());
                    next.getValue().forEach(q -> opponents.add(new Opponent(q, weight)));
                }
            }
            neighbours.add(opponents);
        }
        return neighbours;
    }
}
