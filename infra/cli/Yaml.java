import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

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

    private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9]+");
    private static final Pattern OCTAL = Pattern.compile("0o[0-7]+");
    private static final Pattern HEXADECIMAL = Pattern.compile("0x[0-9a-fA-F]+");
    private static final Pattern DECIMAL = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
    private static final Pattern NOT_FINITE = Pattern.compile("[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");

    /** Characters that no plain scalar starts with. */
    private static final String INDICATORS = ",[]{}#&*!|>'\"%@`";

    private static final String FLOW = ",[]{}";
    private static final int MAX_DEPTH = 100;

    private final String text;
    private final Map<Object, Integer> lines = new IdentityHashMap<>();
    private final int[] starts;
    private boolean started;
    private int at;
    private int depth;

    private Yaml(String text) {
        this.text = text;
        starts = IntStream.concat(
                        IntStream.of(0),
                        IntStream.range(0, text.length())
                                .filter(i -> text.charAt(i) == '\n')
                                .map(i -> i + 1))
                .toArray();
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
        for (at = 0; at < text.length(); at++) {
            char c = peek();
            if ((Character.isISOControl(c) && c != '\n' && c != '\t') || "\uFEFF\u2028\u2029".indexOf(c) >= 0) {
                throw malformed("the character U+" + String.format("%04X", (int) c) + " must be escaped in double quotes");
            }
        }
        at = 0;
        if (!nextContent()) {
            return null;
        }
        started = true;
        if (column() == 0 && isMarker("---")) {
            at += 3;
            endOfLine("write the document below the line ---");
            if (!nextContent()) {
                return null;
            }
        }
        Object value = block(-1);
        if (nextContent()) {
            throw malformed("the document has ended before this line; a text must be on one line");
        }
        return value;
    }

    // ---- Lines

    /** Moves to the first character of the next line with content, or of this line at its start. False at the end. */
    private boolean nextContent() {
        while (at < text.length()) {
            while (at < text.length() && peek() == ' ') {
                at++;
            }
            boolean tab = false;
            while (at < text.length() && (peek() == ' ' || peek() == '\t')) {
                tab = true;
                at++;
            }
            if (at < text.length() && peek() != '\n' && peek() != '#') {
                if (tab) {
                    throw malformed("a tab cannot be indentation; use spaces");
                }
                if (column() == 0 && (isMarker("...") || (started && isMarker("---")))) {
                    throw malformed("a file has one document");
                }
                if (column() == 0 && peek() == '%') {
                    throw malformed("directives are not supported");
                }
                return true;
            }
            skipLine();
        }
        return false;
    }

    private boolean isMarker(String marker) {
        return text.startsWith(marker, at) && (at + 3 == text.length() || " \t\n".indexOf(text.charAt(at + 3)) >= 0);
    }

    private void skipLine() {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end + 1;
    }

    /** Skips spaces and a comment, and moves to the start of the next line. Anything else is an error. */
    private void endOfLine(String otherwise) {
        int before = at;
        skipBlanks();
        if (at < text.length() && peek() != '\n' && !(peek() == '#' && at > before)) {
            throw malformed(otherwise);
        }
        skipLine();
    }

    private void skipBlanks() {
        while (at < text.length() && (peek() == ' ' || peek() == '\t')) {
            at++;
        }
    }

    private char peek() {
        return text.charAt(at);
    }

    private int column() {
        return at - starts[lineAt(at) - 1];
    }

    private int lineAt(int position) {
        int found = Arrays.binarySearch(starts, position);
        return found < 0 ? -found - 1 : found + 1;
    }

    private Malformed malformed(String message) {
        return new Malformed(lineAt(at), message);
    }

    // ---- Blocks

    /** Reads the block node at the current position. {@code parent} is the indentation of the collection around it. */
    private Object block(int parent) {
        if (++depth > MAX_DEPTH) {
            throw malformed("the document is nested too deeply");
        }
        Object value;
        if (isEntry()) {
            value = sequence(column());
        } else if (isKey()) {
            value = mapping(column());
        } else {
            value = inline(parent);
        }
        depth--;
        return value;
    }

    private boolean isEntry() {
        return peek() == '-' && (at + 1 == text.length() || " \t\n".indexOf(text.charAt(at + 1)) >= 0);
    }

    private List<Object> sequence(int indent) {
        List<Object> sequence = new ArrayList<>();
        lines.put(sequence, lineAt(at));
        // A sequence may have the indentation of the key that it belongs to; then it ends at the next key.
        do {
            at++;
            int start = at;
            while (at < text.length() && peek() == ' ') {
                at++;
            }
            if (isLineEnd(start)) {
                skipLine();
                sequence.add(nextContent() && column() > indent ? block(indent) : null);
            } else if (peek() == '\t') {
                throw malformed("a tab after - is not supported; use a space");
            } else {
                sequence.add(block(indent));
            }
        } while (continues(indent) && isEntry());
        return sequence;
    }

    /** Whether the rest of the line has no content; {@code start} is where its separation starts. */
    private boolean isLineEnd(int start) {
        return at == text.length() || peek() == '\n' || (peek() == '#' && at > start);
    }

    /** Whether the next content has this indentation. Less ends the collection, more is an error. */
    private boolean continues(int indent) {
        if (!nextContent() || column() < indent) {
            return false;
        }
        if (column() > indent) {
            throw malformed("unexpected indentation; a text must be on one line, or use |");
        }
        return true;
    }

    private Map<String, Object> mapping(int indent) {
        Map<String, Object> mapping = new LinkedHashMap<>();
        lines.put(mapping, lineAt(at));
        do {
            if (isEntry()) {
                throw malformed("a sequence entry is not allowed between the keys of a mapping");
            }
            if (!isKey()) {
                throw malformed("a key with ': ' is missing");
            }
            int start = at;
            String key = key();
            if (mapping.containsKey(key)) {
                at = start;
                throw malformed("the key " + key + " occurs twice");
            }
            skipBlanks();
            at++;
            int colon = at;
            skipBlanks();
            if (!isLineEnd(colon)) {
                mapping.put(key, inline(indent));
                continue;
            }
            skipLine();
            boolean value = nextContent() && (column() > indent || (column() == indent && isEntry()));
            mapping.put(key, value ? block(indent) : null);
        } while (continues(indent));
        return mapping;
    }

    /** Whether the line continues with a scalar and a colon. */
    private boolean isKey() {
        int start = at;
        try {
            if (peek() == '"' || peek() == '\'') {
                quoted();
                skipBlanks();
                return at < text.length() && peek() == ':' && isColon(at);
            }
            return INDICATORS.indexOf(peek()) < 0 && colon() >= 0;
        } catch (Malformed e) {
            return false;
        } finally {
            at = start;
        }
    }

    private String key() {
        if (peek() == '"' || peek() == '\'') {
            return quoted();
        }
        checkStart();
        int colon = colon();
        String key = text.substring(at, colon).stripTrailing();
        if (key.isEmpty()) {
            throw malformed("the key is missing");
        }
        at = colon;
        return key;
    }

    /** The position of the colon that ends a plain key on this line; negative if there is none. */
    private int colon() {
        for (int i = at; i < text.length() && text.charAt(i) != '\n'; i++) {
            if (text.charAt(i) == '#' && i > at && " \t".indexOf(text.charAt(i - 1)) >= 0) {
                return -1;
            }
            if (isColon(i)) {
                return i;
            }
        }
        return -1;
    }

    private boolean isColon(int position) {
        return text.charAt(position) == ':'
                && (position + 1 == text.length() || " \t\n".indexOf(text.charAt(position + 1)) >= 0);
    }

    // ---- Values on one line

    private Object inline(int parent) {
        char first = peek();
        if (first == '|') {
            return literal(Math.max(0, parent));
        }
        if (isEntry()) {
            throw malformed("a sequence must start on a line of its own");
        }
        Object value;
        if (first == '{' || first == '[') {
            value = flow();
        } else if (first == '"' || first == '\'') {
            value = quoted();
        } else {
            checkStart();
            if (colon() >= 0) {
                throw malformed("a mapping must start on a line of its own; quote a text that contains ': '");
            }
            value = core(plain(false));
        }
        endOfLine("unexpected text after the value");
        return value;
    }

    private void checkStart() {
        char first = peek();
        if (first == '&' || first == '*') {
            throw malformed("anchors and aliases are not supported; quote a text that starts with " + first);
        }
        if (first == '!') {
            throw malformed("tags are not supported; quote a text that starts with !");
        }
        if (first == '>') {
            throw malformed("folded texts are not supported; use | or quotes");
        }
        if (INDICATORS.indexOf(first) >= 0) {
            throw malformed("a text that starts with " + first + " must be quoted");
        }
        boolean separated = at + 1 == text.length() || " \t\n".indexOf(text.charAt(at + 1)) >= 0;
        if (first == '?' && separated) {
            throw malformed("complex keys are not supported");
        }
        if ((first == '-' || first == ':') && separated) {
            throw malformed("unexpected " + first);
        }
    }

    private String plain(boolean inFlow) {
        int start = at;
        while (at < text.length() && peek() != '\n') {
            char c = peek();
            if (c == '#' && " \t".indexOf(text.charAt(at - 1)) >= 0 && at > start) {
                break;
            }
            if (c == ':' && (isColon(at) || (inFlow && at + 1 < text.length() && FLOW.indexOf(text.charAt(at + 1)) >= 0))) {
                break;
            }
            if (inFlow && FLOW.indexOf(c) >= 0) {
                break;
            }
            at++;
        }
        String plain = text.substring(start, at).stripTrailing();
        at = start + plain.length();
        return plain;
    }

    /** The value of a plain scalar by the core schema. */
    private Object core(String plain) {
        switch (plain) {
            case "", "~", "null", "Null", "NULL":
                return null;
            case "true", "True", "TRUE":
                return Boolean.TRUE;
            case "false", "False", "FALSE":
                return Boolean.FALSE;
            default:
                break;
        }
        if (OCTAL.matcher(plain).matches()) {
            return new BigDecimal(new BigInteger(plain.substring(2), 8));
        }
        if (HEXADECIMAL.matcher(plain).matches()) {
            return new BigDecimal(new BigInteger(plain.substring(2), 16));
        }
        if (NOT_FINITE.matcher(plain).matches()) {
            throw malformed("JSON has no number " + plain + "; quote it if it is a text");
        }
        if (INTEGER.matcher(plain).matches() || DECIMAL.matcher(plain).matches()) {
            try {
                return new BigDecimal(plain);
            } catch (NumberFormatException e) {
                throw malformed("the number " + plain + " is out of range");
            }
        }
        return plain;
    }

    private String quoted() {
        char quote = peek();
        StringBuilder value = new StringBuilder();
        for (at++; ; at++) {
            if (at == text.length() || peek() == '\n') {
                throw malformed("the quote is not closed on its line");
            }
            char c = peek();
            if (c == quote && quote == '\'' && at + 1 < text.length() && text.charAt(at + 1) == '\'') {
                value.append('\'');
                at++;
            } else if (c == quote) {
                at++;
                return value.toString();
            } else if (c == '\\' && quote == '"') {
                at++;
                escape(value);
            } else {
                value.append(c);
            }
        }
    }

    private void escape(StringBuilder value) {
        char c = at < text.length() ? peek() : '\n';
        String simple = "0\0a\u0007b\bt\tn\nv\u000Bf\fr\re\u001B \u0020\"\"//\\\\N\u0085_\u00A0L\u2028P\u2029";
        for (int i = 0; i < simple.length(); i += 2) {
            if (simple.charAt(i) == c) {
                value.append(simple.charAt(i + 1));
                return;
            }
        }
        int digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
        String hex = text.substring(at, Math.min(text.length(), at + digits + 1));
        if (digits == 0 || !hex.matches(".[0-9a-fA-F]{" + digits + "}")) {
            throw malformed("the escape \\" + (c == '\n' ? "" : c) + " is not valid");
        }
        long code = Long.parseLong(hex.substring(1), 16);
        if (code > Character.MAX_CODE_POINT) {
            throw malformed("the escape \\" + hex + " is not a character");
        }
        value.appendCodePoint((int) code);
        at += digits;
    }

    private String literal(int parent) {
        at++;
        char chomping = at < text.length() && (peek() == '-' || peek() == '+') ? text.charAt(at++) : ' ';
        endOfLine("only |, |- and |+ are supported");
        StringBuilder value = new StringBuilder();
        StringBuilder blank = new StringBuilder();
        int indent = -1;
        while (at < text.length()) {
            int start = at;
            int end = text.indexOf('\n', at);
            end = end < 0 ? text.length() : end;
            int spaces = 0;
            while (start + spaces < end && text.charAt(start + spaces) == ' ' && (indent < 0 || spaces < indent)) {
                spaces++;
            }
            boolean empty = start + spaces == end;
            if (!empty && indent < 0) {
                if (spaces <= parent) {
                    break;
                }
                if (text.charAt(start + spaces) == '\t' && text.substring(start, end).isBlank()) {
                    throw malformed("a tab cannot be indentation; use spaces");
                }
                if (longestLine(blank) > spaces) {
                    throw malformed("the blank lines above this line are indented further");
                }
                indent = spaces;
                blank = new StringBuilder("\n".repeat((int) blank.chars().filter(c -> c == '\n').count()));
            }
            if (!empty && spaces < indent) {
                break;
            }
            String line = indent < 0 ? " ".repeat(spaces) : text.substring(start + spaces, end);
            if (empty) {
                blank.append(line).append('\n');
            } else {
                value.append(blank).append(line);
                blank = new StringBuilder(end < text.length() ? "\n" : "");
            }
            at = Math.min(text.length(), end + 1);
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

    // ---- Flow collections

    private Object flow() {
        if (++depth > MAX_DEPTH) {
            throw malformed("the document is nested too deeply");
        }
        Object value = peek() == '{' ? flowMapping() : flowSequence();
        depth--;
        return value;
    }

    private Map<String, Object> flowMapping() {
        Map<String, Object> mapping = new LinkedHashMap<>();
        lines.put(mapping, lineAt(at));
        at++;
        while (flowContent() != '}') {
            int start = at;
            boolean isQuoted = peek() == '"' || peek() == '\'';
            if (!isQuoted) {
                checkFlowStart();
            }
            String key = isQuoted ? quoted() : plain(true);
            if (key.isEmpty() && !isQuoted) {
                throw malformed("the key is missing");
            }
            if (flowContent() != ':') {
                throw malformed("':' is missing after the key " + key);
            }
            at++;
            char next = flowContent();
            Object value = next == ',' || next == '}' ? null : flowValue();
            if (mapping.containsKey(key)) {
                at = start;
                throw malformed("the key " + key + " occurs twice");
            }
            mapping.put(key, value);
            separator('}');
        }
        at++;
        return mapping;
    }

    private List<Object> flowSequence() {
        List<Object> sequence = new ArrayList<>();
        lines.put(sequence, lineAt(at));
        at++;
        while (flowContent() != ']') {
            sequence.add(flowValue());
            separator(']');
        }
        at++;
        return sequence;
    }

    private void checkFlowStart() {
        checkStart();
        char first = peek();
        if (first == '?' || first == ':' || (first == '-' && FLOW.indexOf(text.charAt(at + 1)) >= 0)) {
            throw malformed("a text that starts with " + first + " must be quoted here");
        }
    }

    private void separator(char end) {
        char c = flowContent();
        if (c == ',') {
            at++;
        } else if (c != end) {
            throw malformed("',' or '" + end + "' is missing");
        }
    }

    private Object flowValue() {
        char first = peek();
        if (first == '{' || first == '[') {
            return flow();
        }
        if (first == '"' || first == '\'') {
            return quoted();
        }
        checkFlowStart();
        return core(plain(true));
    }

    /** Skips white space and comments inside a flow collection, and returns the next character. */
    private char flowContent() {
        while (at < text.length()) {
            char c = peek();
            if (c == '#' && " \t\n".indexOf(text.charAt(at - 1)) >= 0) {
                skipLine();
            } else if (c == ' ' || c == '\t' || c == '\n') {
                at++;
            } else if (column() == 0 && (isMarker("---") || isMarker("..."))) {
                throw malformed("a file has one document");
            } else {
                return c;
            }
        }
        throw malformed("a bracket is not closed");
    }
}
