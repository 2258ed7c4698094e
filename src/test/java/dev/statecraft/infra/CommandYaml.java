package dev.statecraft.infra;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.invoke.MethodHandle;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The YAML reader and writer of infra/cli, with JSON trees as values. */
final class CommandYaml {

    private static final MethodHandle READ = CommandSources.method("Yaml", "read", String.class);
    private static final MethodHandle WRITE = CommandSources.method("YamlWriter", "write", Object.class);
    private static final JsonMapper DECIMALS = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private CommandYaml() {}

    /** Reads a text; fails if it is not in the subset. */
    static JsonNode read(String text) {
        return tree(value(read(READ, text)));
    }

    /** The error of a text: {@code line: message}; empty if the text is in the subset. */
    static Optional<String> error(String text) {
        try {
            READ.invoke(text);
            return Optional.empty();
        } catch (RuntimeException e) {
            try {
                java.lang.reflect.Field line = e.getClass().getDeclaredField("line");
                line.setAccessible(true);
                return Optional.of(line.get(e) + ": " + e.getMessage());
            } catch (ReflectiveOperationException other) {
                throw new AssertionError("no error of the reader: " + e, e);
            }
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Writes a tree with the writer of the commands. */
    static String write(JsonNode tree) {
        return (String) read(WRITE, plain(tree));
    }

    private static @Nullable Object read(MethodHandle handle, @Nullable Object argument) {
        try {
            return handle.invoke(argument);
        } catch (Throwable e) {
            throw new AssertionError("for " + argument, e);
        }
    }

    private static @Nullable Object value(@Nullable Object document) {
        try {
            java.lang.reflect.Method value = document.getClass().getDeclaredMethod("value");
            value.setAccessible(true);
            return value.invoke(document);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    /** A tree in which equal numbers are equal nodes. */
    static JsonNode normal(JsonNode tree) {
        return tree(plain(tree));
    }

    private static JsonNode tree(@Nullable Object value) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (value instanceof Map<?, ?> map) {
            ObjectNode object = nodes.objectNode();
            map.forEach((name, member) -> object.set((String) name, tree(member)));
            return object;
        }
        if (value instanceof List<?> list) {
            ArrayNode array = nodes.arrayNode();
            list.forEach(element -> array.add(tree(element)));
            return array;
        }
        if (value instanceof BigDecimal number) {
            return nodes.numberNode(number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros());
        }
        if (value instanceof Boolean flag) {
            return nodes.booleanNode(flag);
        }
        return value == null ? nodes.nullNode() : nodes.textNode((String) value);
    }

    private static @Nullable Object plain(JsonNode tree) {
        try {
            return CommandSources.method("Json", "read", String.class).invoke(DECIMALS.writeValueAsString(tree));
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
