package dev.statecraft.replication.commit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.state.SpaceChecksum;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecentCommitsTest {

    private final RecentCommits recent = new RecentCommits();

    private static LogEntry commit(String epoch, long seq, int bytes) {
        return new LogEntry(seq, epoch, 0, SpaceChecksum.EMPTY, List.of(), bytes, null);
    }

    private List<Long> after(String space, String epoch, long seq) {
        return recent.after("g", space, epoch, seq).stream().map(LogEntry::seq).toList();
    }

    @Test
    void commitsDirectlyAfterCursorAreReturned() {
        recent.add("g", "s", commit("e", 5, 10));
        recent.add("g", "s", commit("e", 6, 10));
        assertEquals(List.of(5L, 6L), after("s", "e", 4));
        assertEquals(List.of(6L), after("s", "e", 5));
        assertEquals(List.of(), after("s", "e", 6));
        assertEquals(List.of(), after("s", "e", 3));
        assertEquals(List.of(), after("s", "other epoch", 4));
        assertEquals(List.of(), after("elsewhere", "e", 4));
        assertTrue(recent.after("another game", "s", "e", 4).isEmpty());
    }

    @Test
    void emptySpaceCursorReturnsFirstCommit() {
        recent.add("g", "s", commit("e", 1, 10));
        assertEquals(List.of(1L), after("s", "", 0));
        recent.add("g", "t", commit("e", 7, 10));
        assertEquals(List.of(), after("t", "", 0));
    }

    @Test
    void gapEvictsEarlierCommits() {
        recent.add("g", "s", commit("e", 1, 10));
        recent.add("g", "s", commit("e", 3, 10));
        assertEquals(List.of(), after("s", "e", 0));
        assertEquals(List.of(), after("s", "e", 1));
        assertEquals(List.of(3L), after("s", "e", 2));
        recent.add("g", "s", commit("new epoch", 4, 10));
        assertEquals(List.of(), after("s", "e", 2));
    }

    @Test
    void oversizedCommitIsNotCached() {
        recent.add("g", "s", commit("e", 1, 10));
        recent.add("g", "s", commit("e", 2, 1_000_000));
        assertEquals(List.of(), after("s", "e", 1));
        recent.add("g", "s", commit("e", 3, 10));
        assertEquals(List.of(3L), after("s", "e", 2));
    }

    @Test
    void limitsAreInclusive() {
        for (long seq = 1; seq <= 64; seq++) {
            recent.add("g", "s", commit("e", seq, 1_024));
        }
        assertEquals(64, after("s", "e", 0).size());
        recent.add("g", "s", commit("e", 65, 0));
        assertEquals(List.of(), after("s", "e", 0));
        assertEquals(64, after("s", "e", 1).size());
        recent.add("g", "t", commit("e", 1, 65_536));
        assertEquals(List.of(1L), after("t", "e", 0));
        for (int i = 0; i < 254; i++) {
            recent.add("g", "space" + i, commit("e", 1, 1));
        }
        assertEquals(64, after("s", "e", 1).size());
        recent.add("g", "one more", commit("e", 1, 1));
        assertEquals(List.of(), after("t", "e", 0));
        assertEquals(64, after("s", "e", 1).size());
    }

    @Test
    void cachedCommitsHaveNoGap() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        long[] seq = new long[600];
        for (int i = 0; i < 20_000; i++) {
            int space = random.nextInt(seq.length);
            seq[space] += random.nextInt(20) == 0 ? 2 : 1;
            recent.add("g", "s" + space, commit("e", seq[space], random.nextInt(4_000)));
            long from = Math.max(0, seq[space] - random.nextInt(100));
            List<Long> returned = after("s" + space, "e", from);
            List<Long> gapless = new ArrayList<>();
            for (long next = from + 1; next <= seq[space] && !returned.isEmpty(); next++) {
                gapless.add(next);
            }
            assertEquals(gapless, returned, "seed " + seed);
        }
    }
}
