package dev.statecraft.table;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.TreeMap;

/** Counters of this instance, by name. {@link #take()} returns and resets them; metrics are built from the result. */
@ApplicationScoped
public class Counters {

    /** Commits that were evaluated again because another writer won the race. */
    public static final String COMMIT_RETRIES = "CommitRetries";

    /** Changes that had conflicts. */
    public static final String CONFLICTS = "Conflicts";

    /** Records written by migration runs. */
    public static final String MIGRATED_RECORDS = "MigratedRecords";

    /** Counts of rank trees that differed from the entries in a consistency check. */
    public static final String RANK_DRIFT = "RankDrift";

    /** Ticks of the schedule that could not be requested from EventBridge Scheduler. */
    public static final String WAKE_UP_FAILURES = "WakeUpFailures";

    private final Map<String, Long> amounts = new TreeMap<>();

    /** Adds an amount to a counter. */
    public synchronized void add(String name, long amount) {
        if (amount != 0) {
            amounts.merge(name, amount, Long::sum);
        }
    }

    /** The amounts since the last call; counters without a change are missing. */
    public synchronized Map<String, Long> take() {
        Map<String, Long> taken = new TreeMap<>(amounts);
        amounts.clear();
        return taken;
    }
}
