package dev.statecraft.migration.expression;

import com.google.common.collect.ImmutableList;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.TypeParamType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The declarations of functions for the type checker. A number with a fraction has the static type {@code dyn}, so
 * every function that accepts one also accepts integers.
 */
final class ExpressionDeclarations {

    private static final CelType INT = SimpleType.INT;
    private static final CelType DOUBLE = SimpleType.DOUBLE;
    private static final CelType STRING = SimpleType.STRING;
    private static final CelType BOOL = SimpleType.BOOL;
    private static final CelType DYN = SimpleType.DYN;
    private static final CelType A = TypeParamType.create("A");
    private static final CelType B = TypeParamType.create("B");
    private static final CelType LIST = ListType.create(A);
    private static final CelType STRINGS = ListType.create(STRING);

    private final Map<String, List<CelOverloadDecl>> overloads = new LinkedHashMap<>();

    private ExpressionDeclarations() {}

    /** All functions except those declared by CEL's own libraries. */
    static ImmutableList<CelFunctionDecl> all() {
        ExpressionDeclarations declarations = new ExpressionDeclarations();
        declarations.operators();
        declarations.conversions();
        declarations.strings();
        declarations.mathematics();
        declarations.collections();
        ImmutableList.Builder<CelFunctionDecl> all = ImmutableList.builder();
        declarations.overloads.forEach(
                (name, own) -> all.add(CelFunctionDecl.newFunctionDeclaration(name, ImmutableList.copyOf(own))));
        return all.build();
    }

    private void operators() {
        for (String operator : List.of("_+_", "_-_", "_*_", "_/_", "_%_")) {
            numbers(operator, INT, DYN);
        }
        global("_+_", STRING, STRING, STRING);
        global("_+_", LIST, LIST, LIST);
        global("-_", INT, INT);
        global("-_", DYN, DOUBLE);
        for (String comparison : List.of("_<_", "_<=_", "_>_", "_>=_")) {
            numbers(comparison, BOOL, BOOL);
            global(comparison, BOOL, STRING, STRING);
            global(comparison, BOOL, BOOL, BOOL);
        }
    }

    private void conversions() {
        for (CelType from : List.of(INT, DOUBLE, STRING)) {
            global("int", INT, from);
            global("double", DYN, from);
        }
        for (CelType from : List.of(INT, DOUBLE, STRING, BOOL)) {
            global("string", STRING, from);
        }
        global("bool", BOOL, BOOL);
        global("bool", BOOL, STRING);
    }

    private void strings() {
        for (String test : List.of("contains", "startsWith", "endsWith", "matches")) {
            member(test, BOOL, STRING, STRING);
        }
        global("matches", BOOL, STRING, STRING);
        member("charAt", STRING, STRING, INT);
        member("indexOf", INT, STRING, STRING);
        member("indexOf", INT, STRING, STRING, INT);
        member("lastIndexOf", INT, STRING, STRING);
        member("lastIndexOf", INT, STRING, STRING, INT);
        member("join", STRING, STRINGS);
        member("join", STRING, STRINGS, STRING);
        member("replace", STRING, STRING, STRING, STRING);
        member("replace", STRING, STRING, STRING, STRING, INT);
        member("split", STRINGS, STRING, STRING);
        member("split", STRINGS, STRING, STRING, INT);
        member("substring", STRING, STRING, INT);
        member("substring", STRING, STRING, INT, INT);
        for (String change : List.of("lowerAscii", "upperAscii", "reverse", "trim")) {
            member(change, STRING, STRING);
        }
        global("strings.quote", STRING, STRING);
    }

    private void mathematics() {
        for (String function : List.of("ceil", "floor", "round", "trunc", "abs", "sign")) {
            global("math." + function, INT, INT);
            global("math." + function, DYN, DOUBLE);
        }
        for (CelType number : List.of(INT, DOUBLE)) {
            global("math.sqrt", DYN, number);
            global("math.isNaN", BOOL, number);
            global("math.isInf", BOOL, number);
            global("math.isFinite", BOOL, number);
        }
        for (String function : List.of("bitAnd", "bitOr", "bitXor", "bitShiftLeft", "bitShiftRight")) {
            global("math." + function, INT, INT, INT);
        }
        global("math.bitNot", INT, INT);
        for (String function : List.of("math.@max", "math.@min")) {
            global(function, INT, INT);
            global(function, DYN, DOUBLE);
            numbers(function, INT, DYN);
            global(function, DYN, LIST);
        }
    }

    private void collections() {
        for (CelType sized : List.of(STRING, LIST, MapType.create(A, B))) {
            global("size", INT, sized);
            member("size", INT, sized);
        }
        for (String function : List.of("sum", "min", "max")) {
            global(function, DYN, LIST);
        }
        CelType object = MapType.create(STRING, A);
        global("merge", MapType.create(STRING, DYN), object, MapType.create(STRING, B));
        global("without", object, object, STRINGS);
    }

    /** Overloads of two numbers: two integers have one result type, all other pairs another. */
    private void numbers(String function, CelType ofIntegers, CelType ofOthers) {
        global(function, ofIntegers, INT, INT);
        global(function, ofOthers, DOUBLE, DOUBLE);
        global(function, ofOthers, INT, DOUBLE);
        global(function, ofOthers, DOUBLE, INT);
    }

    private void global(String function, CelType result, CelType... parameters) {
        own(function).add(CelOverloadDecl.newGlobalOverload(id(function), result, parameters));
    }

    private void member(String function, CelType result, CelType... parameters) {
        own(function).add(CelOverloadDecl.newMemberOverload(id(function), result, parameters));
    }

    private List<CelOverloadDecl> own(String function) {
        return overloads.computeIfAbsent(function, name -> new ArrayList<>());
    }

    /** The evaluator chooses an overload by the values, so the ids only have to be unique. */
    private String id(String function) {
        return function + "#" + own(function).size();
    }
}
