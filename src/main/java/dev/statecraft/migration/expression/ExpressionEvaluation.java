package dev.statecraft.migration.expression;

import com.fasterxml.jackson.databind.node.NullNode;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.CelComprehension;
import dev.cel.common.ast.CelExpr.CelMap;
import dev.cel.common.ast.CelExpr.CelSelect;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates a checked syntax tree once. CEL's own evaluator does not limit the cost of functions, evaluates the
 * operand of {@code .?} twice and writes whole values into its messages. This evaluator charges each step before it is
 * executed.
 *
 * <p>Values: Long, Double, String, Boolean, {@link NullNode}, List, Map, Optional and {@link ExpressionType}.
 */
final class ExpressionEvaluation {

    /** The name of the accumulator in CEL's macros; no expression can contain it. */
    private static final String ACCUMULATOR = "@result";

    private final ExpressionFunctions functions;
    private final ExpressionMeter meter;
    private final Map<String, Object> variables;
    private long node;

    ExpressionEvaluation(ExpressionFunctions functions, ExpressionMeter meter, Map<String, Object> variables) {
        this.functions = functions;
        this.meter = meter;
        this.variables = variables;
    }

    /** A variable of a comprehension; its value, or the failure of its evaluation. */
    private record Scope(@Nullable Scope outer, String name, Object value) {}

    /** The node that was evaluated last. */
    long node() {
        return node;
    }

    /** The value of an expression. */
    Object of(CelExpr expr) throws ExpressionFailure {
        return value(expr, null);
    }

    private Object value(CelExpr expr, @Nullable Scope scope) throws ExpressionFailure {
        node = expr.id();
        meter.charge(1);
        try {
            return switch (expr.exprKind().getKind()) {
                case CONSTANT -> constant(expr.constant());
                case IDENT -> identified(expr.ident().name(), scope);
                case SELECT -> selected(expr.select(), scope);
                case CALL -> called(expr.call(), scope);
                case LIST -> list(expr.list(), scope);
                case MAP -> map(expr.map(), scope);
                case COMPREHENSION -> comprehended(expr.comprehension(), scope);
                case STRUCT, NOT_SET ->
                    throw new ExpressionFailure("the expression uses a type that JSON does not have");
            };
        } catch (ExpressionFailure e) {
            throw e.at(expr.id());
        }
    }

    private static Object constant(CelConstant constant) throws ExpressionFailure {
        return switch (constant.getKind()) {
            case NULL_VALUE -> NullNode.getInstance();
            case BOOLEAN_VALUE -> constant.booleanValue();
            case INT64_VALUE -> constant.int64Value();
            case DOUBLE_VALUE -> constant.doubleValue();
            case STRING_VALUE -> constant.stringValue();
            default -> throw new ExpressionFailure("the expression uses a type that JSON does not have");
        };
    }

    private Object identified(String name, @Nullable Scope scope) throws ExpressionFailure {
        for (Scope at = scope; at != null; at = at.outer()) {
            if (at.name().equals(name)) {
                if (at.value() instanceof ExpressionFailure failure) {
                    throw failure;
                }
                return at.value();
            }
        }
        Object variable = variables.get(name);
        return variable == null ? ExpressionType.named(name) : variable;
    }

    private Object selected(CelSelect select, @Nullable Scope scope) throws ExpressionFailure {
        Object operand = value(select.operand(), scope);
        String field = select.field();
        boolean optional = operand instanceof Optional<?>;
        if (operand instanceof Optional<?> held) {
            if (held.isEmpty()) {
                return select.testOnly() ? (Object) false : held;
            }
            operand = held.get();
        }
        if (!(operand instanceof Map<?, ?> map)) {
            throw new ExpressionFailure("there is no member " + ExpressionFailure.quoted(field) + " in "
                    + ExpressionType.described(operand));
        }
        Object found = map.get(field);
        if (select.testOnly()) {
            return found != null;
        }
        if (optional) {
            return Optional.ofNullable(found);
        }
        if (found == null) {
            throw new ExpressionFailure("there is no member " + ExpressionFailure.quoted(field));
        }
        return found;
    }

    private Object called(CelCall call, @Nullable Scope scope) throws ExpressionFailure {
        List<CelExpr> parts = call.args();
        return switch (call.function()) {
            case "_?_:_" -> value(parts.get(truth(parts.get(0), scope) ? 1 : 2), scope);
            case "_&&_" -> connected(parts, false, scope);
            case "_||_" -> connected(parts, true, scope);
            case "@not_strictly_false" -> notStrictlyFalse(parts.get(0), scope);
            default -> applied(call, parts, scope);
        };
    }

    private Object applied(CelCall call, List<CelExpr> parts, @Nullable Scope scope) throws ExpressionFailure {
        List<Object> arguments = new ArrayList<>(parts.size() + 1);
        if (call.target().isPresent()) {
            Object target = value(call.target().get(), scope);
            boolean alternative =
                    call.function().equals("or") || call.function().equals("orValue");
            if (alternative && target instanceof Optional<?> held && held.isPresent()) {
                return call.function().equals("or") ? held : held.get();
            }
            arguments.add(target);
        }
        for (CelExpr part : parts) {
            arguments.add(value(part, scope));
        }
        return functions.apply(call.function(), arguments);
    }

    private boolean truth(CelExpr expr, @Nullable Scope scope) throws ExpressionFailure {
        Object value = value(expr, scope);
        if (value instanceof Boolean truth) {
            return truth;
        }
        throw new ExpressionFailure("true or false is needed and not " + ExpressionType.described(value)).at(expr.id());
    }

    /** {@code ||}, decided by true, or {@code &&}, decided by false: a deciding side absorbs a failure of the other. */
    private Object connected(List<CelExpr> sides, boolean deciding, @Nullable Scope scope) throws ExpressionFailure {
        ExpressionFailure failure = null;
        for (CelExpr side : sides) {
            try {
                if (truth(side, scope) == deciding) {
                    return deciding;
                }
            } catch (ExpressionFailure e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
        return !deciding;
    }

    /** Continues a comprehension whose condition fails, because a later element may still decide. */
    private Object notStrictlyFalse(CelExpr expr, @Nullable Scope scope) {
        try {
            return !(value(expr, scope) instanceof Boolean truth) || truth;
        } catch (ExpressionFailure e) {
            return true;
        }
    }

    private Object list(CelExpr.CelList list, @Nullable Scope scope) throws ExpressionFailure {
        List<Object> values = new ArrayList<>(list.elements().size());
        Set<Integer> optional = new HashSet<>(list.optionalIndices());
        for (int i = 0; i < list.elements().size(); i++) {
            Object value = value(list.elements().get(i), scope);
            if (optional.contains(i)) {
                held(value).ifPresent(values::add);
            } else {
                values.add(value);
            }
        }
        return meter.made(values);
    }

    private Object map(CelMap map, @Nullable Scope scope) throws ExpressionFailure {
        Map<Object, Object> values = new LinkedHashMap<>();
        for (CelMap.Entry entry : map.entries()) {
            Object key = ExpressionCollections.key(value(entry.key(), scope));
            Object value = value(entry.value(), scope);
            if (values.containsKey(key)) {
                throw new ExpressionFailure("the key " + ExpressionFailure.quoted(key) + " occurs twice");
            }
            if (!entry.optionalEntry()) {
                values.put(key, value);
            } else {
                held(value).ifPresent(present -> values.put(key, present));
            }
        }
        return meter.made(values);
    }

    private static Optional<?> held(Object value) throws ExpressionFailure {
        if (value instanceof Optional<?> optional) {
            return optional;
        }
        throw new ExpressionFailure("an optional value is needed and not " + ExpressionType.described(value));
    }

    private Object comprehended(CelComprehension loop, @Nullable Scope scope) throws ExpressionFailure {
        Object range = value(loop.iterRange(), scope);
        Collection<?> elements =
                range instanceof Map<?, ?> map ? map.entrySet() : range instanceof List<?> list ? list : null;
        if (elements == null) {
            throw new ExpressionFailure("a list or a map is needed and not " + ExpressionType.described(range));
        }
        Object built = initial(loop, scope);
        long index = 0;
        for (Object element : elements) {
            meter.iterate();
            Scope inner = new Scope(element(loop, element, index, scope), loop.accuVar(), built);
            if (!truth(loop.loopCondition(), inner)) {
                break;
            }
            try {
                built = value(loop.loopStep(), inner);
            } catch (ExpressionFailure e) {
                built = e;
            }
            index++;
        }
        Object complete = built instanceof ExpressionCollections.Building building ? building.complete(meter) : built;
        return value(loop.result(), new Scope(scope, loop.accuVar(), complete));
    }

    /** The variables of one element: the element or key, or the index and the element, or the key and the value. */
    private static Scope element(CelComprehension loop, Object element, long index, @Nullable Scope scope) {
        boolean one = loop.iterVar2().isEmpty();
        if (element instanceof Map.Entry<?, ?> entry) {
            Scope key = new Scope(scope, loop.iterVar(), entry.getKey());
            return one ? key : new Scope(key, loop.iterVar2(), entry.getValue());
        }
        return one
                ? new Scope(scope, loop.iterVar(), element)
                : new Scope(new Scope(scope, loop.iterVar(), index), loop.iterVar2(), element);
    }

    /**
     * Initial value of a comprehension. Lists and maps of the macros are extended in place, because nothing else can reach
     * them.
     */
    private Object initial(CelComprehension loop, @Nullable Scope scope) throws ExpressionFailure {
        if (loop.accuVar().equals(ACCUMULATOR)) {
            CelExpr.ExprKind.Kind kind = loop.accuInit().exprKind().getKind();
            if (kind == CelExpr.ExprKind.Kind.LIST
                    && loop.accuInit().list().elements().isEmpty()) {
                return ExpressionCollections.Building.list();
            }
            if (kind == CelExpr.ExprKind.Kind.MAP
                    && loop.accuInit().map().entries().isEmpty()) {
                return ExpressionCollections.Building.map();
            }
        }
        return value(loop.accuInit(), scope);
    }
}
