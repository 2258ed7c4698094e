package dev.statecraft.replication.commit;

import dev.statecraft.replication.log.Change;
import dev.statecraft.replication.session.MessageItems;
import dev.statecraft.replication.session.MessagePosition;
import dev.statecraft.replication.state.Entity;
import dev.statecraft.replication.state.EntitySession;
import java.util.ArrayList;
import java.util.List;

/**
 * An entity that a commit changes. A draft adds to the lists.
 *
 * @param before the stored entity
 * @param versions the new versions in order
 * @param changes the changes that make the versions, in order
 * @param acknowledged the messages that the commit removes
 */
record ChangedEntity(Entity before, List<Entity> versions, List<Change> changes, List<MessagePosition> acknowledged) {

    /** An entity without a change. */
    static ChangedEntity unchanged(Entity entity) {
        return new ChangedEntity(entity, new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }

    /** An independent copy. */
    ChangedEntity copy() {
        return new ChangedEntity(
                before, new ArrayList<>(versions), new ArrayList<>(changes), new ArrayList<>(acknowledged));
    }

    Entity after() {
        return versions.get(versions.size() - 1);
    }

    /** Whether a session is granted or ended. */
    boolean changesSession() {
        EntitySession earlier = before.session();
        EntitySession later = after().session();
        return earlier.fence() != later.fence() || earlier.isHeld() != later.isHeld();
    }

    /** Number of items of the transaction for the entity, its session and its messages. */
    int items() {
        boolean session = changesSession() || !acknowledged.isEmpty();
        return 1 + (session ? 1 : 0) + MessageItems.ITEMS_PER_MESSAGE * acknowledged.size();
    }
}
