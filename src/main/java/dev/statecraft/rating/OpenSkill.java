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
 * Ranking, JMLR 12, 2011), algorithms 1, 2 and 4, with the parameters of the OpenSkill libraries. The strength of a
 * team is the sum of its members' strengths. A member with a higher deviation receives a larger part of the change.
 *
 * @param mu initial mean of a new player
 * @param sigma initial deviation of a new player
 * @param beta standard deviation of a player's performance between matches
 * @param tau possible change of the strength since the last match; added to the deviation before each match
 * @param confidence number of deviations below the mean at which a rating is displayed
 * @param model how teams are compared
 */
public record OpenSkill(double mu, double sigma, double beta, double tau, double confidence, Model model)
        implements RatingSystem {

    /** How the result of a match is divided into comparisons. */
    @Schema(name = "OpenSkillModel")
    public enum Model {
        /**
         * The winner is chosen from all teams, the second from the remaining teams, and so on. Teams with the same
         * place share the choice, as in the paper, which favours the place after a draw: of five equal new players with
         * the places 1, 2, 2, 3, 4, the third gains more than the two second ones.
         */
        PLACKETT_LUCE,
        /**
         * Every team is compared with every other. A better place never results in a lower mean, including draws. The
         * total weight of a team's comparisons is at most {@value #MAX_COMPARISONS}: up to five teams, the method is
         * the published one.
         */
        BRADLEY_TERRY_FULL,
        /**
         * Every team is compared with its neighbours in the order of places. The paper does not define the neighbours
         * of teams with the same place. The result here is the mean over all orders of such teams, so it does not
         * depend on the order of the teams in the request.
         */
        BRADLEY_TERRY_PART
    }

    /**
     * Maximum total weight of the comparisons of one team in one match. The paper adds up all comparisons as if each
     * were a match of its own: 99 opponents move a new player from 25 to 285. In simulated matches of 30 and 100
     * players, the undamped sum orders 18 % of all pairs wrongly; damped to 4 it is 7 to 8 %, and PLACKETT_LUCE has 7
     * to 10 %. The published test vectors of the libraries have at most five teams.
     */
    static final int MAX_COMPARISONS = 4;

    /** Minimum share of a variance that remains after a match. */
    private static final double MIN_SHARE = 0.0001;

    /** The sum of the members of a team. */
    private record Sum(double mu, double variance, int place) {}

    /** Effect of a match on a team: the change of its mean, and the share that its variance loses. */
    private record Shift(double omega, double delta) {}

    /** An opponent of a team, by its index, and the weight of the comparison. */
    private record Opponent(int team, double weight) {}

    @Override
    public Rating initialRating(long nowMillis) {
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
                        double left = Math.max(1 - variance / whole * shift.delta, MIN_SHARE);
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

    /** Algorithm 4. Teams with the same place share it: each is chosen with an equal part of the weight. */
    private List<Shift> plackettLuce(List<Sum> sums) {
        double c = Math.sqrt(
                sums.stream().mapToDouble(team -> team.variance + beta * beta).sum());
        // Only ratios of the strengths are used; relative to the largest, none overflows.
        double largest = sums.stream().mapToDouble(Sum::mu).max().orElseThrow();
        double[] strengths = sums.stream()
                .mapToDouble(team -> Math.exp((team.mu - largest) / c))
                .toArray();
        int teams = sums.size();
        double[] fields = new double[teams];
        int[] tied = new int[teams];
        for (int q = 0; q < teams; q++) {
            for (int s = 0; s < teams; s++) {
                fields[q] += sums.get(s).place >= sums.get(q).place ? strengths[s] : 0;
                tied[q] += sums.get(s).place == sums.get(q).place ? 1 : 0;
            }
        }
        List<Shift> shifts = new ArrayList<>();
        for (int i = 0; i < teams; i++) {
            double omega = 0;
            double delta = 0;
            for (int q = 0; q < teams; q++) {
                if (sums.get(q).place <= sums.get(i).place && fields[q] > 0) {
                    double chosen = strengths[i] / fields[q];
                    omega += ((q == i ? 1 : 0) - chosen) / tied[q];
                    delta += chosen * (1 - chosen) / tied[q];
                }
            }
            double variance = sums.get(i).variance;
            double gamma = Math.sqrt(variance) / c;
            shifts.add(new Shift(variance / c * omega, gamma * variance / (c * c) * delta));
        }
        return shifts;
    }

    /** Algorithms 1 and 2, which differ in the opponents of a team. */
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
        double weight = Math.min(1, MAX_COMPARISONS / (teams - 1.0));
        return IntStream.range(0, teams)
                .mapToObj(i -> IntStream.range(0, teams)
                        .filter(q -> q != i)
                        .mapToObj(q -> new Opponent(q, weight))
                        .toList())
                .toList();
    }

    /**
     * The neighbours of every team. The weight of a neighbour is the share of the orders of equally placed teams in
     * which the two teams are adjacent: 2/m for two of m teams with the same place, 1/(m·k) if k teams have the place
     * before or after. Without draws, every weight is 1.
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
            List<Integer> tied = byPlace.getOrDefault(place, List.of());
            List<Opponent> opponents = new ArrayList<>();
            tied.stream().filter(q -> q != own).forEach(q -> opponents.add(new Opponent(q, 2.0 / tied.size())));
            for (Map.Entry<Integer, List<Integer>> next :
                    Arrays.asList(byPlace.lowerEntry(place), byPlace.higherEntry(place))) {
                if (next != null) {
                    double weight = 1.0 / (tied.size() * next.getValue().size());
                    next.getValue().forEach(q -> opponents.add(new Opponent(q, weight)));
                }
            }
            neighbours.add(opponents);
        }
        return neighbours;
    }
}
