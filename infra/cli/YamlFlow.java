import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the flow collections of {@link Yaml}, which include JSON. */
final class YamlFlow {

    private final YamlCursor cursor;
    private final YamlScalars scalars;
    private final Map<Object, Integer> lines;

    YamlFlow(YamlCursor cursor, YamlScalars scalars, Map<Object, Integer> lines) {
        this.cursor = cursor;
        this.scalars = scalars;
        this.lines = lines;
    }

    /** Reads the collection at the current position. */
    Object flow() {
        cursor.enter();
        Object value = cursor.peek() == '{' ? flowMapping() : flowSequence();
        cursor.leave();
        return value;
    }

    private Map<String, Object> flowMapping() {
        Map<String, Object> mapping = new LinkedHashMap<>();
        lines.put(mapping, cursor.lineAt(cursor.at));
        cursor.at++;
        while (flowContent() != '}') {
            int start = cursor.at;
            boolean isQuoted = cursor.peek() == '"' || cursor.peek() == '\'';
            if (!isQuoted) {
                checkFlowStart();
            }
            String key = isQuoted ? scalars.quoted() : scalars.plain(true);
            if (key.isEmpty() && !isQuoted) {
                throw cursor.malformed("the key is missing");
            }
            if (flowContent() != ':') {
                throw cursor.malformed("':' is missing after the key " + key);
            }
            cursor.at++;
            char next = flowContent();
            Object value = next == ',' || next == '}' ? null : flowValue();
            if (mapping.containsKey(key)) {
                cursor.at = start;
                throw cursor.malformed("the key " + key + " occurs twice");
            }
            mapping.put(key, value);
            separator('}');
        }
        cursor.at++;
        return mapping;
    }

    private List<Object> flowSequence() {
        List<Object> sequence = new ArrayList<>();
        lines.put(sequence, cursor.lineAt(cursor.at));
        cursor.at++;
        while (flowContent() != ']') {
            sequence.add(flowValue());
            separator(']');
        }
        cursor.at++;
        return sequence;
    }

    private void checkFlowStart() {
        scalars.checkStart();
        char first = cursor.peek();
        if (first == '?'
                || first == ':'
                || (first == '-' && YamlScalars.FLOW.indexOf(cursor.text.charAt(cursor.at + 1)) >= 0)) {
            throw cursor.malformed("a text that starts with " + first + " must be quoted here");
        }
    }

    private void separator(char end) {
        char c = flowContent();
        if (c == ',') {
            cursor.at++;
        } else if (c != end) {
            throw cursor.malformed("',' or '" + end + "' is missing");
        }
    }

    private Object flowValue() {
        char first = cursor.peek();
        if (first == '{' || first == '[') {
            return flow();
        }
        if (first == '"' || first == '\'') {
            return scalars.quoted();
        }
        checkFlowStart();
        return scalars.core(scalars.plain(true));
    }

    /** Skips white space and comments inside a flow collection, and returns the next character. */
    private char flowContent() {
        while (cursor.at < cursor.text.length()) {
            char c = cursor.peek();
            if (c == '#' && " \t\n".indexOf(cursor.text.charAt(cursor.at - 1)) >= 0) {
                cursor.skipLine();
            } else if (c == ' ' || c == '\t' || c == '\n') {
                cursor.at++;
            } else if (cursor.column() == 0 && (cursor.isMarker("---") || cursor.isMarker("..."))) {
                throw cursor.malformed("a file has one document");
            } else {
                return c;
            }
        }
        throw cursor.malformed("a bracket is not closed");
    }
}
