package dev.statecraft.replication.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.replication.state.JsonValues;
import dev.statecraft.replication.state.StatePath;
import dev.statecraft.replication.type.EntityType;
import dev.statecraft.replication.type.MergeRule;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Merges two values of a path by the rules of an entity type, and records each decision.
 *
 * <p>Objects are merged key by key. A key that only one side changed gets the value of that side, a key that only the
 * sent object has is added, and a key that both changed is merged recursively. If no rule fits: the larger number wins,
 * booleans are combined with OR, lists with UNION, and the stored value of any other type stays.
 *
 * <p>MAX, MIN, OR and UNION are commutative, associative and idempotent. For UNION this holds for the set of elements;
 * the stored elements come first, in their order. A missing value is the neutral element of these rules and of SUM.
 */
final class ValueMerge {

    private final EntityType type;
    private final ObjectNode arrival;
    private final List<Conflict> decisions;

    ValueMerge(EntityType type, ObjectNode arrival, List<Conflict> decisions) {
        this.type = type;
        this.arrival = arrival;
        this.decisions = decisions;
    }

    /** The result of a rule is outside the range of numbers. Ends the merge. */
    static final class OutOfRange extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient StatePath path;
        private final String reason;

        OutOfRange(StatePath path, String reason) {
            super(reason, null, false, false);
            this.path = path;
            this.reason = reason;
        }

        StatePath path() {
            return path;
        }

        String reason() {
            return reason;
        }
    }

    /** Records a conflict without a resolution and returns the stored value. */
    @Nullable JsonNode unresolved(StatePath path, Optional<JsonNode> base, @Nullable JsonNode ours, @Nullable JsonNode theirs) {
        decisions.add(new Conflict(path.toString(), seen(base), ours, theirs, null, null));
        return ours;
    }

    /** Returns the value of one side. {@code rule} is SERVER, CLIENT or LATEST. */
    @Nullable JsonNode oneSide(
            StatePath path,
            Optional<JsonNode> base,
            @Nullable JsonNode ours,
            @Nullable JsonNode theirs,
            MergeRule rule) {
        boolean client = rule == MergeRule.CLIENT || (rule == MergeRule.LATEST && isUpdateLater(path, ours));
        return decision(path, base, ours, theirs, rule, client ? theirs : ours);
    }

    /** Merges by the rule of the path, or by the default for the JSON types of the values. */
    @Nullable JsonNode merged(StatePath path, Optional<JsonNode> base, @Nullable JsonNode ours, @Nullable JsonNode theirs) {
        MergeRule rule = type.ruleFor(path);
        if (rule == MergeRule.SERVER || rule == MergeRule.CLIENT || rule == MergeRule.LATEST) {
            return oneSide(path, base, ours, theirs, rule);
        }
        if (ours != null
                && theirs != null
                && isObject(ours)
                && isObject(theirs)
                && (ours.isObject() || theirs.isObject())) {
            return mergedObjects(path, base, ours, theirs);
        }
        if (rule != null) {
            JsonNode result = byRule(path, rule, base, ours, theirs);
            if (result != null) {
                return decision(path, base, ours, theirs, rule, result);
            }
        }
        return byType(path, base, ours, theirs);
    }

    private JsonNode mergedObjects(StatePath path, Optional<JsonNode> base, JsonNode ours, JsonNode theirs) {
        Set<String> keys = new LinkedHashSet<>();
        ours.fieldNames().forEachRemaining(keys::add);
        theirs.fieldNames().forEachRemaining(keys::add);
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        for (String key : keys) {
            JsonNode our = ours.get(key);
            JsonNode their = theirs.get(key);
            Optional<JsonNode> seen = base.map(value -> MergeBase.orMissing(value.get(key)));
            JsonNode value;
            if (JsonValues.alike(our, their)) {
                value = their == null ? our : their;
            } else if (seen.isEmpty() && (our == null || their == null)) {
                value = our == null ? their : our;
            } else if (seen.isPresent() && JsonValues.alike(seen.get(), their)) {
                value = our;
            } else if (seen.isPresent() && JsonValues.alike(seen.get(), our)) {
                value = their;
            } else {
                value = merged(path.child(key), seen, our, their);
            }
            if (value != null) {
                result.set(key, value);
            }
        }
        return result;
    }

    /** Merges two values by a rule; null if the values do not fit the rule. */
    private @Nullable JsonNode byRule(
            StatePath path,
            MergeRule rule,
            Optional<JsonNode> base,
            @Nullable JsonNode ours,
            @Nullable JsonNode theirs) {
        return switch (rule) {
            case MAX, MIN -> isNumberOrMissing(ours) && isNumberOrMissing(theirs) ? extreme(rule, ours, theirs) : null;
            case SUM ->
                isNumberOrMissing(ours)
                                && isNumberOrMissing(theirs)
                                && base.isPresent()
                                && isNumberOrMissing(base.get())
                        ? sum(path, base.get(), ours, theirs)
                        : null;
            case OR ->
                isBooleanOrMissing(ours) && isBooleanOrMissing(theirs)
                        ? BooleanNode.valueOf(isTrue(ours) || isTrue(theirs))
                        : null;
            case UNION -> isListOrMissing(ours) && isListOrMissing(theirs) ? union(ours, theirs) : null;
            case SERVER, CLIENT, LATEST -> throw new IllegalStateException("rule of one side: " + rule);
        };
    }

    private @Nullable JsonNode byType(
            StatePath path, Optional<JsonNode> base, @Nullable JsonNode ours, @Nullable JsonNode theirs) {
        boolean sum = type.ruleFor(path) == MergeRule.SUM;
        if (ours != null && theirs != null) {
            if (ours.isNumber() && theirs.isNumber() && !sum) {
                return decision(path, base, ours, theirs, MergeRule.MAX, extreme(MergeRule.MAX, ours, theirs));
            }
            if (ours.isBoolean() && theirs.isBoolean()) {
                boolean either = isTrue(ours) || isTrue(theirs);
                return decision(path, base, ours, theirs, MergeRule.OR, BooleanNode.valueOf(either));
            }
            if (isListOrMissing(ours) && isListOrMissing(theirs) && ours.isArray()) {
                return decision(path, base, ours, theirs, MergeRule.UNION, union(ours, theirs));
            }
        }
        return JsonValues.alike(ours, null)
                ? decision(path, base, ours, theirs, MergeRule.CLIENT, theirs)
                : decision(path, base, ours, theirs, MergeRule.SERVER, ours);
    }

    private static @Nullable JsonNode extreme(MergeRule rule, @Nullable JsonNode ours, @Nullable JsonNode theirs) {
        if (ours == null || !ours.isNumber() || theirs == null || !theirs.isNumber()) {
            return ours != null && ours.isNumber() ? ours : theirs;
        }
        int order = theirs.decimalValue().compareTo(ours.decimalValue());
        return (rule == MergeRule.MAX ? order > 0 : order < 0) ? theirs : ours;
    }

    private static JsonNode sum(StatePath path, JsonNode base, @Nullable JsonNode ours, @Nullable JsonNode theirs) {
        BigDecimal sum = amount(ours).add(amount(theirs)).subtract(amount(base));
        String refusal = JsonValues.refusal(sum);
        if (refusal != null) {
            throw new OutOfRange(path, refusal);
        }
        return JsonValues.number(sum);
    }

    private static BigDecimal amount(@Nullable JsonNode number) {
        return number != null && number.isNumber() ? number.decimalValue() : BigDecimal.ZERO;
    }

    private static ArrayNode union(@Nullable JsonNode ours, @Nullable JsonNode theirs) {
        ArrayNode union = JsonNodeFactory.instance.arrayNode();
        Set<JsonNode> contained = new HashSet<>();
        if (ours != null) {
            for (JsonNode element : ours) {
                union.add(element);
                contained.add(JsonValues.canonical(element));
            }
        }
        if (theirs != null) {
            for (JsonNode element : theirs) {
                if (contained.add(JsonValues.canonical(element))) {
                    union.add(element);
                }
            }
        }
        return union;
    }

    /** Whether the path was not written after the server received the update. */
    private boolean isUpdateLater(StatePath path, @Nullable JsonNode ours) {
        return JsonValues.alike(path.in(arrival), ours);
    }

    private @Nullable JsonNode decision(
            StatePath path,
            Optional<JsonNode> base,
            @Nullable JsonNode ours,
            @Nullable JsonNode theirs,
            MergeRule rule,
            @Nullable JsonNode result) {
        decisions.add(new Conflict(path.toString(), seen(base), ours, theirs, rule, result));
        return result;
    }

    private static @Nullable JsonNode seen(Optional<JsonNode> base) {
        return base.filter(value -> !JsonValues.isNothing(value)).orElse(null);
    }

    /** Whether a value is an object, or an empty list, which Luau sends for an empty object. */
    private static boolean isObject(@Nullable JsonNode value) {
        return value != null && (value.isObject() || (value.isArray() && value.isEmpty()));
    }

    private static boolean isNumberOrMissing(@Nullable JsonNode value) {
        return value == null || value.isNumber() || JsonValues.isNothing(value);
    }

    private static boolean isBooleanOrMissing(@Nullable JsonNode value) {
        return value == null || value.isBoolean() || JsonValues.isNothing(value);
    }

    /** Whether a value is null, missing, a list, or an empty object, which some clients send for an empty list. */
    private static boolean isListOrMissing(@Nullable JsonNode value) {
        return value == null || value.isArray() || (value.isObject() && value.isEmpty()) || JsonValues.isNothing(value);
    }

    private static boolean isTrue(@Nullable JsonNode value) {
        return value != null && value.booleanValue();
    }
}
