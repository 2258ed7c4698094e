package dev.statecraft.replication.feed;

import dev.statecraft.replication.feed.Player.Subscription;
import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.SpaceChecksum;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a player is told of its entities.
 *
 * @param cursor how far it is then
 * @param entities entities that are new to its feed, as they are
 * @param first whether the player is to forget what it had
 * @param left entities that are no longer part of its feed
 * @param commits in order within each space, with the changes of its entities only
 * @param resync whether the cursor that was sent is worth nothing
 * @param more whether there is more to be had at once
 */
public record PlayerFeed(
        Cursor cursor,
        List<Entity> entities,
        boolean first,
        List<Subscription> left,
        List<SpaceCommit> commits,
        boolean resync,
        boolean more) {

    /** Copies the lists. */
    public PlayerFeed {
        entities = List.copyOf(entities);
        left = List.copyOf(left);
        commits = List.copyOf(commits);
    }

    /** A commit of one of the spaces. */
    public record SpaceCommit(String space, LogEntry commit) {}

    /**
     * How far a player is.
     *
     * @param player the player
     * @param resyncs how often it had been told to start again
     * @param joins up to which of the player's changes it knows of joining
     * @param leaves up to which it knows of leaving
     * @param at when it was told so, epoch milliseconds
     * @param checksum of its entities as it has them, with {@code space/entity} for the id
     * @param spaces how far it is in each space
     */
    public record Cursor(
            String player,
            long resyncs,
            long joins,
            long leaves,
            long at,
            SpaceChecksum checksum,
            Map<String, Position> spaces) {

        /** Copies the positions, in order. */
        public Cursor {
            spaces = new TreeMap<>(spaces);
        }
    }

    /** A commit of a space. */
    public record Position(String epoch, long seq) {}

    /** What an entity counts as in the checksum. */
    public static String key(String space, String entityId) {
        return space + "/" + entityId;
    }

    /** Whether there is anything the player did not know. */
    boolean hasChanges() {
        return first || resync || !entities.isEmpty() || !left.isEmpty() || !commits.isEmpty();
    }

    /** The entity as it is, deleted or not, in a checksum. */
    static SpaceChecksum toggle(SpaceChecksum checksum, Entity entity) {
        return entity.deleted() ? checksum : checksum.toggled(key(entity.space(), entity.id()), entity.version());
    }

    /** The start of a player that knows nothing. */
    static Cursor begin(Player player, long at) {
        return new Cursor(player.id(), player.resyncs(), 0, player.change(), at, SpaceChecksum.EMPTY, Map.of());
    }
}
