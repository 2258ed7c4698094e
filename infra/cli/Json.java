import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** A small JSON reader and writer: objects are maps, arrays are lists, numbers are {@link BigDecimal}. */
final class Json {

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /**
     * Reads a JSON text.
     *
     * @throws IllegalArgumentException if it is not JSON
     */
    static Object read(String text) {
        Json json = new Json(text);
        try {
            Object value = json.value();
            json.space();
            if (json.at < text.length()) {
                throw new IllegalArgumentException("content after the JSON value");
            }
            return value;
        } catch (StringIndexOutOfBoundsException e) {
            throw new IllegalArgumentException("incomplete JSON", e);
        }
    }

    /** Writes a value as JSON without white space. */
    static String write(Object value) {
        if (value instanceof Map<?, ?> object) {
            List<String> members = new ArrayList<>();
            object.forEach((name, member) -> members.add(write(String.valueOf(name)) + ":" + write(member)));
            return "{" + String.join(",", members) + "}";
        }
        if (value instanceof List<?> list) {
            return "[" + String.join(",", list.stream().map(Json::write).toList()) + "]";
        }
        if (value instanceof String string) {
            StringBuilder quoted = new StringBuilder("\"");
            for (char c : string.toCharArray()) {
                if (c == '"' || c == '\\') {
                    quoted.append('\\').append(c);
                } else if (c < ' ') {
                    quoted.append(String.format("\\u%04x", (int) c));
                } else {
                    quoted.append(c);
                }
            }
            return quoted.append('"').toString();
        }
        return value instanceof BigDecimal number ? plain(number) : String.valueOf(value);
    }

    /** The member of an object; null if there is none, or if the value is not an object. */
    static Object member(Object json, String name) {
        return json instanceof Map<?, ?> object ? object.get(name) : null;
    }

    /** The text of a member; {@code otherwise} if there is none. */
    static String text(Object json, String name, String otherwise) {
        Object value = member(json, name);
        return value instanceof BigDecimal number ? plain(number) : value == null ? otherwise : String.valueOf(value);
    }

    /** The number of a member; 0 if there is none. */
    static double number(Object json, String name) {
        return member(json, name) instanceof BigDecimal number ? number.doubleValue() : 0;
    }

    /** The list of a member; empty if there is none. */
    static List<?> list(Object json, String name) {
        return member(json, name) instanceof List<?> list ? list : List.of();
    }

    /** Whether two values are equal JSON; 1 equals 1.0. */
    static boolean equal(Object one, Object other) {
        if (one instanceof BigDecimal number && other instanceof BigDecimal second) {
            return number.compareTo(second) == 0;
        }
        if (one instanceof Map<?, ?> object && other instanceof Map<?, ?> second) {
            return object.keySet().equals(second.keySet())
                    && object.keySet().stream().allMatch(name -> equal(object.get(name), second.get(name)));
        }
        if (one instanceof List<?> list && other instanceof List<?> second) {
            return list.size() == second.size()
                    && IntStream.range(0, list.size()).allMatch(i -> equal(list.get(i), second.get(i)));
        }
        return Objects.equals(one, other);
    }

    private static String plain(BigDecimal number) {
        BigDecimal shortest = number.stripTrailingZeros();
        return Math.abs(shortest.scale()) > 20 ? shortest.toString() : shortest.toPlainString();
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private boolean take(char expected) {
        space();
        if (text.charAt(at) != expected) {
            return false;
        }
        at++;
        return true;
    }

    private void need(char expected) {
        if (!take(expected)) {
            throw new IllegalArgumentException(expected + " is missing at " + at);
        }
    }

    private Object value() {
        space();
        char first = text.charAt(at);
        return switch (first) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            default -> word();
        };
    }

    private Map<String, Object> object() {
        Map<String, Object> object = new LinkedHashMap<>();
        need('{');
        if (take('}')) {
            return object;
        }
        do {
            space();
            String name = string();
            need(':');
            object.put(name, value());
        } while (take(','));
        need('}');
        return object;
    }

    private List<Object> array() {
        List<Object> array = new ArrayList<>();
        need('[');
        if (take(']')) {
            return array;
        }
        do {
            array.add(value());
        } while (take(','));
        need(']');
        return array;
    }

    private String string() {
        need('"');
        StringBuilder string = new StringBuilder();
        while (text.charAt(at) != '"') {
            char c = text.charAt(at++);
            if (c != '\\') {
                string.append(c);
                continue;
            }
            char escaped = text.charAt(at++);
            switch (escaped) {
                case 'n' -> string.append('\n');
                case 't' -> string.append('\t');
                case 'r' -> string.append('\r');
                case 'b' -> string.append('\b');
                case 'f' -> string.append('\f');
                case 'u' -> {
                    string.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
                    at += 4;
                }
                default -> string.append(escaped);
            }
        }
        at++;
        return string.toString();
    }

    private Object word() {
        int from = at;
        while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String word = text.substring(from, at);
        return switch (word) {
            case "true" -> Boolean.TRUE;
            case "false" -> Boolean.FALSE;
            case "null" -> null;
            default -> new BigDecimal(word);
        };
    }
}
