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
 * Brings an update and the state it meets together. What it gives depends on its arguments alone: no clock, no store,
 * no order of calls.
 *
 * <p>A path that is set or unset conflicts only if what is stored there differs both from what the update saw and from
 * what it brings. All other paths of the update are done without question. Increments, appends and removes mean what
 * they say whatever was there before, so they never conflict. Each conflicting path is decided by the strategy; one
 * that the stored value wins leaves the rest of the update as it is.
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
     * An update as it reached the server.
     *
     * @param operations what it does
     * @param basis what it was made on
     * @param arrival the state it met when it arrived, which tells LATEST what came later than the update; the current
     *     one for an update that has just come
     */
    public record Update(Operations operations, MergeBase basis, ObjectNode arrival) {

        /** An update that has just come. */
        public static Update now(Operations operations, MergeBase basis, ObjectNode current) {
            return new Update(operations, basis, current);
        }

        /**
         * A whole state that has just come, as the update its sender made. Where the base is not known, it is held
         * against the current state, and every difference is a conflict.
         */
        public static Update ofState(ObjectNode sent, MergeBase basis, ObjectNode current) {
            ObjectNode base = basis.state();
            return now(StateDiff.replacing(base == null ? current : base, sent), basis, current);
        }
    }

    /** What a merge comes to; in order of precedence. */
    public sealed interface Merged {}

    /** The update conflicts and somebody has to decide; nothing of it is done. */
    public record Parked(List<Conflict> conflicts) implements Merged {}

    /** The current state does not allow what is left of the update, so nothing of it is done. */
    public record Impossible(StatePath path, String reason) implements Merged {}

    /** The stored values won every conflict and nothing else was to be done. */
    public record Refused(List<Conflict> conflicts, Strategy strategy) implements Merged {}

    /**
     * The update is done.
     *
     * @param state the state after it; the same as before if a merge came to what is stored
     * @param effective what leads from the state before to that, set and unset only
     * @param conflicts what was decided on the way
     * @param strategy what decided it, null if nothing conflicted
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

    /** Merges an update by a strategy, with the rules of the entity's type. */
    public static Merged merge(EntityType type, Strategy strategy, ObjectNode current, Update update) {
        return new Merge(type, strategy, current, update).run();
    }

    private Merged run() {
        for (StatePath path : update.operations().unset()) {
            Operations.Refused refused = misled(path);
            if (refused != null) {
                return new Impossible(refused.path(), refused.reason());
            }
        }
        try {
            update.operations().set().forEach(this::consider);
            update.operations().unset().forEach(path -> consider(path, null));
        } catch (ValueMerge.OutOfRange e) {
            return new Impossible(e.path(), e.reason());
        }
        if (strategy == Strategy.MANUAL && !conflicts.isEmpty()) {
            return new Parked(List.copyOf(conflicts));
        }
        Operations asked = update.operations();
        Operations left = new Operations(new TreeMap<>(set), unset, asked.increment(), asked.append(), asked.remove());
        Operations.Applied applied = StateEdit.apply(left, current);
        if (applied instanceof Operations.Refused refused) {
            return new Impossible(refused.path(), refused.reason());
        }
        ObjectNode state = ((Operations.Done) applied).state();
        Operations effective = StateDiff.between(current, state);
        if (effective.isEmpty() && !conflicts.isEmpty() && conflicts.stream().allMatch(Merge::isLost)) {
            return new Refused(List.copyOf(conflicts), strategy);
        }
        return new Accepted(state, effective, List.copyOf(conflicts), conflicts.isEmpty() ? null : strategy);
    }

    /**
     * Why a path that is unset leads nowhere, null if it does not: it goes through something that is neither an object
     * nor a list in the state that the update was made on, and still does.
     */
    private Operations.@Nullable Refused misled(StatePath path) {
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

    private static boolean isLost(Conflict conflict) {
        return (conflict.rule() == MergeRule.SERVER || conflict.rule() == MergeRule.LATEST)
                && JsonValues.alike(conflict.ours(), conflict.result());
    }

    private void consider(StatePath path, @Nullable JsonNode theirs) {
        JsonNode ours = path.in(current);
        Optional<JsonNode> base = update.basis().at(path);
        boolean conflicting =
                !JsonValues.alike(ours, theirs) && (base.isEmpty() || !JsonValues.alike(ours, base.get()));
        put(path, conflicting ? decide(path, base, ours, theirs) : theirs);
    }

    /** What a path holds after its conflict; writes down how that came. */
    private @Nullable JsonNode decide(
            StatePath path, Optional<JsonNode> base, @Nullable JsonNode ours, @Nullable JsonNode theirs) {
        ValueMerge values = new ValueMerge(type, update.arrival(), conflicts);
        return switch (strategy) {
            case SERVER_WINS -> values.decided(path, base, ours, theirs, MergeRule.SERVER);
            case CLIENT_WINS -> values.decided(path, base, ours, theirs, MergeRule.CLIENT);
            case LATEST -> values.decided(path, base, ours, theirs, MergeRule.LATEST);
            case MERGE -> values.merged(path, base, ours, theirs);
            case MANUAL -> values.undecided(path, base, ours, theirs);
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
