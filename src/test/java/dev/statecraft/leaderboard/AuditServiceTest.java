package dev.statecraft.leaderboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The audit finds drift, and mending does away with it while scores keep coming (invariant R5). */
class AuditServiceTest {

    private final Arena arena = new Arena();
    private final Random random = new Random(3);

    @Test
    void driftIsFoundAndMendedWhileScoresComeIn() {
        arena.create("drifted", RankingType.SCORE, Order.DESCENDING, Operator.LAST, 2);
        play(60);
        arena.drain();
        Board board = arena.board("drifted");
        String tree = RankStore.treeKey(board, 1, 0);
        NodeDelta fault = new NodeDelta(
                tree,
                ScorePath.ROOT,
                9,
                List.of(new NodeDelta.Change(
                        BigInteger.ONE, 1, ScorePath.of(new Score(7, 0)).get(0).child(), 3)));
        assertEquals(Optional.empty(), arena.ranks.count(fault));
        AuditService.Report report = arena.audits.audit(board, 1);
        assertEquals(1, report.drift());
        assertEquals(
                3, report.drifts().get(0).counted() - report.drifts().get(0).expected());

        assertTrue(arena.audits.mend(board, 1));
        assertFalse(arena.audits.mend(arena.board("drifted"), 1), "two mendings at once");
        Optional<Long> mended = Optional.empty();
        for (int step = 0; step < 20 && mended.isEmpty(); step++) {
            // A step that has time for one page only, as one that is cut short.
            AtomicInteger pages = new AtomicInteger(1);
            mended = arena.audits.goOn(arena.board("drifted"), () -> pages.getAndDecrement() > 0);
            if (mended.isEmpty()) {
                play(5);
                arena.drain();
            }
        }
        assertEquals(Optional.of(1L), mended);
        play(5);
        arena.drain();
        AuditService.Report after = arena.audits.audit(arena.board("drifted"), 1);
        assertEquals(0, after.drift(), () -> after.drifts().toString());
        assertFalse(after.mending());
        assertEquals(Map.of(), arena.ranks.all(tree));
    }

    @Test
    void anUnsettledRankingSaysSo() {
        arena.create("drifted", RankingType.SCORE, Order.DESCENDING, null, 1);
        play(3);
        assertFalse(arena.audits.audit(arena.board("drifted"), 1).settled());
        arena.drain();
        assertTrue(arena.audits.audit(arena.board("drifted"), 1).settled());
    }

    private void play(int scores) {
        for (int i = 0; i < scores; i++) {
            arena.submit("drifted", "p" + random.nextInt(30), random.nextInt(10_000), 0, null);
        }
    }
}
