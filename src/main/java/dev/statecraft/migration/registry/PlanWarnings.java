package dev.statecraft.migration.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.MigrationOperation;
import dev.statecraft.migration.definition.Transformation;
import dev.statecraft.migration.expression.ErrorText;
import dev.statecraft.replication.state.StatePath;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds changes of expressions that may be unintended: a list that became a single value, a changed JSON type, a
 * removed member. Operations other than {@code compute} are not checked, because they name what they change.
 */
final class PlanWarnings {

    /** Maximum number of distinct paths. A state with a key for each item has many. */
    private static final int MOST_PLACES = 1_000;

    private final Definition definition;
    private final Map<Place, Seen> places = new LinkedHashMap<>();

    PlanWarnings(Definition definition) {
        this.definition = definition;
    }

    private record Place(PlanWarning.Code code, String path, String change) {}

    private static final class Seen {
        private final String example;
        private int count;

        private Seen(String example) {
            this.example = example;
        }
    }

    /** Adds the changes of one record. */
    void compare(String id, ObjectNode before, ObjectNode after) {
        Set<Place> found = new HashSet<>();
        if (definition.up() instanceof Transformation.Expressed) {
            members(before, after, "", found);
        } else if (definition.up() instanceof Transformation.Operated operated) {
            for (MigrationOperation operation : operated.sequence().operations()) {
                if (operation instanceof MigrationOperation.Compute compute) {
                    StatePath path = compute.path();
                    values(path.in(before), path.in(after), pointer(path), found);
                }
            }
        }
        for (Place place : found) {
            Seen seen = places.get(place);
            if (seen == null && places.size() < MOST_PLACES) {
                seen = new Seen(id);
                places.put(place, seen);
            }
            if (seen != null) {
                seen.count++;
            }
        }
    }

    /** At most {@code limit} warnings, the most frequent first. */
    List<PlanWarning> most(int limit) {
        return places.entrySet().stream()
                .map(found -> warning(found.getKey(), found.getValue()))
                .sorted(Comparator.comparingInt(PlanWarning::count)
                        .reversed()
                        .thenComparing(PlanWarning::path)
                        .thenComparing(PlanWarning::code))
                .limit(limit)
                .toList();
    }

    private static PlanWarning warning(Place place, Seen seen) {
        String message =
                switch (place.code()) {
                    case LIST_BECAME_VALUE -> "A list became " + place.change() + ".";
                    case TYPE_CHANGED -> "The type changed from " + place.change() + ".";
                    case MEMBER_REMOVED ->
                        "The member is absent from the new state. An expression returns the whole new state;"
                                + " merge(state, {...}) keeps the members that it does not name.";
                    case NOT_PLANNED -> throw new IllegalArgumentException("not a change of a record");
                };
        return new PlanWarning(place.code(), ErrorText.bounded(place.path()), message, seen.count, seen.example);
    }

    private static void members(JsonNode before, JsonNode after, String path, Set<Place> found) {
        before.properties()
                .forEach(member -> values(
                        member.getValue(), after.get(member.getKey()), path + "/" + escaped(member.getKey()), found));
    }

    private static void values(@Nullable JsonNode before, @Nullable JsonNode after, String path, Set<Place> found) {
        if (before == null || before.isNull()) {
            return;
        }
        if (after == null) {
            found.add(new Place(PlanWarning.Code.MEMBER_REMOVED, path, ""));
        } else if (before.isObject() && after.isObject()) {
            members(before, after, path, found);
        } else if (before.isArray() && after.isArray()) {
            for (int i = 0; i < Math.min(before.size(), after.size()); i++) {
                elements(before.get(i), after.get(i), path + "/*", found);
            }
        } else if (before.isArray() && !after.isContainerNode()) {
            found.add(new Place(PlanWarning.Code.LIST_BECAME_VALUE, path, type(after)));
        } else if (before.getNodeType() != after.getNodeType() && !(isEmpty(before) && after.isContainerNode())) {
            found.add(new Place(PlanWarning.Code.TYPE_CHANGED, path, type(before) + " to " + type(after)));
        }
    }

    /** Elements of lists may move, so removed members of elements are not reported. */
    private static void elements(JsonNode before, JsonNode after, String path, Set<Place> found) {
        if (!(before.isObject() && after.isObject())) {
            values(before, after, path, found);
        }
    }

    /** Luau serializes an empty object as an empty list. */
    private static boolean isEmpty(JsonNode value) {
        return value.isContainerNode() && value.isEmpty();
    }

    private static String type(JsonNode value) {
        return value.isArray() ? "a list" : value.isNull() ? "null" : article(value);
    }

    private static String article(JsonNode value) {
        String type = value.getNodeType().name().toLowerCase(Locale.ROOT);
        return (type.startsWith("o") ? "an " : "a ") + type;
    }

    private static String pointer(StatePath path) {
        StringBuilder pointer = new StringBuilder();
        path.tokens().forEach(token -> pointer.append('/').append(escaped(token)));
        return pointer.toString();
    }

    private static String escaped(String token) {
        return token.replace("~", "~0").replace("/", "~1");
    }
}
