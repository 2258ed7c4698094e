import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The content of a configuration file. A section that the file omits is null, and what it would describe is left alone.
 *
 * @param entityTypes the bodies of {@code PUT /v1/entity-types/{type}} by type
 * @param leaderboards the bodies of {@code PUT /v1/leaderboards/{board}} by board
 * @param migrations the bodies of {@code POST /v1/migrations} by version
 */
record Configuration(
        String file,
        Yaml.Document document,
        Map<String, Map<String, Object>> entityTypes,
        Map<String, Map<String, Object>> leaderboards,
        Map<String, Map<String, Object>> migrations) {

    static final String ENTITY_TYPES = "entityTypes";
    static final String LEADERBOARDS = "leaderboards";
    static final String MIGRATIONS = "migrations";

    /** Reads a file, or the standard input for {@code -}. Throws {@link Rejected} with the line of an error. */
    static Configuration read(String file, InputStream in) {
        Yaml.Document document = document(file, in);
        if (!(document.value() instanceof Map<?, ?> root)) {
            throw new Rejected(file + ": the file is not a mapping with " + sections());
        }
        for (Object name : root.keySet()) {
            if (!List.of(ENTITY_TYPES, LEADERBOARDS, MIGRATIONS).contains(name)) {
                throw new Rejected(file + ": unknown section " + name + "; the sections are " + sections());
            }
        }
        return new Configuration(
                file,
                document,
                named(file, document, root, ENTITY_TYPES),
                named(file, document, root, LEADERBOARDS),
                migrations(file, document, root));
    }

    /** Reads a YAML or JSON file, or the standard input for {@code -}. */
    static Yaml.Document document(String file, InputStream in) {
        try {
            String text = file.equals("-")
                    ? new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    : Files.readString(Path.of(file));
            return Yaml.read(text);
        } catch (CharacterCodingException e) {
            throw new Rejected("cannot read " + file + ": it is not UTF-8");
        } catch (IOException e) {
            throw new Rejected("cannot read " + file + ": " + e.getMessage());
        } catch (Yaml.Malformed e) {
            throw new Rejected(file + ":" + e.line + ": " + e.getMessage());
        }
    }

    private static String sections() {
        return ENTITY_TYPES + ", " + LEADERBOARDS + ", " + MIGRATIONS;
    }

    private static Map<String, Map<String, Object>> named(
            String file, Yaml.Document document, Map<?, ?> root, String section) {
        if (!root.containsKey(section)) {
            return null;
        }
        Map<String, Map<String, Object>> found = new LinkedHashMap<>();
        if (root.get(section) == null) {
            return found;
        }
        if (!(root.get(section) instanceof Map<?, ?> all)) {
            throw new Rejected(
                    file + ":" + document.line(root.get(section)) + ": " + section + " is not a mapping by name");
        }
        all.forEach((name, body) -> {
            if (!(body instanceof Map)) {
                throw new Rejected(file + ":" + document.line(all) + ": " + section + "." + name + " is not a mapping");
            }
            found.put(String.valueOf(name), object(body));
        });
        return found;
    }

    private static Map<String, Map<String, Object>> migrations(String file, Yaml.Document document, Map<?, ?> root) {
        if (!root.containsKey(MIGRATIONS)) {
            return null;
        }
        Map<String, Map<String, Object>> found = new LinkedHashMap<>();
        if (root.get(MIGRATIONS) == null) {
            return found;
        }
        if (!(root.get(MIGRATIONS) instanceof List<?> all)) {
            throw new Rejected(file + ":" + document.line(root.get(MIGRATIONS)) + ": migrations is not a sequence");
        }
        for (Object migration : all) {
            String at = file + ":" + document.line(migration == null ? all : migration) + ": ";
            if (!(migration instanceof Map<?, ?> body)) {
                throw new Rejected(at + "a migration is not a mapping");
            }
            if (!(body.get("version") instanceof String version)) {
                throw new Rejected(
                        at + "a migration needs a version that is a text, such as 1.1.0; quote it if needed");
            }
            if (found.put(version, object(migration)) != null) {
                throw new Rejected(at + "the migration " + version + " occurs twice");
            }
        }
        return found;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object body) {
        return (Map<String, Object>) body;
    }

    /** The place of a described thing, for messages: {@code file:line}. */
    String place(Object body) {
        return file + ":" + document.line(body);
    }

    /** A copy of an object without some of its members and those that are null; empty for null. */
    static Map<String, Object> without(Object object, List<String> names) {
        Map<String, Object> copy = new LinkedHashMap<>();
        ((Map<?, ?>) (object == null ? Map.of() : object)).forEach((name, value) -> {
            if (value != null && !names.contains(name)) {
                copy.put(String.valueOf(name), value);
            }
        });
        return copy;
    }

    /** The members of an object that differ from those of another one; {@code kept} is the first of them in any case. */
    static Map<String, Object> different(Map<String, Object> object, Map<String, Object> other, String kept) {
        Map<String, Object> different = new LinkedHashMap<>();
        different.put(kept, object.get(kept));
        new ArrayList<>(object.keySet())
                .stream()
                        .filter(name -> !Json.equal(object.get(name), other.get(name)))
                        .forEach(name -> different.put(name, object.get(name)));
        return different;
    }
}
