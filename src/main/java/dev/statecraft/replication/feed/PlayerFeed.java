package dev.statecraft.replication.feed;

import dev.statecraft.replication.feed.Player.Subscription;
import dev.statecraft.replication.log.LogEntry;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.SpaceChecksum;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Changes of the entities that a player is subscribed to.
 *
 * @param cursor cursor after these changes
 * @param entities current state of entities that joined the feed
 * @param first true if the client must discard its state
 * @param left subscriptions to entities that left the feed
 * @param commits commits with the changes of the subscribed entities only, in order within each space
 * @param resync true if the cursor that was sent is no longer valid
 * @param more true if more changes are available immediately
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
     * Cursor of a client in a player feed.
     *
     * @param player the player id
     * @param resyncs number of requested resyncs when the cursor was issued
     * @param joins number of the last player change whose joined entities the client has
     * @param leaves number of the last player change whose left entities the client has received
     * @param at when the cursor was issued, in Unix milliseconds
     * @param checksum checksum of the client's entities; an entity's id in it is {@code space/entity}
     * @param spaces position in each space
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

    /** Sequence number of a commit in a space epoch. */
    public record Position(String epoch, long seq) {}

    /** Returns the id of an entity in the checksum. */
    public static String key(String space, String entityId) {
        return space + "/" + entityId;
    }

    /** Returns true if the feed contains changes for the client. */
    boolean hasChanges() {
        return first || resync || !entities.isEmpty() || !left.isEmpty() || !commits.isEmpty();
    }

    /** Adds an entity to a checksum, or removes it if the checksum contains it. A deleted entity changes nothing. */
    static SpaceChecksum toggle(SpaceChecksum checksum, Entity entity) {
        return entity.deleted() ? checksum : checksum.toggled(key(entity.space(), entity.id()), entity.version());
    }

    /** Returns the cursor of a client that has no entities. */
    static Cursor begin(Player player, long at) {
        return new Cursor(player.id(), player.resyncs(), 0, player.change(), at, SpaceChecksum.EMPTY, Map.of());
    }
}
