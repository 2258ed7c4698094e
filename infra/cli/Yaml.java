import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a subset of YAML 1.2 that includes JSON. Values are those of {@link Json}.
 *
 * <p>The subset: one document of block or flow mappings and sequences; plain, single-quoted and double-quoted scalars on one
 * line; literal block scalars ({@code |}, {@code |-}, {@code |+}); comments. Plain scalars have the types of the core
 * schema. Keys are scalars, and their text is the key. Everything else is an error with its line: anchors, aliases, tags,
 * folded scalars, scalars over several lines, complex keys, directives, several documents, duplicate keys, tabs as
 * indentation, infinities.
 */
final class Yaml {

    private final Map<Object, Integer> lines = new IdentityHashMap<>();
    private final YamlCursor cursor;
    private final YamlScalars scalars;
    private final YamlFlow flow;
    private boolean started;

    private Yaml(String text) {
        cursor = new YamlCursor(text);
        scalars = new YamlScalars(cursor);
        flow = new YamlFlow(cursor, scalars, lines);
    }

    /**
     * A document.
     *
     * @param value its value; null for an empty document
     * @param lines the first line of every mapping and sequence, by identity
     */
    record Document(Object value, Map<Object, Integer> lines) {

        /** The line at which a mapping or sequence starts; 1 for any other value. */
        int line(Object value) {
            return lines.getOrDefault(value, 1);
        }
    }

    /** The text is not in the subset. */
    static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        final int line;

        Malformed(int line, String message) {
            super(message);
            this.line = line;
        }
    }

    /**
     * Reads a text.
     *
     * @throws Malformed if it is not in the subset
     */
    static Document read(String text) {
        String start = text.startsWith("\uFEFF") ? text.substring(1) : text;
        Yaml yaml = new Yaml(start.replace("\r\n", "\n").replace('\r', '\n'));
        return new Document(yaml.document(), yaml.lines);
    }

    private Object document() {
        for (cursor.at = 0; cursor.at < cursor.text.length(); cursor.at++) {
            char c = cursor.peek();
            if ((Character.isISOControl(c) && c != '\n' && c != '\t') || "\uFEFF\u2028\u2029".indexOf(c) >= 0) {
                throw cursor.malformed(
                        "the character U+" + String.format("%04X", (int) c) + " must be escaped in double quotes");
            }
        }
        cursor.at = 0;
        if (!nextContent()) {
            return null;
        }
        started = true;
        if (cursor.column() == 0 && cursor.isMarker("---")) {
            cursor.at += 3;
            cursor.endOfLine("write the document below the line ---");
            if (!nextContent()) {
                return null;
            }
        }
        Object value = block(-1);
        if (nextContent()) {
            throw cursor.malformed("the document has ended before this line; a text must be on one line");
        }
        return value;
    }

    // ---- Lines

    /** Moves to the first character of the next line with content, or of this line at its start. False at the end. */
    private boolean nextContent() {
        while (cursor.at < cursor.text.length()) {
            while (cursor.at < cursor.text.length() && cursor.peek() == ' ') {
                cursor.at++;
            }
            boolean tab = false;
            while (cursor.at < cursor.text.length() && (cursor.peek() == ' ' || cursor.peek() == '\t')) {
                tab = true;
                cursor.at++;
            }
            if (cursor.at < cursor.text.length() && cursor.peek() != '\n' && cursor.peek() != '#') {
                if (tab) {
                    throw cursor.malformed("a tab cannot be indentation; use spaces");
                }
                if (cursor.column() == 0 && (cursor.isMarker("...") || (started && cursor.isMarker("---")))) {
                    throw cursor.malformed("a file has one document");
                }
                if (cursor.column() == 0 && cursor.peek() == '%') {
                    throw cursor.malformed("directives are not supported");
                }
                return true;
            }
            cursor.skipLine();
        }
        return false;
    }

    // ---- Blocks

    /** Reads the block node at the current position. {@code parent} is the indentation of the collection around it. */
    private Object block(int parent) {
        cursor.enter();
        Object value;
        if (isEntry()) {
            value = sequence(cursor.column());
        } else if (isKey()) {
            value = mapping(cursor.column());
        } else {
            value = inline(parent);
        }
        cursor.leave();
        return value;
    }

    private boolean isEntry() {
        return cursor.peek() == '-'
                && (cursor.at + 1 == cursor.text.length() || " \t\n".indexOf(cursor.text.charAt(cursor.at + 1)) >= 0);
    }

    private List<Object> sequence(int indent) {
        List<Object> sequence = new ArrayList<>();
        lines.put(sequence, cursor.lineAt(cursor.at));
        // A sequence may have the indentation of the key that it belongs to; then it ends at the next key.
        do {
            cursor.at++;
            int start = cursor.at;
            while (cursor.at < cursor.text.length() && cursor.peek() == ' ') {
                cursor.at++;
            }
            if (isLineEnd(start)) {
                cursor.skipLine();
                sequence.add(nextContent() && cursor.column() > indent ? block(indent) : null);
            } else if (cursor.peek() == '\t') {
                throw cursor.malformed("a tab after - is not supported; use a space");
            } else {
                sequence.add(block(indent));
            }
        } while (continues(indent) && isEntry());
        return sequence;
    }

    /** Whether the rest of the line has no content; {@code start} is where its separation starts. */
    private boolean isLineEnd(int start) {
        return cursor.at == cursor.text.length()
                || cursor.peek() == '\n'
                || (cursor.peek() == '#' && cursor.at > start);
    }

    /** Whether the next content has this indentation. Less ends the collection, more is an error. */
    private boolean continues(int indent) {
        if (!nextContent() || cursor.column() < indent) {
            return false;
        }
        if (cursor.column() > indent) {
            throw cursor.malformed("unexpected indentation; a text must be on one line, or use |");
        }
        return true;
    }

    private Map<String, Object> mapping(int indent) {
        Map<String, Object> mapping = new LinkedHashMap<>();
        lines.put(mapping, cursor.lineAt(cursor.at));
        do {
            if (isEntry()) {
                throw cursor.malformed("a sequence entry is not allowed between the keys of a mapping");
            }
            if (!isKey()) {
                throw cursor.malformed("a key with ': ' is missing");
            }
            int start = cursor.at;
            String key = key();
            if (mapping.containsKey(key)) {
                cursor.at = start;
                throw cursor.malformed("the key " + key + " occurs twice");
            }
            cursor.skipBlanks();
            cursor.at++;
            int colon = cursor.at;
            cursor.skipBlanks();
            if (!isLineEnd(colon)) {
                mapping.put(key, inline(indent));
                continue;
            }
            cursor.skipLine();
            boolean value = nextContent() && (cursor.column() > indent || (cursor.column() == indent && isEntry()));
            mapping.put(key, value ? block(indent) : null);
        } while (continues(indent));
        return mapping;
    }

    /** Whether the line continues with a scalar and a colon. */
    private boolean isKey() {
        int start = cursor.at;
        try {
            if (cursor.peek() == '"' || cursor.peek() == '\'') {
                scalars.quoted();
                cursor.skipBlanks();
                return cursor.at < cursor.text.length() && cursor.peek() == ':' && scalars.isColon(cursor.at);
            }
            return YamlScalars.INDICATORS.indexOf(cursor.peek()) < 0 && scalars.colon() >= 0;
        } catch (Malformed e) {
            return false;
        } finally {
            cursor.at = start;
        }
    }

    private String key() {
        if (cursor.peek() == '"' || cursor.peek() == '\'') {
            return scalars.quoted();
        }
        scalars.checkStart();
        int colon = scalars.colon();
        String key = cursor.text.substring(cursor.at, colon).stripTrailing();
        if (key.isEmpty()) {
            throw cursor.malformed("the key is missing");
        }
        cursor.at = colon;
        return key;
    }

    // ---- Values on one line

    private Object inline(int parent) {
        char first = cursor.peek();
        if (first == '|') {
            return literal(Math.max(0, parent));
        }
        if (isEntry()) {
            throw cursor.malformed("a sequence must start on a line of its own");
        }
        Object value;
        if (first == '{' || first == '[') {
            value = flow.flow();
        } else if (first == '"' || first == '\'') {
            value = scalars.quoted();
        } else {
            scalars.checkStart();
            if (scalars.colon() >= 0) {
                throw cursor.malformed("a mapping must start on a line of its own; quote a text that contains ': '");
            }
            value = scalars.core(scalars.plain(false));
        }
        cursor.endOfLine("unexpected text after the value");
        return value;
    }

    private String literal(int parent) {
        cursor.at++;
        char chomping = cursor.at < cursor.text.length() && (cursor.peek() == '-' || cursor.peek() == '+')
                ? cursor.text.charAt(cursor.at++)
                : ' ';
        cursor.endOfLine("only |, |- and |+ are supported");
        StringBuilder value = new StringBuilder();
        StringBuilder blank = new StringBuilder();
        int indent = -1;
        while (cursor.at < cursor.text.length()) {
            int start = cursor.at;
            int end = cursor.text.indexOf('\n', cursor.at);
            end = end < 0 ? cursor.text.length() : end;
            int spaces = 0;
            while (start + spaces < end
                    && cursor.text.charAt(start + spaces) == ' '
                    && (indent < 0 || spaces < indent)) {
                spaces++;
            }
            boolean empty = start + spaces == end;
            if (!empty && indent < 0) {
                if (spaces <= parent) {
                    break;
                }
                if (cursor.text.charAt(start + spaces) == '\t'
                        && cursor.text.substring(start, end).isBlank()) {
                    throw cursor.malformed("a tab cannot be indentation; use spaces");
                }
                if (longestLine(blank) > spaces) {
                    throw cursor.malformed("the blank lines above this line are indented further");
                }
                indent = spaces;
                blank = new StringBuilder(
                        "\n".repeat((int) blank.chars().filter(c -> c == '\n').count()));
            }
            if (!empty && spaces < indent) {
                break;
            }
            String line = indent < 0 ? " ".repeat(spaces) : cursor.text.substring(start + spaces, end);
            if (empty) {
                blank.append(line).append('\n');
            } else {
                value.append(blank).append(line);
                blank = new StringBuilder(end < cursor.text.length() ? "\n" : "");
            }
            cursor.at = Math.min(cursor.text.length(), end + 1);
        }
        String breaks = blank.toString().replace(" ", "");
        return switch (chomping) {
            case '-' -> value.toString();
            case '+' -> value + breaks;
            default -> value.isEmpty() || breaks.isEmpty() ? value.toString() : value + "\n";
        };
    }

    private static int longestLine(CharSequence lines) {
        return lines.toString().lines().mapToInt(String::length).max().orElse(0);
    }
}
