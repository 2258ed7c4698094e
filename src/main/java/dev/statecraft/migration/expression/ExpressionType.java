package dev.statecraft.migration.expression;

import com.fasterxml.jackson.databind.node.NullNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A type as a value of an expression: the result of {@code type(x)}, and the value of {@code int} and other type names.
 */
enum ExpressionType {
    INT("int"),
    DOUBLE("double"),
    STRING("string"),
    BOOL("bool"),
    LIST("list"),
    MAP("map"),
    NULL("null_type"),
    OPTIONAL("optional_type"),
    TYPE("type");

    private final String word;

    ExpressionType(String word) {
        this.word = word;
    }

    /** The type with this name. */
    static ExpressionType named(String name) throws ExpressionFailure {
        for (ExpressionType type : values()) {
            if (type.word.equals(name)) {
                return type;
            }
        }
        throw new ExpressionFailure("there is no variable " + ExpressionFailure.quoted(name));
    }

    /** The type of this value. */
    static ExpressionType of(Object value) {
        if (value instanceof Long) {
            return INT;
        }
        if (value instanceof Double) {
            return DOUBLE;
        }
        if (value instanceof String) {
            return STRING;
        }
        if (value instanceof Boolean) {
            return BOOL;
        }
        if (value instanceof List<?>) {
            return LIST;
        }
        if (value instanceof Map<?, ?>) {
            return MAP;
        }
        if (value instanceof NullNode) {
            return NULL;
        }
        return value instanceof Optional<?> ? OPTIONAL : TYPE;
    }

    /** A value's type in words. */
    static String described(Object value) {
        return switch (of(value)) {
            case INT -> "an int";
            case DOUBLE -> "a double";
            case STRING -> "a string";
            case BOOL -> "a bool";
            case LIST -> "a list";
            case MAP -> "a map";
            case NULL -> "null";
            case OPTIONAL -> "an optional value";
            case TYPE -> "a type";
        };
    }

    /** The failure of a function that does not take values of these types. */
    static ExpressionFailure mismatch(String function, List<?> arguments) {
        String name = function.replace("_", "").replace("@", "");
        return new ExpressionFailure("there is no " + (name.isEmpty() ? "operator" : name) + " of "
                + arguments.stream().map(ExpressionType::described).collect(Collectors.joining(" and ")));
    }

    @Override
    public String toString() {
        return word;
    }
}
