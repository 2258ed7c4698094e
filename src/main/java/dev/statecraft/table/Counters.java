package dev.statecraft.table;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.TreeMap;

/** What is counted in this process, by name, until somebody takes it to make metrics of it. */
@ApplicationScoped
public class Counters {

    /** Commits that had to be decided again because others were faster. */
    public static final String COMMIT_RETRIES = "CommitRetries";

    /** Changes that had conflicts to resolve. */
    public static final String CONFLICTS = "Conflicts";

    /** Records that runs of migrations have written. */
    public static final String MIGRATED_RECORDS = "MigratedRecords";

    /** Counts of rank trees that were found to differ from the entries. */
    public static final String RANK_DRIFT = "RankDrift";

    private final Map<String, Long> amounts = new TreeMap<>();

    /** Adds to what is counted. */
    public synchronized void add(String name, long amount) {
        if (amount != 0) {
            amounts.merge(name, amount, Long::sum);
        }
    }

    /** What was counted since the last call. */
    public synchronized Map<String, Long> take() {
        Map<String, Long> taken = new TreeMap<>(amounts);
        amounts.clear();
        return taken;
    }
}
