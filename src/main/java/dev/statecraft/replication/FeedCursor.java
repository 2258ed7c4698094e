package dev.statecraft.replication;

/**
 * How far a reader of a space is.
 *
 * @param space the space
 * @param epoch the epoch of the commits it has seen; empty if it has seen none
 * @param seq the last commit it has seen
 * @param at when it was told so, epoch milliseconds
 * @param snapshotAfter the entity after which the snapshot that it is being handed goes on; empty if it has all of it
 */
public record FeedCursor(String space, String epoch, long seq, long at, String snapshotAfter) {

    /** This cursor after some commits more. */
    FeedCursor after(String epoch, long seq, long at) {
        return new FeedCursor(space, epoch, seq, at, "");
    }
}
