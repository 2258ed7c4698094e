import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The differences between two values of {@link Json}, field by field. */
final class Differences {

    private static final int MAX_LENGTH = 200;

    private final List<String> lines = new ArrayList<>();

    private Differences() {}

    /** One line for each field that differs: {@code path: before -> after}. */
    static List<String> between(Object before, Object after) {
        Differences differences = new Differences();
        differences.compare("", before, after);
        return differences.lines;
    }

    /** One line for each field of a new value: {@code path: value}. */
    static List<String> fields(Map<?, ?> added) {
        List<String> lines = new ArrayList<>();
        added.forEach((name, value) -> lines.add(name + ": " + shown(value)));
        return lines;
    }

    private void compare(String path, Object before, Object after) {
        if (Json.equal(before, after)) {
            return;
        }
        if (before instanceof Map<?, ?> old && after instanceof Map<?, ?> changed) {
            Set<Object> names = new LinkedHashSet<>(old.keySet());
            names.addAll(changed.keySet());
            for (Object name : names) {
                compare(path.isEmpty() ? name.toString() : path + "." + name, old.get(name), changed.get(name));
            }
        } else if (before instanceof List<?> old && after instanceof List<?> changed) {
            for (int i = 0; i < Math.max(old.size(), changed.size()); i++) {
                compare(
                        path + "[" + i + "]",
                        i < old.size() ? old.get(i) : null,
                        i < changed.size() ? changed.get(i) : null);
            }
        } else {
            lines.add(path + ": " + shown(before) + " -> " + shown(after));
        }
    }

    private static String shown(Object value) {
        String json = value == null ? "(none)" : Json.write(value);
        return json.length() <= MAX_LENGTH ? json : json.substring(0, MAX_LENGTH) + "…";
    }
}
