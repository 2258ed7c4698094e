package dev.statecraft.replication.feed;

/**
 * How far a reader of a space is.
 *
 * @param space the space
 * @param epoch the epoch of the commits it has seen; empty if it has seen none
 * @param seq the last commit it has seen
 * @param at when it was told so, epoch milliseconds
 * @param snapshotAfter the entity after which the snapshot that it is being handed goes on; empty if it has all of it
 * @param settlesAt the newest commit that the snapshot knew of: before it, the reader has some entities as they are later
 */
public record FeedCursor(String space, String epoch, long seq, long at, String snapshotAfter, long settlesAt) {

    /** This cursor after some commits more. */
    FeedCursor after(String epoch, long seq, long at) {
        return new FeedCursor(space, epoch, seq, at, "", settlesAt);
    }
}
