package dev.statecraft.replication.guard;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A type of the keyword {@code type}. Luau encodes an empty table as an empty list, and some clients encode an empty list
 * as an empty object, so an empty list is an object and an empty object is an array.
 */
enum ValueType {
    NULL("null"),
    BOOLEAN("boolean"),
    OBJECT("object"),
    ARRAY("array"),
    NUMBER("number"),
    /** A number without a fraction; {@code 1.0} is one. */
    INTEGER("integer"),
    STRING("string");

    private final String word;

    ValueType(String word) {
        this.word = word;
    }

    String word() {
        return word;
    }

    boolean includes(JsonNode value) {
        return switch (this) {
            case NULL -> value.isNull();
            case BOOLEAN -> value.isBoolean();
            case OBJECT -> value.isObject() || isEmpty(value);
            case ARRAY -> value.isArray() || isEmpty(value);
            case NUMBER -> value.isNumber();
            case INTEGER ->
                value.isIntegralNumber()
                        || (value.isNumber()
                                && value.decimalValue().stripTrailingZeros().scale() <= 0);
            case STRING -> value.isTextual();
        };
    }

    private static boolean isEmpty(JsonNode value) {
        return value.isContainerNode() && value.isEmpty();
    }
}
