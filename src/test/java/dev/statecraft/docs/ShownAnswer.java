package dev.statecraft.docs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Compares the answer that a page shows with the answer of the application. Members that are not shown are allowed. A
 * text that ends with "…" matches by prefix, a shown time matches any time, and a list whose last element is "…" matches
 * by its first elements.
 */
final class ShownAnswer {

    static final String ANYTHING = "…";

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Pattern TIME = Pattern.compile("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?Z");

    private ShownAnswer() {}

    /**
     * Reads the JSON documents of a text, which whitespace separates.
     *
     * @throws JsonProcessingException if the text is not a sequence of JSON documents
     */
    static List<JsonNode> documents(String text) throws JsonProcessingException {
        try (MappingIterator<JsonNode> all = JSON.readerFor(JsonNode.class).readValues(text)) {
            return all.readAll();
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException e) {
            throw new IllegalStateException("A string cannot fail to be read", e);
        }
    }

    /** The first difference between what a page shows and the answer; empty if they match. */
    static Optional<String> difference(JsonNode shown, JsonNode actual) {
        return difference("", shown, actual);
    }

    private static Optional<String> difference(String at, JsonNode shown, JsonNode actual) {
        if (shown.isObject() && actual.isObject()) {
            for (Map.Entry<String, JsonNode> member : shown.properties()) {
                String path = at + "/" + member.getKey();
                if (!actual.has(member.getKey())) {
                    return Optional.of(path + " is missing in " + actual);
                }
                Optional<String> found = difference(path, member.getValue(), actual.get(member.getKey()));
                if (found.isPresent()) {
                    return found;
                }
            }
            return Optional.empty();
        }
        if (shown.isArray() && actual.isArray()) {
            return elementsDiffer(at, shown, actual);
        }
        boolean same = (shown.isTextual() && actual.isTextual())
                ? textMatches(shown.asText(), actual.asText())
                : (shown.isNumber() && actual.isNumber())
                        ? shown.decimalValue().compareTo(actual.decimalValue()) == 0
                        : shown.equals(actual);
        return same ? Optional.empty() : Optional.of(at + " is shown as " + shown + " but is " + actual);
    }

    private static Optional<String> elementsDiffer(String at, JsonNode shown, JsonNode actual) {
        boolean open = !shown.isEmpty() && shown.get(shown.size() - 1).asText().equals(ANYTHING);
        int size = open ? shown.size() - 1 : shown.size();
        if (open ? actual.size() < size : actual.size() != size) {
            return Optional.of(at + " is shown with " + size + " elements but has " + actual.size() + ": " + actual);
        }
        for (int i = 0; i < size; i++) {
            Optional<String> found = difference(at + "/" + i, shown.get(i), actual.get(i));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static boolean textMatches(String shown, String actual) {
        if (TIME.matcher(shown).matches() && TIME.matcher(actual).matches()) {
            return true;
        }
        return shown.endsWith(ANYTHING)
                ? actual.startsWith(shown.substring(0, shown.length() - ANYTHING.length()))
                : shown.equals(actual);
    }

    /** Whether plain output has the shown lines; a shown line "…" stands for any lines. */
    static boolean linesMatch(String shown, String actual) {
        List<String> expected =
                shown.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
        List<String> found = actual.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        List<String> pattern = new ArrayList<>();
        expected.forEach(line -> pattern.add(line.equals(ANYTHING) ? "(?:.*\n)*" : Pattern.quote(line) + "\n"));
        return (String.join("\n", found) + "\n").matches(String.join("", pattern));
    }
}
