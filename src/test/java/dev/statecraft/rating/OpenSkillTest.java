package dev.statecraft.rating;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.rating.OpenSkill.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenSkillTest {

    private static final double MU = 25;
    private static final double SIGMA = 25 / 3.0;

    @ParameterizedTest
    @EnumSource(Model.class)
    void twoPlayersAsPublishedByOpenskillJs(Model model) {
        assertRated(model, new int[] {1, 1}, new double[][] {
            {27.63523138347365, 8.065506316323548}, {22.36476861652635, 8.065506316323548}
        });
    }

    @Test
    void plackettLuceAsPublishedByOpenskillJs() {
        assertRated(Model.PLACKETT_LUCE, new int[] {1, 1, 1}, new double[][] {
            {27.868876552746237, 8.204837030780652},
            {25.717219138186557, 8.057829747583874},
            {21.413904309067206, 8.057829747583874}
        });
        assertRated(Model.PLACKETT_LUCE, new int[] {1, 1, 1, 1, 1}, new double[][] {
            {27.666666666666668, 8.290556877154474},
            {26.833333333333332, 8.240145629781066},
            {25.72222222222222, 8.179996679645559},
            {24.055555555555557, 8.111796013701358},
            {20.72222222222222, 8.111796013701358}
        });
        assertRated(Model.PLACKETT_LUCE, new int[] {3, 1, 2}, new double[][] {
            {25.939870821784513, 8.247641552260456},
            {27.21366020491262, 8.274321317985242},
            {21.84646897330287, 8.213058173195341}
        });
    }

    @Test
    void bradleyTerryFullAsPublishedByOpenskillJs() {
        assertRated(Model.BRADLEY_TERRY_FULL, new int[] {1, 1, 1}, new double[][] {
            {30.2704627669473, 7.788474807872566}, {25.0, 7.788474807872566}, {19.7295372330527, 7.788474807872566}
        });
        assertRated(Model.BRADLEY_TERRY_FULL, new int[] {1, 1, 1, 1, 1}, new double[][] {
            {35.5409255338946, 7.202515895247076},
            {30.2704627669473, 7.202515895247076},
            {25.0, 7.202515895247076},
            {19.729537233052703, 7.202515895247076},
            {14.4590744661054, 7.202515895247076}
        });
        assertRated(Model.BRADLEY_TERRY_FULL, new int[] {3, 1, 2}, new double[][] {
            {25.992743915179297, 8.19709997489984},
            {28.48909130001799, 8.220848339985736},
            {20.518164784802714, 8.127515465304823}
        });
    }

    @Test
    void bradleyTerryPartAsPublishedByOpenskillJs() {
        assertRated(Model.BRADLEY_TERRY_PART, new int[] {1, 1, 1, 1}, new double[][] {
            {27.63523138347365, 8.065506316323548},
            {25.0, 7.788474807872566},
            {25.0, 7.788474807872566},
            {22.36476861652635, 8.065506316323548}
        });
        assertRated(Model.BRADLEY_TERRY_PART, new int[] {3, 1, 2}, new double[][] {
            {25.219231461891965, 8.293401112661954},
            {28.48909130001799, 8.220848339985736},
            {21.291677238090045, 8.206896387427937}
        });
    }

    /** Published by openskill.py 6 with its default τ of 25/300. */
    @Test
    void matchesOfUnequalPlayersAsPublishedByOpenskillPy() {
        OpenSkill openskill = new OpenSkill(MU, SIGMA, SIGMA / 2, SIGMA / 100, 3, Model.PLACKETT_LUCE);
        Team strong = new Team(List.of(Rating.of(29.182, 4.782), Rating.of(27.174, 4.922)), 1);
        Team weak = new Team(List.of(Rating.of(16.672, 6.217), Rating.of(25, SIGMA)), 2);
        List<List<Rating>> rated = openskill.rate(List.of(strong, weak), 0);
        assertRating(29.607340941337068, 4.755311788972862, rated.get(0).get(0));
        assertRating(27.624602782532037, 4.892807828777459, rated.get(0).get(1));
        assertRating(15.953170429143093, 6.125902065139878, rated.get(1).get(0));
        assertRating(23.70858117648013, 8.111707446126035, rated.get(1).get(1));

        List<Team> all = new ArrayList<>();
        all.add(new Team(List.of(Rating.of(29.182, 4.782)), 1));
        all.add(new Team(List.of(Rating.of(27.174, 4.922)), 2));
        all.add(new Team(List.of(Rating.of(16.672, 6.217)), 3));
        all.add(new Team(List.of(Rating.of(25, SIGMA)), 4));
        rated = openskill.rate(all, 0);
        assertRating(30.210227447000438, 4.765617924939384, rated.get(0).get(0));
        assertRating(27.644725221915632, 4.883479590134575, rated.get(1).get(0));
        assertRating(17.4036218889969, 6.101259408259549, rated.get(2).get(0));
        assertRating(19.21460876538932, 7.854669920480409, rated.get(3).get(0));
    }

    /** Published by openskill.py: one drew with a team of three for the first place. */
    @Test
    void drawsAsPublishedByOpenskillPy() {
        Rating r = Rating.of(20.35125162611535, 8.33148112355601);
        List<Team> teams = List.of(new Team(List.of(r), 1), new Team(List.of(r, r), 2), new Team(List.of(r, r, r), 1));
        OpenSkill openskill = new OpenSkill(MU, SIGMA, SIGMA / 2, SIGMA / 100, 3, Model.PLACKETT_LUCE);
        List<List<Rating>> rated = openskill.rate(teams, 0);
        assertRating(21.63766806988004, 8.310709773172306, rated.get(0).get(0));
        assertRating(19.53956360838512, 8.268148437657915, rated.get(1).get(0));
        assertRating(19.87652320008089, 8.237522411103104, rated.get(2).get(0));

        Rating s = Rating.of(7.9905440171422555, 12.263093130195076);
        OpenSkill pairs = new OpenSkill(MU, SIGMA, SIGMA / 2, SIGMA / 100, 3, Model.BRADLEY_TERRY_FULL);
        rated = pairs.rate(
                List.of(new Team(List.of(s), 1), new Team(List.of(s, s), 2), new Team(List.of(s, s, s), 1)), 0);
        assertRating(12.9273978013523, 11.841039124419458, rated.get(0).get(0));
        assertRating(1.6659910020255735, 11.712110761772953, rated.get(1).get(0));
        assertRating(9.378243248048895, 11.759103126677601, rated.get(2).get(0));
    }

    /** The published way to share a place puts those who drew behind the place below; the default model does not. */
    @Test
    void draws_favourTheNextPlaceInPlackettLuceOnly() {
        double[] luce = shownAfterADrawForTheSecondPlace(Model.PLACKETT_LUCE);
        assertEquals(0.45, luce[1], 0.005);
        assertEquals(luce[1], luce[2], 1e-12);
        assertEquals(0.65, luce[3], 0.005);
        double[] full = shownAfterADrawForTheSecondPlace(Model.BRADLEY_TERRY_FULL);
        assertEquals(full[1], full[2], 1e-12);
        for (int i = 1; i < full.length; i++) {
            assertTrue(full[i - 1] > full[i] - 1e-12, "place " + i);
        }
    }

    private static double[] shownAfterADrawForTheSecondPlace(Model model) {
        OpenSkill openskill = openskill(model);
        List<Team> teams = IntStream.of(1, 2, 2, 3, 4)
                .mapToObj(place -> new Team(List.of(openskill.initialRating(0)), place))
                .toList();
        return openskill.rate(teams, 0).stream()
                .mapToDouble(team -> openskill.estimate(team.get(0), 0).shown())
                .toArray();
    }

    /** A new player who wins against 99 others gains less than a player who won 99 matches. */
    @Test
    void matchOfMany_changesAtMostLikeFourComparisons() {
        OpenSkill openskill = openskill(Model.BRADLEY_TERRY_FULL);
        List<List<Rating>> five = openskill.rate(newTeams(openskill, 5), 0);
        List<List<Rating>> hundred = openskill.rate(newTeams(openskill, 100), 0);
        assertRating(
                five.get(0).get(0).mean(),
                five.get(0).get(0).deviation(),
                hundred.get(0).get(0));
        assertRating(
                five.get(4).get(0).mean(),
                five.get(4).get(0).deviation(),
                hundred.get(99).get(0));
        for (int i = 1; i < 100; i++) {
            assertTrue(hundred.get(i - 1).get(0).mean() > hundred.get(i).get(0).mean(), "place " + i);
        }
    }

    private static List<Team> newTeams(OpenSkill openskill, int teams) {
        return IntStream.rangeClosed(1, teams)
                .mapToObj(place -> new Team(List.of(openskill.initialRating(0)), place))
                .toList();
    }

    /** The mean of the published results for both ways to name the two who drew. */
    @Test
    void drawsInBradleyTerryPart_areTheMeanOverAllOrders() {
        OpenSkill openskill = openskill(Model.BRADLEY_TERRY_PART);
        Rating strong = Rating.of(30, 4);
        Rating weak = Rating.of(20, 6);
        Rating first = Rating.of(25, 5);
        List<List<Rating>> drawn =
                openskill.rate(List.of(team(strong, 2), team(first, 1), team(weak, 2), team(first, 3)), 0);
        double inOneOrder = moves(openskill, first, strong, 1, 2) + moves(openskill, weak, strong, 1, 1);
        double inTheOther = moves(openskill, weak, strong, 1, 1) + moves(openskill, first, strong, 2, 1);
        assertEquals(30 + (inOneOrder + inTheOther) / 2, drawn.get(0).get(0).mean(), 1e-12);
    }

    /** How far the mean of {@code own} moves against one opponent alone. */
    private static double moves(OpenSkill openskill, Rating opponent, Rating own, int opponentPlace, int ownPlace) {
        return openskill
                        .rate(List.of(team(opponent, opponentPlace), team(own, ownPlace)), 0)
                        .get(1)
                        .get(0)
                        .mean()
                - own.mean();
    }

    private static Team team(Rating rating, int place) {
        return new Team(List.of(rating), place);
    }

    @Test
    void displayedRating_isThreeDeviationsBelowTheMean() {
        OpenSkill openskill = openskill(Model.PLACKETT_LUCE);
        assertEquals(0, openskill.estimate(openskill.initialRating(0), 0).shown(), 1e-12);
        assertEquals(19, openskill.estimate(Rating.of(25, 2), 0).shown(), 1e-12);
        assertEquals(2, openskill.estimate(Rating.of(25, 2), 0).deviation(), 1e-12);
    }

    @Test
    void extremeDifferences_stayFinite() {
        for (Model model : Model.values()) {
            List<Team> teams = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                teams.add(new Team(List.of(Rating.of(i % 2 == 0 ? 1e6 : -1e6, 1e-3)), i + 1));
            }
            for (List<Rating> team : openskill(model).rate(teams, 0)) {
                assertEquals(
                        true, Double.isFinite(team.get(0).mean()) && team.get(0).deviation() > 0, model.name());
            }
        }
    }

    /** The change is what the paper derives it from: the slopes of the logarithm of the outcome's likelihood. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void changes_followTheGradientOfTheLikelihood(long seed) {
        Random random = new Random(seed);
        int teams = random.nextInt(2, 7);
        double[] mus = new double[teams];
        double[] sigmas = new double[teams];
        List<Team> match = new ArrayList<>();
        for (int i = 0; i < teams; i++) {
            mus[i] = random.nextDouble(10, 40);
            sigmas[i] = random.nextDouble(1, 9);
            match.add(new Team(List.of(Rating.of(mus[i], sigmas[i])), i + 1));
        }
        double beta2 = SIGMA * SIGMA / 4;
        double all = 0;
        for (double sigma : sigmas) {
            all += sigma * sigma + beta2;
        }
        double c = Math.sqrt(all);
        assertSlopes(seed, match, Model.PLACKETT_LUCE, x -> plackettLuce(x, c), i -> sigmas[i] / c);
        assertSlopes(
                seed,
                match.subList(0, 2),
                Model.BRADLEY_TERRY_FULL,
                x -> -Math.log1p(
                        Math.exp((x[1] - x[0]) / Math.sqrt(sigmas[0] * sigmas[0] + sigmas[1] * sigmas[1] + 2 * beta2))),
                i -> sigmas[i] / Math.sqrt(sigmas[0] * sigmas[0] + sigmas[1] * sigmas[1] + 2 * beta2));
    }

    private interface Gamma {
        double of(int team);
    }

    private static void assertSlopes(
            long seed, List<Team> match, Model model, ToDoubleFunction<double[]> likelihood, Gamma gamma) {
        double[] mus =
                match.stream().mapToDouble(team -> team.players().get(0).mean()).toArray();
        List<List<Rating>> rated = openskill(model).rate(match, 0);
        double step = 1e-3;
        for (int i = 0; i < mus.length; i++) {
            double here = likelihood.applyAsDouble(mus);
            double[] moved = mus.clone();
            moved[i] += step;
            double above = likelihood.applyAsDouble(moved);
            moved[i] -= 2 * step;
            double below = likelihood.applyAsDouble(moved);
            Rating before = match.get(i).players().get(0);
            double variance = before.deviation() * before.deviation();
            double mean = before.mean() + variance * (above - below) / (2 * step);
            double lost = -variance * (above - 2 * here + below) / (step * step) * gamma.of(i);
            String where = model + ", seed " + seed + ", team " + i;
            assertEquals(mean, rated.get(i).get(0).mean(), 1e-4, where);
            assertEquals(Math.sqrt(variance * (1 - lost)), rated.get(i).get(0).deviation(), 1e-4, where);
        }
    }

    /** The logarithm of the chance that the teams come in in the order given. */
    private static double plackettLuce(double[] mus, double c) {
        double sum = 0;
        for (int i = 0; i < mus.length; i++) {
            double rest = 0;
            for (int q = i; q < mus.length; q++) {
                rest += Math.exp(mus[q] / c);
            }
            sum += mus[i] / c - Math.log(rest);
        }
        return sum;
    }

    /** Teams of new players in the order of their places; all members of a team change equally. */
    private static void assertRated(Model model, int[] sizes, double[][] expected) {
        List<Team> teams = new ArrayList<>();
        for (int i = 0; i < sizes.length; i++) {
            List<Rating> players = new ArrayList<>();
            for (int player = 0; player < sizes[i]; player++) {
                players.add(openskill(model).initialRating(0));
            }
            teams.add(new Team(players, i + 1));
        }
        List<List<Rating>> rated = openskill(model).rate(teams, 0);
        for (int i = 0; i < sizes.length; i++) {
            assertEquals(sizes[i], rated.get(i).size());
            for (Rating player : rated.get(i)) {
                assertRating(expected[i][0], expected[i][1], player);
            }
        }
    }

    private static void assertRating(double mu, double sigma, Rating actual) {
        assertEquals(mu, actual.mean(), 1e-12 * Math.abs(mu));
        assertEquals(sigma, actual.deviation(), 1e-12 * sigma);
    }

    private static OpenSkill openskill(Model model) {
        return new OpenSkill(MU, SIGMA, SIGMA / 2, 0, 3, model);
    }
}
