import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Writes values of {@link Json} as YAML of the subset that {@link Yaml} reads. */
final class YamlWriter {

    /** Texts that are plain scalars without another meaning; every other text is quoted. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_/][A-Za-z0-9_./()<>=+-]*( [A-Za-z0-9_./()<>=+-]+)*");

    /** Plain scalars that other YAML versions read as something else. */
    private static final Pattern WORDS = Pattern.compile("(?i)true|false|null|yes|no|on|off|y|n");

    private static final Pattern VERSION = Pattern.compile("[0-9]+\\.[0-9]+\\.[0-9]+");

    private final StringBuilder out = new StringBuilder();

    private YamlWriter() {}

    /** Writes a value as a document. */
    static String write(Object value) {
        YamlWriter writer = new YamlWriter();
        if (isBlock(value)) {
            writer.block(value, 0);
        } else {
            writer.scalar(value, 0);
        }
        return writer.out.toString();
    }

    private static boolean isBlock(Object value) {
        return (value instanceof Map<?, ?> map && !map.isEmpty()) || (value instanceof List<?> list && !list.isEmpty());
    }

    /** Writes a collection that is not empty; its first line is at the current position, the others are indented. */
    private void block(Object value, int indent) {
        boolean first = true;
        if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                start(first, indent);
                first = false;
                out.append(text(String.valueOf(entry.getKey()))).append(':');
                member(entry.getValue(), indent);
            }
            return;
        }
        for (Object element : (List<?>) value) {
            start(first, indent);
            first = false;
            out.append('-');
            if (isBlock(element)) {
                out.append(' ');
                block(element, indent + 2);
            } else {
                out.append(' ');
                scalar(element, indent);
            }
        }
    }

    private void start(boolean first, int indent) {
        if (!first) {
            out.append(" ".repeat(indent));
        }
    }

    private void member(Object value, int indent) {
        if (isBlock(value)) {
            out.append('\n').append(" ".repeat(indent + 2));
            block(value, indent + 2);
        } else {
            out.append(' ');
            scalar(value, indent);
        }
    }

    private void scalar(Object value, int indent) {
        if (value instanceof Map) {
            out.append("{}\n");
        } else if (value instanceof List) {
            out.append("[]\n");
        } else if (value instanceof String string) {
            if (isLiteral(string)) {
                literal(string, indent + 2);
            } else {
                out.append(text(string)).append('\n');
            }
        } else {
            out.append(Json.write(value)).append('\n');
        }
    }

    private static String text(String string) {
        boolean plain = VERSION.matcher(string).matches()
                || (PLAIN.matcher(string).matches() && !WORDS.matcher(string).matches());
        return plain ? string : quoted(string);
    }

    private static String quoted(String string) {
        StringBuilder escaped = new StringBuilder();
        for (char c : Json.write(string).toCharArray()) {
            boolean printable = !Character.isISOControl(c) && "\uFEFF\uFFFE\uFFFF\u2028\u2029".indexOf(c) < 0;
            escaped.append(
                    printable && !Character.isSurrogate(c) ? String.valueOf(c) : String.format("\\u%04x", (int) c));
        }
        return escaped.toString();
    }

    /** Whether a text of several lines can be written as a literal block. */
    private static boolean isLiteral(String string) {
        return string.strip().contains("\n")
                && !" \n\t".contains(string.substring(0, 1))
                && string.lines().noneMatch(line -> line.endsWith(" ") || line.endsWith("\t"))
                && string.chars().allMatch(c -> c == '\n' || (c >= ' ' && c < 0x7F));
    }

    private void literal(String string, int indent) {
        boolean ends = string.endsWith("\n");
        out.append(ends ? string.endsWith("\n\n") ? "|+" : "|" : "|-").append('\n');
        for (String line : (ends ? string.substring(0, string.length() - 1) : string).split("\n", -1)) {
            out.append(line.isEmpty() ? "" : " ".repeat(indent) + line).append('\n');
        }
    }
}
