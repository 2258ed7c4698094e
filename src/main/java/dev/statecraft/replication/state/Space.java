package dev.statecraft.replication.state;

/**
 * The head of a space: the commit that the next one follows, and what all commits so far add up to.
 *
 * @param name the space
 * @param epoch tells this run of sequence numbers from any other; empty as long as nothing was committed. Cursors of
 *     another epoch are worth nothing.
 * @param seq the last commit; 0 if there is none
 * @param at when that was, epoch milliseconds
 * @param entities how many entities there are
 * @param versions how many versions are kept, the current ones counted
 * @param conflicts how many changes so far had conflicts to resolve
 * @param plainBytes what all states have as plain text
 * @param storedBytes what they take as they are stored
 * @param checksum of the entities and their versions
 */
public record Space(
        String name,
        String epoch,
        long seq,
        long at,
        long entities,
        long versions,
        long conflicts,
        long plainBytes,
        long storedBytes,
        SpaceChecksum checksum) {

    /** A space in which nothing was committed. */
    public static Space empty(String name) {
        return new Space(name, "", 0, 0, 0, 0, 0, 0, 0, SpaceChecksum.EMPTY);
    }

    /** This space with one entity at its next version instead of the one before. */
    public Space with(Entity before, Entity after) {
        return new Space(
                name,
                epoch,
                seq,
                at,
                entities + count(after) - count(before),
                versions + after.kept() - before.kept(),
                conflicts + (after.conflicts() == null ? 0 : 1),
                plainBytes + plain(after) - plain(before),
                storedBytes + stored(after) - stored(before),
                after.toggle(before.toggle(checksum)));
    }

    /** This space after a commit more. */
    public Space committed(String epoch, long at) {
        return new Space(name, epoch, seq + 1, at, entities, versions, conflicts, plainBytes, storedBytes, checksum);
    }

    private static int count(Entity entity) {
        return entity.deleted() ? 0 : 1;
    }

    private static int plain(Entity entity) {
        return entity.state() == null ? 0 : entity.state().plainBytes();
    }

    private static int stored(Entity entity) {
        return entity.state() == null ? 0 : entity.state().storedBytes();
    }
}
