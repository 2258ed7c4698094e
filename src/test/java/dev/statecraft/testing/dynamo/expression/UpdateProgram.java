package dev.statecraft.testing.dynamo.expression;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A parsed update. All operands are values of the item before the update.
 *
 * @param actions in the order of the expression
 */
public record UpdateProgram(List<Action> actions) {

    /** One change of an attribute, or of a value inside it. */
    public sealed interface Action {
        DocumentPath path();
    }

    record Set(DocumentPath path, Operand value) implements Action {}

    record Remove(DocumentPath path) implements Action {}

    record Add(DocumentPath path, Operand.Literal value) implements Action {}

    record Delete(DocumentPath path, Operand.Literal value) implements Action {}

    private static final String WRONG_TYPE = "An operand in the update expression has an incorrect data type";
    private static final String WRONG_PATH =
            "The document path provided in the update expression is invalid for update";

    /** The changed paths. */
    public List<DocumentPath> paths() {
        return actions.stream().map(Action::path).toList();
    }

    /** Rejects overlapping paths, and values of types that an action cannot have. */
    public void check(Placeholders placeholders) {
        if (actions.size() > 1) {
            DocumentPath.requireDisjoint("UpdateExpression", paths(), placeholders);
        }
        for (Action action : actions) {
            if (action instanceof Add add) {
                AttributeValue.Type type =
                        placeholders.value(add.value().placeholder()).type();
                requireOperand("ADD", type, type == AttributeValue.Type.N || isSet(type));
            } else if (action instanceof Delete delete) {
                AttributeValue.Type type =
                        placeholders.value(delete.value().placeholder()).type();
                requireOperand("DELETE", type, isSet(type));
            } else if (action instanceof Set set) {
                check(set.value(), placeholders);
            }
        }
    }

    /** The attributes after the update. */
    public Map<String, AttributeValue> apply(Map<String, AttributeValue> item, Placeholders placeholders) {
        Map<String, AttributeValue> changed = new HashMap<>(item);
        List<List<Object>> removals = new ArrayList<>();
        for (Action action : actions) {
            List<Object> path = action.path().resolved(placeholders);
            AttributeValue there = action.path().in(item, placeholders);
            @Nullable AttributeValue value = value(action, there, item, placeholders);
            if (value != null) {
                put(changed, path, value);
            } else if (path.size() > 1 || there != null) {
                removals.add(path);
            }
        }
        // Indexes are those before the update, so the last elements go first.
        removals.sort(Comparator.comparing(UpdateProgram::lastIndex).reversed());
        removals.forEach(path -> remove(changed, path));
        return changed;
    }

    /** The new value; null removes it. */
    private static @Nullable AttributeValue value(
            Action action,
            @Nullable AttributeValue there,
            Map<String, AttributeValue> item,
            Placeholders placeholders) {
        if (action instanceof Set set) {
            AttributeValue value = set.value().of(item, placeholders);
            if (value == null) {
                throw Operand.missing();
            }
            return value;
        }
        if (action instanceof Add add) {
            return added(there, placeholders.value(add.value().placeholder()));
        }
        if (action instanceof Delete delete) {
            return there == null
                    ? null
                    : without(there, placeholders.value(delete.value().placeholder()));
        }
        return null;
    }

    private static AttributeValue added(@Nullable AttributeValue there, AttributeValue more) {
        if (there == null) {
            return more;
        }
        requireSameType(there, more);
        return switch (there.type()) {
            case N -> AttributeValue.fromN(DecimalText.add(there.n(), more.n()));
            case SS -> ValueCheck.canonical(AttributeValue.fromSs(union(there.ss(), more.ss())));
            case NS -> ValueCheck.canonical(AttributeValue.fromNs(union(there.ns(), more.ns())));
            case BS -> ValueCheck.canonical(AttributeValue.fromBs(union(there.bs(), more.bs())));
            default -> throw DynamoErrors.invalid(WRONG_TYPE);
        };
    }

    private static @Nullable AttributeValue without(AttributeValue there, AttributeValue fewer) {
        requireSameType(there, fewer);
        return switch (there.type()) {
            case SS -> {
                List<String> left = difference(there.ss(), fewer.ss());
                yield left.isEmpty() ? null : AttributeValue.fromSs(left);
            }
            case NS -> {
                List<String> left = difference(there.ns(), fewer.ns());
                yield left.isEmpty() ? null : AttributeValue.fromNs(left);
            }
            default -> {
                var left = difference(there.bs(), fewer.bs());
                yield left.isEmpty() ? null : AttributeValue.fromBs(left);
            }
        };
    }

    private static void put(Map<String, AttributeValue> item, List<Object> path, AttributeValue value) {
        String name = (String) path.get(0);
        if (path.size() == 1) {
            item.put(name, value);
            return;
        }
        AttributeValue container = item.get(name);
        if (container == null) {
            throw DynamoErrors.invalid(WRONG_PATH);
        }
        item.put(name, replaced(container, path, 1, value));
    }

    private static void remove(Map<String, AttributeValue> item, List<Object> path) {
        String name = (String) path.get(0);
        if (path.size() == 1) {
            item.remove(name);
            return;
        }
        AttributeValue container = item.get(name);
        if (container == null) {
            throw DynamoErrors.invalid(WRONG_PATH);
        }
        item.put(name, replaced(container, path, 1, null));
    }

    /** The container with another value at the rest of the path; null removes the value. */
    private static AttributeValue replaced(
            AttributeValue container, List<Object> path, int step, @Nullable AttributeValue value) {
        boolean last = step == path.size() - 1;
        if (path.get(step) instanceof String name) {
            requireContainer(container, AttributeValue.Type.M);
            Map<String, AttributeValue> map = new HashMap<>(container.m());
            AttributeValue inner = last ? value : replaced(existing(map.get(name)), path, step + 1, value);
            if (inner == null) {
                map.remove(name);
            } else {
                map.put(name, inner);
            }
            return AttributeValue.fromM(map);
        }
        requireContainer(container, AttributeValue.Type.L);
        int index = (Integer) path.get(step);
        List<AttributeValue> list = new ArrayList<>(container.l());
        if (!last) {
            list.set(index, replaced(existing(index < list.size() ? list.get(index) : null), path, step + 1, value));
        } else if (value == null) {
            if (index < list.size()) {
                list.remove(index);
            }
        } else if (index < list.size()) {
            list.set(index, value);
        } else {
            list.add(value);
        }
        return AttributeValue.fromL(list);
    }

    private static AttributeValue existing(@Nullable AttributeValue value) {
        if (value == null) {
            throw DynamoErrors.invalid(WRONG_PATH);
        }
        return value;
    }

    private static void requireContainer(AttributeValue value, AttributeValue.Type type) {
        if (value.type() != type) {
            throw DynamoErrors.invalid(WRONG_PATH);
        }
    }

    private static void check(Operand operand, Placeholders placeholders) {
        if (operand instanceof Operand.Sum sum) {
            checkLiteral(sum.minus() ? "-" : "+", sum.first(), AttributeValue.Type.N, placeholders);
            checkLiteral(sum.minus() ? "-" : "+", sum.second(), AttributeValue.Type.N, placeholders);
        } else if (operand instanceof Operand.ListAppend append) {
            checkLiteral("list_append", append.first(), AttributeValue.Type.L, placeholders);
            checkLiteral("list_append", append.second(), AttributeValue.Type.L, placeholders);
        } else if (operand instanceof Operand.IfNotExists other) {
            check(other.other(), placeholders);
        }
    }

    private static void checkLiteral(
            String operator, Operand operand, AttributeValue.Type type, Placeholders placeholders) {
        if (operand instanceof Operand.Literal literal) {
            AttributeValue.Type given =
                    placeholders.value(literal.placeholder()).type();
            requireOperand(operator, given, given == type);
        } else {
            check(operand, placeholders);
        }
    }

    private static void requireOperand(String operator, AttributeValue.Type type, boolean right) {
        if (!right) {
            throw DynamoErrors.invalid("Invalid UpdateExpression: Incorrect operand type for operator or function;"
                    + " operator: " + operator + ", operand type: " + type);
        }
    }

    private static void requireSameType(AttributeValue a, AttributeValue b) {
        if (a.type() != b.type()) {
            throw DynamoErrors.invalid(WRONG_TYPE);
        }
    }

    private static boolean isSet(AttributeValue.Type type) {
        return type == AttributeValue.Type.SS || type == AttributeValue.Type.NS || type == AttributeValue.Type.BS;
    }

    private static int lastIndex(List<Object> path) {
        return path.get(path.size() - 1) instanceof Integer index ? index : -1;
    }

    private static <T> List<T> union(List<T> a, List<T> b) {
        LinkedHashSet<T> all = new LinkedHashSet<>(a);
        all.addAll(b);
        return List.copyOf(all);
    }

    private static <T> List<T> difference(List<T> a, List<T> b) {
        LinkedHashSet<T> left = new LinkedHashSet<>(a);
        b.forEach(left::remove);
        return List.copyOf(left);
    }
}
