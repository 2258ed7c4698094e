package dev.statecraft.testing.dynamo.expression;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A path to an attribute, or to a value inside it: {@code a.b[2].#c}.
 *
 * @param steps first the attribute's name or its placeholder, then names in maps and indexes in lists
 */
public record DocumentPath(List<Step> steps) {

    /**
     * One step: a name, which may be a placeholder, or an index.
     *
     * @param name null for an index
     */
    public record Step(@Nullable String name, int index) {

        @Nullable String resolved(Placeholders placeholders) {
            return name != null && name.charAt(0) == '#' ? placeholders.name(name) : name;
        }
    }

    /** The name of the attribute. */
    public String attribute(Placeholders placeholders) {
        return Objects.requireNonNull(steps.get(0).resolved(placeholders));
    }

    /** Whether the path is an attribute, not a value inside it. */
    public boolean isAttribute() {
        return steps.size() == 1;
    }

    /** The value at the path; null if there is none. */
    public @Nullable AttributeValue in(Map<String, AttributeValue> item, Placeholders placeholders) {
        @Nullable AttributeValue value = item.get(attribute(placeholders));
        for (int i = 1; i < steps.size() && value != null; i++) {
            value = child(value, steps.get(i), placeholders);
        }
        return value;
    }

    /** The path without placeholders: names as strings, indexes as integers. */
    List<Object> resolved(Placeholders placeholders) {
        List<Object> resolved = new ArrayList<>(steps.size());
        for (Step step : steps) {
            String name = step.resolved(placeholders);
            resolved.add(name == null ? (Object) step.index() : name);
        }
        return resolved;
    }

    /** Rejects two paths of which one contains the other. */
    static void requireDisjoint(String parameter, List<DocumentPath> paths, Placeholders placeholders) {
        List<List<Object>> seen = new ArrayList<>();
        for (DocumentPath path : paths) {
            List<Object> resolved = path.resolved(placeholders);
            for (List<Object> other : seen) {
                int common = 0;
                int shorter = Math.min(other.size(), resolved.size());
                while (common < shorter && other.get(common).equals(resolved.get(common))) {
                    common++;
                }
                if (common == shorter) {
                    throw DynamoErrors.invalid("Invalid " + parameter + ": Two document paths overlap with each other;"
                            + " must remove or rewrite one of these paths; path one: " + other + ", path two: "
                            + resolved);
                }
                if (common > 0
                        && other.get(common).getClass() != resolved.get(common).getClass()) {
                    throw DynamoErrors.invalid("Invalid " + parameter + ": Two document paths conflict with each other;"
                            + " must remove or rewrite one of these paths; path one: " + other + ", path two: "
                            + resolved);
                }
            }
            seen.add(resolved);
        }
    }

    /** Rejects a projection whose paths overlap. */
    public static void requireDisjoint(ItemExpression<List<DocumentPath>> projection, Placeholders placeholders) {
        if (projection.tree().size() > 1) {
            requireDisjoint(projection.parameter(), projection.tree(), placeholders);
        }
    }

    /** The part of an item at some paths. Elements of a list keep their order. */
    public static Map<String, AttributeValue> project(
            Map<String, AttributeValue> item, List<DocumentPath> paths, Placeholders placeholders) {
        Map<String, AttributeValue> part = new HashMap<>();
        Map<String, List<List<Object>>> inside = new HashMap<>();
        for (DocumentPath path : paths) {
            String name = path.attribute(placeholders);
            if (path.isAttribute()) {
                AttributeValue value = item.get(name);
                if (value != null) {
                    part.put(name, value);
                }
            } else {
                List<Object> steps = path.resolved(placeholders);
                inside.computeIfAbsent(name, key -> new ArrayList<>()).add(steps.subList(1, steps.size()));
            }
        }
        inside.forEach((name, steps) -> {
            AttributeValue value = part(item.get(name), steps);
            if (value != null) {
                part.put(name, value);
            }
        });
        return part;
    }

    /** The attributes that changed paths return: a list is returned as a whole. */
    public static List<DocumentPath> untilLists(List<DocumentPath> paths) {
        List<DocumentPath> cut = new ArrayList<>();
        for (DocumentPath path : paths) {
            int end = 1;
            while (end < path.steps.size() && path.steps.get(end).name() != null) {
                end++;
            }
            cut.add(new DocumentPath(path.steps.subList(0, end)));
        }
        return cut;
    }

    /** The part of a value at some paths below it; null if there is none. */
    private static @Nullable AttributeValue part(@Nullable AttributeValue value, List<List<Object>> paths) {
        if (value == null || paths.stream().anyMatch(List::isEmpty)) {
            return value;
        }
        Map<Object, List<List<Object>>> byStep = new TreeMap<>(DocumentPath::compareSteps);
        for (List<Object> path : paths) {
            byStep.computeIfAbsent(path.get(0), step -> new ArrayList<>()).add(path.subList(1, path.size()));
        }
        Map<String, AttributeValue> map = new HashMap<>();
        List<AttributeValue> list = new ArrayList<>();
        byStep.forEach((step, rest) -> {
            if (step instanceof String name && value.type() == AttributeValue.Type.M) {
                AttributeValue inner = part(value.m().get(name), rest);
                if (inner != null) {
                    map.put(name, inner);
                }
            } else if (step instanceof Integer index && value.type() == AttributeValue.Type.L) {
                AttributeValue inner = index < value.l().size() ? part(value.l().get(index), rest) : null;
                if (inner != null) {
                    list.add(inner);
                }
            }
        });
        if (map.isEmpty() && list.isEmpty()) {
            return null;
        }
        return list.isEmpty() ? AttributeValue.fromM(map) : AttributeValue.fromL(list);
    }

    private static int compareSteps(Object a, Object b) {
        if (a instanceof Integer first && b instanceof Integer second) {
            return Integer.compare(first, second);
        }
        return a.toString().compareTo(b.toString());
    }

    private static @Nullable AttributeValue child(AttributeValue value, Step step, Placeholders placeholders) {
        String name = step.resolved(placeholders);
        if (name != null) {
            return value.type() == AttributeValue.Type.M ? value.m().get(name) : null;
        }
        boolean there = value.type() == AttributeValue.Type.L
                && step.index() < value.l().size();
        return there ? value.l().get(step.index()) : null;
    }
}
