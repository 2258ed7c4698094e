package dev.statecraft.replication.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.guard.Guard;
import dev.statecraft.replication.merge.Merge;
import dev.statecraft.replication.merge.MergeBase;
import dev.statecraft.replication.state.Operations;
import dev.statecraft.replication.state.StateDiff;
import dev.statecraft.replication.state.StatePath;
import dev.statecraft.replication.state.Strategy;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An update of an existing entity.
 *
 * @param edit the change of the state
 * @param baseVersion the version that the sender based the update on; null for the current version
 * @param required the version that the entity must have; null for any
 * @param was the values that the sender saw, by path
 * @param strategy the strategy for conflicts; null for the strategy of the entity type
 * @param guard conditions on the state before the update and on its result; a violated one rejects the update
 * @param session what the update says of the session of the entity
 * @param schemaVersion the schema version that the sender uses; null for the latest one of the type
 */
public record EntityUpdate(
        Edit edit,
        @Nullable Long baseVersion,
        @Nullable Long required,
        SortedMap<StatePath, JsonNode> was,
        @Nullable Strategy strategy,
        Guard guard,
        SessionUse session,
        @Nullable String schemaVersion) {

    /** Copies the values. */
    public EntityUpdate {
        was = Collections.unmodifiableSortedMap(new TreeMap<>(was));
    }

    /** An update without a guard and without a session. */
    public EntityUpdate(
            Edit edit,
            @Nullable Long baseVersion,
            @Nullable Long required,
            SortedMap<StatePath, JsonNode> was,
            @Nullable Strategy strategy) {
        this(edit, baseVersion, required, was, strategy, Guard.NONE, SessionUse.NONE, null);
    }

    /** The change of a state. */
    public sealed interface Edit {}

    /** A change by operations. */
    public record Operate(Operations operations) implements Edit {}

    /** A whole state that replaces the state that the sender saw. */
    public record Replace(ObjectNode state) implements Edit {}

    /** A JSON merge patch (RFC 7396). */
    public record Patch(ObjectNode patch) implements Edit {}

    /** Prepares the update for a merge with the current state. */
    public Merge.Update against(ObjectNode current, MergeBase basis) {
        ObjectNode base = basis.state() == null ? current : basis.state();
        if (edit instanceof Replace replace) {
            return Merge.Update.ofState(replace.state(), basis, current);
        }
        if (edit instanceof Patch patch) {
            return Merge.Update.now(StateDiff.ofMergePatch(base, patch.patch()), basis, current);
        }
        return Merge.Update.now(((Operate) edit).operations(), basis, current);
    }
}
