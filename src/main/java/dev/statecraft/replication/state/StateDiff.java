package dev.statecraft.replication.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Computes the set and unset operations that lead from one state to another. */
public final class StateDiff {

    private final Map<StatePath, JsonNode> set = new TreeMap<>();
    private final TreeSet<StatePath> unset = new TreeSet<>();
    private final Deque<String> at = new ArrayDeque<>();
    private final boolean emptyListIsObject;

    private StateDiff(boolean emptyListIsObject) {
        this.emptyListIsObject = emptyListIsObject;
    }

    /**
     * The operations that turn {@code from} into {@code to}. Objects are compared key by key; a list that differs is
     * set as a whole. This is also the form in which clients receive a change: only set and unset.
     */
    public static Operations between(ObjectNode from, ObjectNode to) {
        StateDiff diff = new StateDiff(false);
        diff.compare(from, to);
        return Operations.of(diff.set, diff.unset);
    }

    /**
     * The operations that turn the state a caller has seen into the state it sends in its place. As {@link #between},
     * but an empty list is treated as an empty object where the other state has an object, because Luau encodes both as
     * {@code []}.
     */
    public static Operations replacing(ObjectNode seen, ObjectNode sent) {
        StateDiff diff = new StateDiff(true);
        diff.compare(seen, sent);
        return Operations.of(diff.set, diff.unset);
    }

    /** The operations that a JSON merge patch (RFC 7396) performs on a state. */
    public static Operations ofMergePatch(ObjectNode state, ObjectNode patch) {
        StateDiff diff = new StateDiff(false);
        diff.patch(state, patch);
        return Operations.of(diff.set, diff.unset);
    }

    private void compare(JsonNode from, JsonNode to) {
        for (Map.Entry<String, JsonNode> field : from.properties()) {
            if (!to.has(field.getKey())) {
                unset.add(path(field.getKey()));
            }
        }
        for (Map.Entry<String, JsonNode> field : to.properties()) {
            JsonNode old = from.get(field.getKey());
            JsonNode next = field.getValue();
            if (emptyListIsObject && old != null) {
                if (old.isObject() && isEmptyList(next)) {
                    next = JsonNodeFactory.instance.objectNode();
                } else if (isEmptyList(old) && next.isObject()) {
                    old = JsonNodeFactory.instance.objectNode();
                }
            }
            if (old != null && old.isObject() && next.isObject()) {
                at.addLast(field.getKey());
                compare(old, next);
                at.removeLast();
            } else if (!JsonValues.same(old, next)) {
                set.put(path(field.getKey()), next);
            }
        }
    }

    private static boolean isEmptyList(JsonNode value) {
        return value.isArray() && value.isEmpty();
    }

    /** The algorithm of RFC 7396, section 2. It records operations instead of modifying the target. */
    private void patch(JsonNode target, JsonNode patch) {
        for (Map.Entry<String, JsonNode> field : patch.properties()) {
            JsonNode old = target.get(field.getKey());
            JsonNode next = field.getValue();
            if (next.isNull()) {
                if (old != null) {
                    unset.add(path(field.getKey()));
                }
            } else if (next.isObject() && old != null && old.isObject()) {
                at.addLast(field.getKey());
                patch(old, next);
                at.removeLast();
            } else {
                JsonNode value = withoutNulls(next);
                if (!JsonValues.same(old, value)) {
                    set.put(path(field.getKey()), value);
                }
            }
        }
    }

    /**
     * The value that a patch sets where the target has none: without the nulls in its objects. Lists stay unchanged.
     */
    private static JsonNode withoutNulls(JsonNode patch) {
        if (!patch.isObject()) {
            return patch;
        }
        ObjectNode value = JsonNodeFactory.instance.objectNode();
        patch.properties().forEach(field -> {
            if (!field.getValue().isNull()) {
                value.set(field.getKey(), withoutNulls(field.getValue()));
            }
        });
        return value;
    }

    private StatePath path(String key) {
        at.addLast(key);
        StatePath path = new StatePath(List.copyOf(at));
        at.removeLast();
        return path;
    }
}
