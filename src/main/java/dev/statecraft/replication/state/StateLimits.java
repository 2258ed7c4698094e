package dev.statecraft.replication.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;

/**
 * How large a state may be: what fits into one stored item with room for its keys, and what a client can be expected to
 * go through in one frame.
 */
public final class StateLimits {

    /** Bytes of the state as JSON without white space, in UTF-8. */
    public static final int MAX_BYTES = 350 * 1024;

    /** How deep objects and lists are nested, the state itself counted. */
    public static final int MAX_DEPTH = 32;

    /** Values in the state, the state itself and every object and list in it counted. */
    public static final int MAX_NODES = 10_000;

    private long bytes;
    private int nodes;
    private int deepest;

    private StateLimits() {}

    /** Which limit a state exceeds, as a sentence; nothing if it keeps all of them. Goes through the state once. */
    public static Optional<String> exceeded(ObjectNode state) {
        StateLimits count = new StateLimits();
        count.add(state, 1);
        if (count.deepest > MAX_DEPTH) {
            return Optional.of("A state is nested at most " + MAX_DEPTH + " levels deep.");
        }
        if (count.nodes > MAX_NODES) {
            return Optional.of("A state has at most " + MAX_NODES + " values.");
        }
        if (count.bytes > MAX_BYTES) {
            return Optional.of(
                    "A state has at most " + MAX_BYTES + " bytes of JSON. This state has " + count.bytes + ".");
        }
        return Optional.empty();
    }

    /** How many bytes a value has as JSON without white space. */
    public static long sizeBytes(ObjectNode state) {
        StateLimits count = new StateLimits();
        count.add(state, 1);
        return count.bytes;
    }

    private void add(JsonNode value, int depth) {
        nodes++;
        if (value.isContainerNode()) {
            deepest = Math.max(deepest, depth);
            if (depth > MAX_DEPTH || nodes > MAX_NODES) {
                return;
            }
            bytes += 2 + Math.max(0, value.size() - 1);
            for (Map.Entry<String, JsonNode> field : value.properties()) {
                addText(field.getKey());
                bytes++;
            }
            for (JsonNode element : value) {
                add(element, depth + 1);
            }
        } else if (value.isTextual()) {
            addText(value.textValue());
        } else if (value.isNumber()) {
            bytes += value.decimalValue().toPlainString().length();
        } else {
            bytes += value.asText().length();
        }
    }

    private void addText(String text) {
        bytes += 2;
        for (int i = 0; i < text.length(); i++) {
            bytes += sizeBytes(text.charAt(i));
        }
    }

    /** Half of a surrogate pair counts as half of the four bytes of the pair. */
    private static int sizeBytes(char c) {
        if (c < 0x20) {
            return switch (c) {
                case '\b', '\t', '\n', '\f', '\r' -> 2;
                default -> 6;
            };
        }
        if (c == '"' || c == '\\') {
            return 2;
        }
        if (c < 0x80) {
            return 1;
        }
        return c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
}
