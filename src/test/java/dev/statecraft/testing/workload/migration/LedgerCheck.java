package dev.statecraft.testing.workload.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.statecraft.migration.registry.LedgerEntry;
import java.util.List;

/** Checks the ledger of a game on which no run is active. */
public final class LedgerCheck {

    private LedgerCheck() {}

    /** The ledger has no gaps, and a run ends before the next one starts. */
    public static void check(List<LedgerEntry> newestFirst) {
        boolean running = false;
        long seq = 0;
        for (int i = newestFirst.size() - 1; i >= 0; i--) {
            LedgerEntry entry = newestFirst.get(i);
            assertEquals(++seq, entry.seq(), entry.toString());
            boolean starts = entry.action() == LedgerEntry.Action.STARTED
                    || entry.action() == LedgerEntry.Action.FORCED
                    || entry.action() == LedgerEntry.Action.ROLLBACK_STARTED;
            if (entry.run() != null) {
                assertEquals(running, !starts, entry.toString());
                running = starts;
            }
        }
        assertEquals(false, running, newestFirst.toString());
    }
}
