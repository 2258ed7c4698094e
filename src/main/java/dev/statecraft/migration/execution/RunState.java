package dev.statecraft.migration.execution;

import dev.statecraft.migration.definition.Invariant;
import dev.statecraft.migration.run.Progress;
import dev.statecraft.migration.run.Quarantined;
import dev.statecraft.migration.run.Run;
import java.util.List;

/**
 * A run and how far it is.
 *
 * @param run the run
 * @param progress what it came to so far
 * @param invariants of its migration, where they are to be told
 * @param failures some of the records that were put aside
 */
public record RunState(Run run, Progress progress, List<Invariant> invariants, List<Quarantined> failures) {

    /** Copies the lists. */
    public RunState {
        invariants = List.copyOf(invariants);
        failures = List.copyOf(failures);
    }
}
