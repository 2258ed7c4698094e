package dev.statecraft.replication.log;

import dev.statecraft.replication.state.SpaceChecksum;
import java.util.List;

/**
 * A commit as readers of a space get it: all of its changes or none.
 *
 * @param seq its number in the space, from 1 without gaps
 * @param epoch the epoch of the space it belongs to
 * @param at when it was made, epoch milliseconds; does not fall from commit to commit
 * @param checksum of the space after it
 * @param changes in the order in which they took effect
 * @param sizeBytes what the changes have as plain text
 */
public record LogEntry(long seq, String epoch, long at, SpaceChecksum checksum, List<Change> changes, int sizeBytes) {

    /** Copies the changes. */
    public LogEntry {
        changes = List.copyOf(changes);
    }
}
