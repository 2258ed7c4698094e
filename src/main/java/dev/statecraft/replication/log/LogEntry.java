package dev.statecraft.replication.log;

import dev.statecraft.replication.state.SpaceChecksum;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One commit in the log of a space. Clients receive all changes of a commit or none.
 *
 * @param seq the sequence number in the space, from 1 without gaps
 * @param epoch the epoch of the space
 * @param at when it was committed, Unix milliseconds; never lower than that of the previous commit
 * @param checksum the checksum of the space after the commit
 * @param changes the changes in the order in which they were applied
 * @param sizeBytes the size of the changes as plain text
 * @param transactionId the transaction over several spaces that the commit is a part of; null for other commits
 */
public record LogEntry(
        long seq,
        String epoch,
        long at,
        SpaceChecksum checksum,
        List<Change> changes,
        int sizeBytes,
        @Nullable String transactionId) {

    /** Copies the changes. */
    public LogEntry {
        changes = List.copyOf(changes);
    }

    /** The commit with other changes: a part of them, or converted ones. */
    public LogEntry withChanges(List<Change> changed) {
        return new LogEntry(seq, epoch, at, checksum, changed, sizeBytes, transactionId);
    }
}
