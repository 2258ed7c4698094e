package dev.statecraft.replication.entity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
 * A change of an entity that exists.
 *
 * @param edit what is to be done
 * @param baseVersion the version it was made on; null to apply to whatever is there
 * @param required the version it insists on; null for any
 * @param was values its sender saw, by path
 * @param strategy who decides conflicts; null for the strategy of the type
 */
public record EntityUpdate(
        Edit edit,
        @Nullable Long baseVersion,
        @Nullable Long required,
        SortedMap<StatePath, JsonNode> was,
        @Nullable Strategy strategy) {

    /** Copies the values. */
    public EntityUpdate {
        was = Collections.unmodifiableSortedMap(new TreeMap<>(was));
    }

    /** What is done to a state. */
    public sealed interface Edit {}

    /** Operations. */
    public record Operate(Operations operations) implements Edit {}

    /** A whole state in place of the one its sender saw. */
    public record Replace(ObjectNode state) implements Edit {}

    /** A JSON merge patch (RFC 7396). */
    public record Patch(ObjectNode patch) implements Edit {}

    /** The update as it meets a state. */
    Merge.Update meeting(ObjectNode current, MergeBase basis) {
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
