package dev.statecraft.replication.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;

/**
 * Size limits of a state. A state within the limits fits into one stored item together with its keys, and a client can
 * process it in one frame.
 */
public final class StateLimits {

    /** Maximum size of the state in bytes, as UTF-8 JSON without white space. */
    public static final int MAX_BYTES = 350 * 1024;

    /** Maximum nesting of objects and lists. The state itself is level 1. */
    public static final int MAX_DEPTH = 32;

    /** Maximum number of values in the state, including the state itself and every object and list in it. */
    public static final int MAX_NODES = 10_000;

    private long bytes;
    private int nodes;
    private int deepest;

    private StateLimits() {}

    /** Describes the limit that a state exceeds; empty if it is within all limits. */
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

    /** The size of a value in bytes, as UTF-8 JSON without white space. */
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

    /** Bytes of a character in UTF-8. Each half of a surrogate pair counts as two of the four bytes of the pair. */
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
