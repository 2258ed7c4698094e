package dev.statecraft.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * Values of a parameter at the edges of its schema.
 *
 * @param taken those that the schema allows
 * @param refused those just outside, and those of another kind
 */
record ParameterValues(List<String> taken, List<String> refused) {

    /** Longer values do not fit into a request line. */
    private static final int LONGEST_LINE = 3_000;

    /** Values for a schema of the document, which is resolved. */
    static ParameterValues of(JsonNode schema) {
        List<String> taken = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        if (schema.has("default")) {
            taken.add(schema.get("default").asText());
        }
        if (schema.has("enum")) {
            schema.get("enum").forEach(word -> taken.add(word.asText()));
            refused.add("NO_SUCH_WORD");
            return new ParameterValues(taken, refused);
        }
        switch (schema.path("type").asText()) {
            case "boolean" -> {
                taken.addAll(List.of("true", "false"));
                refused.addAll(List.of("yes", "1", "TRUE"));
            }
            case "integer" -> {
                BigDecimal least = schema.get("minimum").decimalValue();
                BigDecimal most = schema.get("maximum").decimalValue();
                taken.addAll(List.of(least.toPlainString(), most.toPlainString()));
                refused.addAll(List.of(
                        least.subtract(BigDecimal.ONE).toPlainString(),
                        most.add(BigDecimal.ONE).toPlainString(),
                        "1.5",
                        "one",
                        "99999999999999999999"));
            }
            case "number" -> {
                boolean open = schema.has("exclusiveMinimum");
                BigDecimal least =
                        schema.get(open ? "exclusiveMinimum" : "minimum").decimalValue();
                BigDecimal most = schema.get("maximum").decimalValue();
                taken.add(most.toPlainString());
                (open ? refused : taken).add(least.toPlainString());
                refused.addAll(List.of(most.add(BigDecimal.ONE).toPlainString(), "one", "NaN", "Infinity"));
            }
            default -> text(schema, taken, refused);
        }
        return new ParameterValues(taken, refused);
    }

    private static void text(JsonNode schema, List<String> taken, List<String> refused) {
        if (schema.path("format").asText().equals("date-time")) {
            taken.add("2026-01-31T12:00:00.000Z");
            refused.addAll(List.of("yesterday", "2026-02-30T25:00:00Z", "1"));
        } else if (schema.has("pattern")) {
            for (String text : List.of("1.2.3", "id", "a b", "a/b", "x".repeat(129), "'")) {
                (fits(schema, text) ? taken : refused).add(text);
            }
        } else if (schema.get("maxLength").asInt() < LONGEST_LINE) {
            refused.add("x".repeat(schema.get("maxLength").asInt() + 1));
        }
    }

    private static boolean fits(JsonNode schema, String text) {
        return text.matches(schema.get("pattern").asText())
                && text.length() <= schema.path("maxLength").asInt(Integer.MAX_VALUE);
    }
}
