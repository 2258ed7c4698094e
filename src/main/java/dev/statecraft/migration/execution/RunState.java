package dev.statecraft.migration.execution;

import dev.statecraft.migration.definition.Invariant;
import dev.statecraft.migration.run.Progress;
import dev.statecraft.migration.run.Quarantined;
import dev.statecraft.migration.run.Run;
import dev.statecraft.migration.run.Script;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run and its progress.
 *
 * @param run the run
 * @param progress progress so far
 * @param invariants invariants of its migration; empty in lists
 * @param failures first quarantined records; empty in lists
 * @param script attempts of the game servers; null unless the migration is a script
 */
public record RunState(
        Run run,
        Progress progress,
        List<Invariant> invariants,
        List<Quarantined> failures,
        @Nullable Script script) {

    /** Copies the lists. */
    public RunState {
        invariants = List.copyOf(invariants);
        failures = List.copyOf(failures);
    }
}
