package dev.statecraft.replication.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.state.JsonValues;
import dev.statecraft.replication.state.Operations;
import dev.statecraft.replication.state.StateDiff;
import dev.statecraft.replication.state.StateEdit;
import dev.statecraft.replication.state.StatePath;
import dev.statecraft.replication.state.Strategy;
import dev.statecraft.replication.type.EntityType;
import dev.statecraft.replication.type.MergeRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Merges an update into the current state (a three-way merge of base, stored state and update). The result depends only
 * on the arguments.
 *
 * <p>A path that is set or unset conflicts if the stored value differs both from the base value and from the value of
 * the update. All other paths of the update are applied. Increments, appends and removes never conflict, because they
 * do not depend on the previous value. The strategy resolves each conflicting path separately.
 */
public final class Merge {

    private final EntityType type;
    private final Strategy strategy;
    private final ObjectNode current;
    private final Update update;
    private final List<Conflict> conflicts = new ArrayList<>();
    private final Map<StatePath, JsonNode> set = new TreeMap<>();
    private final TreeSet<StatePath> unset = new TreeSet<>();

    private Merge(EntityType type, Strategy strategy, ObjectNode current, Update update) {
        this.type = type;
        this.strategy = strategy;
        this.current = current;
        this.update = update;
    }

    /**
     * An update to merge.
     *
     * @param operations the operations of the update
     * @param basis the values that the update was based on
     * @param arrival the state at the time the server received the update; LATEST uses it to detect later writes. The
     *     current state for an update that was just received
     */
    public record Update(Operations operations, MergeBase basis, ObjectNode arrival) {

        /** An update that was just received. */
        public static Update now(Operations operations, MergeBase basis, ObjectNode current) {
            return new Update(operations, basis, current);
        }

        /**
         * Converts a whole state that was just received to an update: its difference to the base state. If the base
         * state is not known, the difference to the current state is used, and every difference is a conflict.
         */
        public static Update ofState(ObjectNode sent, MergeBase basis, ObjectNode current) {
            ObjectNode base = basis.state();
            return now(StateDiff.replacing(base == null ? current : base, sent), basis, current);
        }
    }

    /** Result of a merge. Variants are listed in order of precedence. */
    public sealed interface Merged {}

    /** The strategy is MANUAL and the update has conflicts. No operation was applied. */
    public record Parked(List<Conflict> conflicts) implements Merged {}

    /** An operation does not fit the current state. No operation was applied. */
    public record Impossible(StatePath path, String reason) implements Merged {}

    /** The stored value won every conflict, and the update has no other effect. */
    public record Refused(List<Conflict> conflicts, Strategy strategy) implements Merged {}

    /**
     * The update was merged.
     *
     * @param state the resulting state; equal to the current state if the merge changes nothing
     * @param effective the set and unset operations that lead from the current state to {@code state}
     * @param conflicts the resolved conflicts
     * @param strategy the strategy that resolved them; null if there were no conflicts
     */
    public record Accepted(
            ObjectNode state,
            Operations effective,
            List<Conflict> conflicts,
            @Nullable Strategy strategy) implements Merged {}

    /** Merges an update by the strategy of the entity's type. */
    public static Merged merge(EntityType type, ObjectNode current, Update update) {
        return merge(type, type.strategy(), current, update);
    }

    /** Merges an update by the given strategy, with the rules of the entity's type. */
    public static Merged merge(EntityType type, Strategy strategy, ObjectNode current, Update update) {
        return new Merge(type, strategy, current, update).run();
    }

    private Merged run() {
        for (StatePath path : update.operations().unset()) {
            Operations.Refused refused = unsetObstacle(path);
            if (refused != null) {
                return new Impossible(refused.path(), refused.reason());
            }
        }
        try {
            update.operations().set().forEach(this::mergePath);
            update.operations().unset().forEach(path -> mergePath(path, null));
        } catch (ValueMerge.OutOfRange e) {
            return new Impossible(e.path(), e.reason());
        }
        if (strategy == Strategy.MANUAL && !conflicts.isEmpty()) {
            return new Parked(List.copyOf(conflicts));
        }
        Operations requested = update.operations();
        Operations remaining = new Operations(
                new TreeMap<>(set), unset, requested.increment(), requested.append(), requested.remove());
        Operations.Applied applied = StateEdit.apply(remaining, current);
        if (applied instanceof Operations.Refused refused) {
            return new Impossible(refused.path(), refused.reason());
        }
        ObjectNode state = ((Operations.Done) applied).state();
        Operations effective = StateDiff.between(current, state);
        if (effective.isEmpty() && !conflicts.isEmpty() && conflicts.stream().allMatch(Merge::keepsStoredValue)) {
            return new Refused(List.copyOf(conflicts), strategy);
        }
        return new Accepted(state, effective, List.copyOf(conflicts), conflicts.isEmpty() ? null : strategy);
    }

    /**
     * The reason why a path cannot be unset, null if it can: in the base state and in the current state, the path leads
     * through a value that is neither an object nor a list.
     */
    private Operations.@Nullable Refused unsetObstacle(StatePath path) {
        ObjectNode base = update.basis().state();
        if (base == null || path.in(current) != null || path.in(base) != null) {
            return null;
        }
        Operations alone = Operations.of(new TreeMap<>(), new TreeSet<>(List.of(path)));
        return StateEdit.apply(alone, base) instanceof Operations.Refused
                        && StateEdit.apply(alone, current) instanceof Operations.Refused refused
                ? refused
                : null;
    }

    private static boolean keepsStoredValue(Conflict conflict) {
        return (conflict.rule() == MergeRule.SERVER || conflict.rule() == MergeRule.LATEST)
                && JsonValues.alike(conflict.ours(), conflict.result());
    }

    private void mergePath(StatePath path, @Nullable JsonNode theirs) {
        JsonNode ours = path.in(current);
        Optional<JsonNode> base = update.basis().at(path);
        boolean conflicting =
                !JsonValues.alike(ours, theirs) && (base.isEmpty() || !JsonValues.alike(ours, base.get()));
        put(path, conflicting ? resolve(path, base, ours, theirs) : theirs);
    }

    /** Resolves the conflict of a path, records it, and returns the resulting value. */
    private @Nullable JsonNode resolve(
            StatePath path, Optional<JsonNode> base, @Nullable JsonNode ours, @Nullable JsonNode theirs) {
        ValueMerge values = new ValueMerge(type, update.arrival(), conflicts);
        return switch (strategy) {
            case SERVER_WINS -> values.oneSide(path, base, ours, theirs, MergeRule.SERVER);
            case CLIENT_WINS -> values.oneSide(path, base, ours, theirs, MergeRule.CLIENT);
            case LATEST -> values.oneSide(path, base, ours, theirs, MergeRule.LATEST);
            case MERGE -> values.merged(path, base, ours, theirs);
            case MANUAL -> values.unresolved(path, base, ours, theirs);
        };
    }

    private void put(StatePath path, @Nullable JsonNode value) {
        if (JsonValues.same(path.in(current), value)) {
            return;
        }
        if (value == null) {
            unset.add(path);
        } else {
            set.put(path, value);
        }
    }
}
