package dev.statecraft.leaderboard.entry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.leaderboard.entry.ScorePath.Range;
import dev.statecraft.leaderboard.entry.ScorePath.Step;
import dev.statecraft.leaderboard.settings.Score;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScorePathTest {

    private static final String LEAF_OF_300 =
            ScorePath.of(new Score(-300, 0)).get(1).next();

    @ParameterizedTest
    @CsvSource({
        "0, 1",
        "1, 1",
        "-1, 1",
        "63, 1",
        "-63, 1",
        "64, 2",
        "4095, 2",
        "4096, 3",
        "262143, 3",
        "262144, 4",
        "16777215, 4",
        "16777216, 5",
        "9007199254740991, 9",
        "-9007199254740991, 9"
    })
    void pathLengthFollowsDigitsOfScore(long value, int nodes) {
        assertEquals(nodes, ScorePath.of(new Score(value, 0)).size());
    }

    @Test
    void pathsSortAsTheirScores() {
        List<Long> values = new ArrayList<>(interesting());
        for (int i = 1; i < values.size(); i++) {
            List<Step> lower = ScorePath.of(new Score(values.get(i - 1), 0));
            List<Step> higher = ScorePath.of(new Score(values.get(i), 0));
            int level = 0;
            while (lower.get(level).equals(higher.get(level))) {
                level++;
            }
            assertEquals(lower.get(level).node(), higher.get(level).node());
            assertTrue(
                    lower.get(level).child() < higher.get(level).child(),
                    values.get(i - 1) + " must come before " + values.get(i));
        }
    }

    @Test
    void rangesConvergeToTheScore() {
        for (long value : interesting()) {
            List<Step> steps = ScorePath.of(new Score(value, 0));
            Range range = ScorePath.rangeOfRootChild(steps.get(0).child());
            assertTrue(range.lowest() <= value && value <= range.highest());
            for (Step step : steps.subList(1, steps.size())) {
                range = ScorePath.rangeOfChild(range, step.child());
                assertTrue(range.lowest() <= value && value <= range.highest());
            }
            assertEquals(new Range(value, value), range);
        }
    }

    /** Exact steps are told apart by the node's path alone, for scores and for the subscores below one of them. */
    @Test
    void onlyTheLastStepIsExact() {
        for (long value : interesting()) {
            List<Step> steps = new ArrayList<>(ScorePath.of(new Score(value, 0)));
            int last = steps.size() - 1;
            if (value != 0) {
                steps.addAll(ScorePath.of(new Score(-300, value)));
            }
            for (int i = 0; i < steps.size(); i++) {
                Step step = steps.get(i);
                boolean leaf = i == last || i == steps.size() - 1 || step.next().equals(LEAF_OF_300);
                assertEquals(leaf, ScorePath.exact(step.node(), step.child()), value + " at " + step);
            }
        }
    }

    @Test
    void subscoreContinuesBelowItsScore() {
        List<Step> steps = ScorePath.of(new Score(5, 7));
        assertEquals(2, steps.size());
        assertEquals(ScorePath.subscoreRoot(steps.get(0)), steps.get(1).node());
    }

    private static Set<Long> interesting() {
        Set<Long> values = new TreeSet<>();
        for (int bits = 0; bits <= 53; bits++) {
            for (long near = -2; near <= 2; near++) {
                for (int sign = -1; sign <= 1; sign += 2) {
                    long value = sign * ((1L << bits) + near);
                    if (Score.inRange(value)) {
                        values.add(value);
                    }
                }
            }
        }
        Random random = new Random(20261123);
        for (int i = 0; i < 2_000; i++) {
            values.add(random.nextLong(-Score.LIMIT, Score.LIMIT + 1) >> random.nextInt(53));
        }
        return values;
    }
}
