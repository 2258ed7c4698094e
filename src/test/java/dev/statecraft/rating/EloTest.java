package dev.statecraft.rating;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.rating.Elo.Expectation;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EloTest {

    @ParameterizedTest
    @CsvSource({"0, .50", "3, .50", "4, .51", "100, .64", "-100, .36", "300, .85", "-300, .15", "391, .91", "392, .92"})
    void fideExpectation_matchesTheTable(double difference, double expected) {
        assertEquals(expected, Expectation.FIDE.at(difference), 1e-12);
    }

    @Test
    void formula_matchesFidesTableWithin1Point5() {
        // The table is made from the normal distribution, the formula is the logistic one.
        for (int difference = -390; difference <= 390; difference++) {
            assertEquals(
                    Expectation.FIDE.at(difference), Expectation.LOGISTIC.at(difference), 0.015, "at " + difference);
        }
        assertEquals(0.64, Expectation.LOGISTIC.at(100), 0.001);
        assertEquals(0.85, Expectation.LOGISTIC.at(300), 0.002);
    }

    @Test
    void differencesBeyond400_countAs400InFide() {
        assertEquals(0.92, Expectation.FIDE.at(401), 1e-12);
        assertEquals(0.92, Expectation.FIDE.at(2_000), 1e-12);
        assertEquals(0.08, Expectation.FIDE.at(-2_000), 1e-12);
    }

    @ParameterizedTest
    @CsvSource({"10, 2600, 2500, 2603.6, 2496.4", "25, 1200, 1500, 1221.25, 1478.75"})
    void fideExamples_match(double k, double winner, double loser, double wins, double loses) {
        Elo elo = new Elo(1500, k, Expectation.FIDE);
        List<List<Rating>> rated = elo.rate(List.of(team(1, winner), team(2, loser)), 0);
        assertEquals(wins, rated.get(0).get(0).mean(), 1e-9);
        assertEquals(loses, rated.get(1).get(0).mean(), 1e-9);
        Elo formula = new Elo(1500, k, Expectation.LOGISTIC);
        assertEquals(
                wins,
                formula.rate(List.of(team(1, winner), team(2, loser)), 0)
                        .get(0)
                        .get(0)
                        .mean(),
                0.03);
    }

    /** The worked example of Wikipedia's article: a tournament of five games by a player rated 1613. */
    @Test
    void tournamentAgainstFive_matches() {
        double[] opponents = {1609, 1477, 1388, 1586, 1720};
        double[] published = {0.51, 0.69, 0.79, 0.54, 0.35};
        double expected = 0;
        for (int i = 0; i < opponents.length; i++) {
            assertEquals(published[i], Expectation.LOGISTIC.at(1613 - opponents[i]), 0.005);
            expected += Expectation.LOGISTIC.at(1613 - opponents[i]);
        }
        assertEquals(1601, 1613 + 32 * (2.5 - expected), 0.5);
    }

    @Test
    void draw_bringsRatingsTogether() {
        Elo elo = new Elo(1500, 32, Expectation.LOGISTIC);
        assertEquals(
                List.of(List.of(Rating.of(1500)), List.of(Rating.of(1500))),
                elo.rate(List.of(team(1, 1500), team(1, 1500)), 0));
        List<List<Rating>> rated = elo.rate(List.of(team(1, 1900), team(1, 1500)), 0);
        assertEquals(1900 - 32 * (10 / 11.0 - 0.5), rated.get(0).get(0).mean(), 1e-9);
        assertEquals(1500 + 32 * (10 / 11.0 - 0.5), rated.get(1).get(0).mean(), 1e-9);
    }

    @Test
    void moreThanTwoTeams_areComparedPairwise() {
        Elo elo = new Elo(1500, 30, Expectation.LOGISTIC);
        List<List<Rating>> rated = elo.rate(List.of(team(2, 1500), team(1, 1500), team(3, 1500)), 0);
        assertEquals(1500, rated.get(0).get(0).mean(), 1e-9);
        assertEquals(1515, rated.get(1).get(0).mean(), 1e-9);
        assertEquals(1485, rated.get(2).get(0).mean(), 1e-9);
    }

    @Test
    void team_playsAsTheMeanOfItsMembers() {
        Elo elo = new Elo(1500, 32, Expectation.LOGISTIC);
        List<List<Rating>> rated = elo.rate(List.of(team(1, 1400, 1600, 1500), team(2, 1500)), 0);
        assertEquals(List.of(Rating.of(1416), Rating.of(1616), Rating.of(1516)), rated.get(0));
        assertEquals(List.of(Rating.of(1484)), rated.get(1));
    }

    private static Team team(int place, double... ratings) {
        return new Team(java.util.Arrays.stream(ratings).mapToObj(Rating::of).toList(), place);
    }
}
