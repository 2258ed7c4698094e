package dev.statecraft.replication.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.state.Operations.Applied;
import dev.statecraft.replication.state.Operations.Done;
import dev.statecraft.replication.state.Operations.Refused;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Applies operations to a copy of a state. Luau encodes an empty table as an empty list, so an empty list along a path
 * is treated as an empty object. A token of digits is a key of that object, because an operation never adds an element
 * to a list by its index. A list with elements stays a list.
 */
public final class StateEdit {

    private final ObjectNode state;
    private @Nullable Refused refused;

    private StateEdit(ObjectNode before) {
        this.state = before.deepCopy();
    }

    /**
     * Applies all operations to a copy of {@code before}, or none of them. The result depends on nothing but the two
     * arguments. The limits of a state are not checked; {@link StateLimits} does that.
     */
    public static Applied apply(Operations operations, ObjectNode before) {
        return new StateEdit(before).apply(operations);
    }

    private Applied apply(Operations operations) {
        operations.unset().forEach(this::unset);
        for (Map.Entry<StatePath, JsonNode> set : operations.set().entrySet()) {
            put(set.getKey(), set.getValue().deepCopy());
        }
        operations.increment().forEach(this::increment);
        operations.append().forEach(this::append);
        operations.remove().forEach(this::remove);
        return refused != null ? refused : new Done(state);
    }

    private void unset(StatePath path) {
        JsonNode container = state;
        List<String> tokens = path.tokens();
        for (String token : tokens.subList(0, tokens.size() - 1)) {
            JsonNode next = StatePath.step(container, token);
            if (next == null) {
                if (!container.isContainerNode()) {
                    refuse(path, "the path leads into a value that is neither an object nor a list");
                }
                return;
            }
            container = next;
        }
        if (container instanceof ObjectNode object) {
            object.remove(tokens.get(tokens.size() - 1));
        } else if (!container.isContainerNode()) {
            refuse(path, "the path leads into a value that is neither an object nor a list");
        } else if (StatePath.step(container, tokens.get(tokens.size() - 1)) != null) {
            refuse(path, "a list element cannot be unset; remove it by value or set the list");
        }
    }

    private void increment(StatePath path, BigDecimal by) {
        JsonNode old = path.in(state);
        if (old != null && !old.isNumber()) {
            refuse(path, "only a number can be incremented");
            return;
        }
        BigDecimal sum = old == null ? by : old.decimalValue().add(by);
        String refusal = JsonValues.refusal(sum);
        if (refusal != null) {
            refuse(path, refusal);
        } else {
            put(path, JsonValues.number(sum));
        }
    }

    private void append(StatePath path, List<JsonNode> values) {
        JsonNode old = path.in(state);
        if (old instanceof ArrayNode list) {
            values.forEach(value -> list.add(value.<JsonNode>deepCopy()));
        } else if (old == null || isEmptyContainer(old)) {
            ArrayNode list = JsonNodeFactory.instance.arrayNode(values.size());
            values.forEach(value -> list.add(value.<JsonNode>deepCopy()));
            put(path, list);
        } else {
            refuse(path, "values can only be appended to a list");
        }
    }

    private void remove(StatePath path, List<JsonNode> values) {
        JsonNode old = path.in(state);
        if (old == null || isEmptyContainer(old)) {
            return;
        }
        if (!(old instanceof ArrayNode list)) {
            refuse(path, "values can only be removed from a list");
            return;
        }
        Set<JsonNode> removed = new HashSet<>();
        values.forEach(value -> removed.add(JsonValues.canonical(value)));
        ArrayNode kept = JsonNodeFactory.instance.arrayNode(list.size());
        list.forEach(element -> {
            if (!removed.contains(JsonValues.canonical(element))) {
                kept.add(element);
            }
        });
        list.removeAll();
        list.addAll(kept);
    }

    /** Puts a value at a path. Missing objects along the path are created. */
    private void put(StatePath path, JsonNode value) {
        JsonNode container = state;
        List<String> tokens = path.tokens();
        for (int i = 0; i < tokens.size() - 1; i++) {
            JsonNode next = StatePath.step(container, tokens.get(i));
            if (next == null || (next.isArray() && next.isEmpty())) {
                next = JsonNodeFactory.instance.objectNode();
                if (!place(path, container, tokens.get(i), next)) {
                    return;
                }
            }
            container = next;
        }
        place(path, container, tokens.get(tokens.size() - 1), value);
    }

    private boolean place(StatePath path, JsonNode container, String token, JsonNode value) {
        if (container instanceof ObjectNode object) {
            object.set(token, value);
            return true;
        }
        if (container instanceof ArrayNode list) {
            if (StatePath.isIndex(token) && Integer.parseInt(token) < list.size()) {
                list.set(Integer.parseInt(token), value);
                return true;
            }
            refuse(path, "the list has no element " + token + "; append to it, or set the list");
            return false;
        }
        refuse(path, "the path leads into a value that is neither an object nor a list");
        return false;
    }

    private static boolean isEmptyContainer(JsonNode value) {
        return value.isContainerNode() && value.isEmpty();
    }

    /** Records the first operation that does not fit. Later ones are ignored. */
    private void refuse(StatePath path, String reason) {
        if (refused == null) {
            refused = new Refused(path, reason);
        }
    }
}
