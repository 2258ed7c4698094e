package dev.statecraft.replication.command;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an update says of the session of its entity.
 *
 * @param fence fencing token of the session that the sender holds; null if it holds none
 * @param ends whether the session ends with the update
 * @param acknowledged ids of the messages that the update applies
 */
public record SessionUse(@Nullable Long fence, boolean ends, List<String> acknowledged) {

    /** An update without a session. */
    public static final SessionUse NONE = new SessionUse(null, false, List.of());

    /** Copies the ids. */
    public SessionUse {
        acknowledged = List.copyOf(acknowledged);
    }
}
