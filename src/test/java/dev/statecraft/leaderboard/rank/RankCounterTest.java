package dev.statecraft.leaderboard.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.statecraft.leaderboard.entry.EntryItems;
import dev.statecraft.leaderboard.entry.ScoreChange;
import dev.statecraft.leaderboard.settings.Score;
import dev.statecraft.table.StreamRecord;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which changes of scores a stream record contains. */
class RankCounterTest {

    private static List<ScoreChange> changes(
            @Nullable Map<String, String> before, @Nullable Map<String, String> after) {
        return RankCounter.changesOf(new StreamRecord("12", "game#board#0#1#3", before, after));
    }

    private static ScoreChange change(int tree, long at, @Nullable Score before, @Nullable Score after, long mark) {
        return new ScoreChange("game#board#0#1#" + tree, 3, BigInteger.valueOf(12), at, before, after, mark);
    }

    @Test
    void firstScoreIsAdded() {
        assertEquals(
                List.of(change(2, 90, null, new Score(7, 4), 0)),
                changes(null, Map.of("s", "7", "u", "4", "w", "90", "g", "2")));
    }

    @Test
    void deletedEntryIsSubtractedFromItsTree() {
        assertEquals(
                List.of(change(2, 90, new Score(7, 0), null, 0)), changes(Map.of("s", "7", "w", "90", "g", "2"), null));
    }

    @Test
    void removedScoreIsSubtractedFromTheTreeThatCountedIt() {
        assertEquals(
                List.of(change(2, 95, new Score(7, 0), null, 0)),
                changes(Map.of("s", "7", "w", "90", "g", "2"), Map.of("w", "95", "g", "3")));
    }

    @Test
    void scoreAfterARemovalIsAddedToItsOwnTree() {
        assertEquals(
                List.of(change(3, 95, null, new Score(8, 0), 0)),
                changes(Map.of("w", "90", "g", "2"), Map.of("s", "8", "w", "95", "g", "3")));
    }

    @Test
    void changedScoreIsOneChange() {
        assertEquals(
                List.of(change(0, 95, new Score(7, 0), new Score(8, 0), 0)),
                changes(Map.of("s", "7", "w", "90"), Map.of("s", "8", "w", "95")));
    }

    @Test
    void entryThatMovesToAnotherTreeIsTwoChanges() {
        assertEquals(
                List.of(change(0, 95, new Score(7, 0), null, 0), change(1, 95, null, new Score(8, 0), 0)),
                changes(Map.of("s", "7", "w", "90"), Map.of("s", "8", "w", "95", "g", "1")));
    }

    @Test
    void laneMarkerIsForTheTreesOfARebuild() {
        assertEquals(
                List.of(change(1, 95, null, null, 5), change(0, 95, null, null, 5)),
                changes(null, Map.of("k", "5", "w", "95", "g", "1", "f", "0")));
        assertEquals(List.of(change(1, 95, null, null, 5)), changes(null, Map.of("k", "5", "w", "95", "g", "1")));
    }

    @Test
    void entriesOfDenseBoardsSayIt() {
        assertEquals(
                List.of(true),
                changes(null, Map.of("s", "7", EntryItems.DISTINCT, "1")).stream()
                        .map(ScoreChange::distinct)
                        .toList());
        assertEquals(
                List.of(true),
                changes(Map.of("s", "7", EntryItems.DISTINCT, "1"), null).stream()
                        .map(ScoreChange::distinct)
                        .toList());
        assertEquals(
                List.of(false),
                changes(null, Map.of("s", "7")).stream()
                        .map(ScoreChange::distinct)
                        .toList());
    }

    @Test
    void keyWithoutALaneIsRejected() {
        assertThrows(
                IllegalArgumentException.class,
                () -> RankCounter.changesOf(new StreamRecord("1", "nothing", null, Map.of("s", "1"))));
        assertEquals(
                "#0",
                RankCounter.changesOf(new StreamRecord("1", "#3", null, Map.of("s", "1")))
                        .get(0)
                        .tree());
    }

    @Test
    void deltasKnowTheirLastMarker() {
        NodeDelta.Change first = new NodeDelta.Change(BigInteger.ONE, 10, 0, 0, 4);
        NodeDelta.Change second = new NodeDelta.Change(BigInteger.TWO, 11, 0, 0, 0);
        NodeDelta delta = new NodeDelta("t", "r.7.3", 0, List.of(first, second));
        assertEquals(4, delta.mark());
        assertEquals(11, delta.newest());
        assertEquals(2, delta.depth());
        assertEquals(Map.of(), delta.sums());
    }
}
