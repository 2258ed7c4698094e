package dev.statecraft.replication.state;

/**
 * The head of a space: the last commit, and sums over all entities.
 *
 * @param name the id of the space
 * @param epoch identifies the current sequence of commit numbers; empty before the first commit. Cursors of another
 *     epoch are not valid.
 * @param seq sequence number of the last commit; 0 if there is none
 * @param at time of the last commit, Unix milliseconds
 * @param entities number of entities that are not deleted
 * @param versions number of stored versions, including the current ones
 * @param conflicts number of versions that resolved conflicts, since the space exists
 * @param plainBytes total size of all states as plain text
 * @param storedBytes total size of all states as stored
 * @param checksum checksum of the entities and their versions
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

    /** The head of a space without commits. */
    public static Space empty(String name) {
        return new Space(name, "", 0, 0, 0, 0, 0, 0, 0, SpaceChecksum.EMPTY);
    }

    /** This head after one entity changed from a version to the next. */
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

    /** This head with the next commit number. */
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
