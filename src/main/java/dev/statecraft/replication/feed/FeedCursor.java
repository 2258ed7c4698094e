package dev.statecraft.replication.feed;

/**
 * Cursor of a client in a space feed.
 *
 * @param space the space
 * @param epoch space epoch of the commits that the client has; empty if it has none
 * @param seq sequence number of the last commit that the client has
 * @param at when the cursor was issued, in Unix milliseconds
 * @param snapshotAfter id of the last entity of an unfinished snapshot; empty if the snapshot is complete
 * @param settlesAt highest commit sequence number in the snapshot; before it, the client may have entities that are
 *     newer than {@code seq}
 */
public record FeedCursor(String space, String epoch, long seq, long at, String snapshotAfter, long settlesAt) {

    /** Returns the cursor after further commits, with a complete snapshot. */
    FeedCursor after(String epoch, long seq, long at) {
        return new FeedCursor(space, epoch, seq, at, "", settlesAt);
    }
}
