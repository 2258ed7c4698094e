package dev.statecraft.integration.synchronization;

import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Result of a run of scheduled work.
 *
 * @param done number of work items
 * @param nextDue when there is work again, possibly a time that has passed; empty if there is none
 */
public record MaintenanceResult(int done, Optional<Instant> nextDue) {

    /** Result of a run without work, now and later. */
    public static final MaintenanceResult NOTHING = new MaintenanceResult(0, Optional.empty());

    /** The sum of the work of two runs, and the earlier time. */
    public MaintenanceResult plus(MaintenanceResult other) {
        return new MaintenanceResult(
                done + other.done,
                Stream.of(nextDue, other.nextDue).flatMap(Optional::stream).min(Comparator.naturalOrder()));
    }
}
