package dev.statecraft.infra;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Random trees, and documents that write them in a random style of the YAML subset of the commands. */
final class YamlDocuments {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String LETTERS = "abz09 _-.:/#'\"\\,[]{}|>&*!?%@~=\n\té\u00A0😀";

    private final Random random;

    YamlDocuments(Random random) {
        this.random = random;
    }

    /** A random tree; its root is a collection unless the depth is 0. */
    static JsonNode tree(Random random, int depth) {
        if (depth > 0 && random.nextInt(4) > 0) {
            int size = random.nextInt(4);
            if (random.nextBoolean()) {
                ObjectNode object = NODES.objectNode();
                for (int i = 0; i < size; i++) {
                    object.set(random.nextBoolean() ? "key" + i : text(random, 1, 6), tree(random, depth - 1));
                }
                return object;
            }
            ArrayNode array = NODES.arrayNode();
            for (int i = 0; i < size; i++) {
                array.add(tree(random, depth - 1));
            }
            return array;
        }
        return switch (random.nextInt(8)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2 -> NODES.numberNode(random.nextInt(2_000) - 1_000);
            case 3 -> NODES.numberNode(BigDecimal.valueOf(random.nextInt(2_000_000) - 1_000_000, 3));
            case 4 ->
                NODES.textNode(List.of("yes", "1.2.3", "true", "0x1F", "null", "1e3", "12:30", "-", ".5", "~", "")
                        .get(random.nextInt(11)));
            default -> NODES.textNode(text(random, 0, 14));
        };
    }

    private static String text(Random random, int least, int most) {
        int[] letters = LETTERS.codePoints().toArray();
        boolean plain = random.nextBoolean();
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(least, most); i >= 0; i--) {
            text.appendCodePoint(plain ? 'a' + random.nextInt(26) : letters[random.nextInt(letters.length)]);
        }
        return text.toString();
    }

    String write(JsonNode tree) {
        String start = random.nextInt(4) == 0 ? "---\n" : "";
        return start + comment("") + (isBlock(tree) ? block(tree, 0) : scalarOrFlow(tree, 0) + "\n");
    }

    private boolean isBlock(JsonNode tree) {
        return tree.isContainerNode() && !tree.isEmpty() && random.nextInt(4) > 0;
    }

    private String comment(String indent) {
        return switch (random.nextInt(10)) {
            case 0 -> indent + "# a: comment\n";
            case 1 -> "\n";
            default -> "";
        };
    }

    private String lineEnd() {
        return random.nextInt(8) == 0 ? "  # end\n" : "\n";
    }

    /** The lines of a collection; the first one has no indentation. */
    private String block(JsonNode tree, int indent) {
        String spaces = " ".repeat(indent);
        List<String> entries = new ArrayList<>();
        if (tree.isObject()) {
            for (Map.Entry<String, JsonNode> field : tree.properties()) {
                String key = scalar(NODES.textNode(field.getKey()));
                entries.add(key + ":"
                        + member(field.getValue(), indent, field.getValue().isArray() ? 0 : 1));
            }
        } else {
            for (JsonNode element : tree) {
                if (isBlock(element)) {
                    int deeper = 2 + random.nextInt(2);
                    entries.add("-" + " ".repeat(deeper - 1) + block(element, indent + deeper));
                } else {
                    entries.add("- " + scalarOrFlow(element, indent) + lineEnd());
                }
            }
        }
        StringBuilder lines = new StringBuilder();
        for (String entry : entries) {
            lines.append(lines.length() == 0 ? "" : comment(spaces) + spaces).append(entry);
        }
        return lines.toString();
    }

    private String member(JsonNode value, int indent, int least) {
        if (isBlock(value)) {
            int deeper = indent + least + random.nextInt(3);
            return lineEnd() + comment("") + " ".repeat(deeper) + block(value, deeper);
        }
        if (value.isTextual() && random.nextInt(3) == 0 && isLiteral(value.textValue())) {
            return " " + literal(value.textValue(), indent + 1 + random.nextInt(3));
        }
        if (value.isNull() && random.nextBoolean()) {
            return lineEnd();
        }
        return " " + scalarOrFlow(value, indent) + lineEnd();
    }

    private static boolean isLiteral(String text) {
        return !text.isBlank() && !text.startsWith(" ") && !text.startsWith("\n") && !text.startsWith("\t");
    }

    private static String literal(String text, int indent) {
        boolean ends = text.endsWith("\n");
        StringBuilder lines = new StringBuilder(ends ? "|+\n" : "|-\n");
        for (String line : (ends ? text.substring(0, text.length() - 1) : text).split("\n", -1)) {
            lines.append(line.isEmpty() ? "" : " ".repeat(indent) + line).append('\n');
        }
        return lines.toString();
    }

    private String scalarOrFlow(JsonNode tree, int indent) {
        if (!tree.isContainerNode()) {
            return scalar(tree);
        }
        List<String> elements = new ArrayList<>();
        String space = random.nextInt(5) == 0 ? "\n" + " ".repeat(indent + 2) : random.nextBoolean() ? " " : "";
        if (tree.isObject()) {
            tree.properties()
                    .forEach(field -> elements.add(
                            scalar(NODES.textNode(field.getKey())) + ": " + scalarOrFlow(field.getValue(), indent)));
        } else {
            tree.forEach(element -> elements.add(scalarOrFlow(element, indent)));
        }
        String inside = String.join("," + (space.isEmpty() ? " " : space), elements);
        return (tree.isObject() ? "{" : "[") + space + inside + space + (tree.isObject() ? "}" : "]");
    }

    private String scalar(JsonNode value) {
        if (!value.isTextual()) {
            return value.isBigDecimal() && random.nextBoolean()
                    ? value.decimalValue().toString()
                    : value.isNumber() ? value.decimalValue().toPlainString() : value.asText();
        }
        String text = value.textValue();
        int style = random.nextInt(3);
        if (style == 0 && text.matches("[a-zA-Z_]([a-zA-Z0-9_. /-]*[a-zA-Z0-9_])?") && !text.matches("true|null")) {
            return text;
        }
        if (style <= 1 && !text.contains("\n")) {
            return "'" + text.replace("'", "''") + "'";
        }
        StringBuilder quoted = new StringBuilder("\"");
        boolean escaped = random.nextBoolean();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"', '\\' -> quoted.append('\\').append(c);
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                default -> quoted.append(c > '~' && escaped ? String.format("\\u%04X", (int) c) : c);
            }
        }
        return quoted.append('"').toString();
    }
}
