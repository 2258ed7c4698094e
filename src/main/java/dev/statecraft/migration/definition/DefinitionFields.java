package dev.statecraft.migration.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.statecraft.migration.expression.Expression;
import dev.statecraft.migration.expression.ExpressionUse;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks of single fields of a definition. */
final class DefinitionFields {

    private DefinitionFields() {}

    /** The first invalid field; ends the reading of a definition. */
    static final class Fault extends Exception {

        private static final long serialVersionUID = 1L;

        private final String field;
        private final String detail;

        Fault(String field, String detail) {
            super(detail, null, false, false);
            this.field = field;
            this.detail = detail;
        }

        /** The path of the field, such as {@code up.operations[2].path}. */
        String field() {
            return field;
        }

        /** A sentence that says what is expected. */
        String detail() {
            return detail;
        }
    }

    static Expression expression(String field, @Nullable JsonNode json, ExpressionUse use, DefinitionLimits limits)
            throws Fault {
        Expression.Compilation compilation =
                Expression.compile(text(field, json, limits.expressionLength()), use, limits.expressionDepth());
        if (compilation instanceof Expression.Invalid invalid) {
            throw new Fault(field, invalid.reason());
        }
        return ((Expression.Compiled) compilation).expression();
    }

    /** Returns an object. An empty array, which Luau sends for an empty object, is accepted. */
    static JsonNode object(String field, @Nullable JsonNode json) throws Fault {
        if (json != null && json.isArray() && json.isEmpty()) {
            return JsonNodeFactory.instance.objectNode();
        }
        if (json == null || !json.isObject()) {
            throw new Fault(
                    field, json == null ? "The field " + field + " is missing." : "The value must be an object.");
        }
        return json;
    }

    static String text(String field, @Nullable JsonNode json, int maxLength) throws Fault {
        if (json == null || !json.isTextual()) {
            throw new Fault(
                    field, json == null ? "The field " + field + " is missing." : "The value must be a string.");
        }
        String text = json.textValue();
        if (text.isBlank() || text.length() > maxLength) {
            throw new Fault(field, "The value must be a nonblank string of 1 to " + maxLength + " characters.");
        }
        return text;
    }

    static void noOtherFields(String prefix, JsonNode json, Set<String> known) throws Fault {
        for (var field : json.properties()) {
            if (!known.contains(field.getKey())) {
                throw new Fault(
                        prefix + field.getKey(),
                        "The field is unknown here. Known fields: "
                                + String.join(", ", known.stream().sorted().toList()) + ".");
            }
        }
    }
}
