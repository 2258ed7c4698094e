package dev.statecraft.testing.dynamo.expression;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
        return steps.get(0).resolved(placeholders);
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
    public static void requireDisjoint(Expression<List<DocumentPath>> projection, Placeholders placeholders) {
        if (projection.tree().size() > 1) {
            requireDisjoint(projection.parameter(), projection.tree(), placeholders);
        }
    }

    /** The part of an item at some paths. */
    public static Map<String, AttributeValue> project(
            Map<String, AttributeValue> item, List<DocumentPath> paths, Placeholders placeholders) {
        Map<String, AttributeValue> part = new HashMap<>();
        for (DocumentPath path : paths) {
            AttributeValue value = path.in(item, placeholders);
            if (value != null) {
                String name = path.attribute(placeholders);
                part.put(name, path.wrapped(part.get(name), value, 1, placeholders));
            }
        }
        return part;
    }

    /** The value inside the maps and lists of the path's steps, merged with what other paths have selected. */
    private AttributeValue wrapped(
            @Nullable AttributeValue there, AttributeValue value, int step, Placeholders placeholders) {
        if (step == steps.size()) {
            return value;
        }
        String name = steps.get(step).resolved(placeholders);
        if (name == null) {
            List<AttributeValue> list = there == null ? new ArrayList<>() : new ArrayList<>(there.l());
            list.add(wrapped(null, value, step + 1, placeholders));
            return AttributeValue.fromL(list);
        }
        Map<String, AttributeValue> map = there == null ? new HashMap<>() : new HashMap<>(there.m());
        map.put(name, wrapped(map.get(name), value, step + 1, placeholders));
        return AttributeValue.fromM(map);
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
