package dev.statecraft.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * Values of a parameter at the edges of its schema.
 * @param accepted values that the schema allows
 * @param rejected values just outside of the schema, and values of another kind
 */
record ParameterValues(List<String> accepted, List<String> rejected) {

    /** Longer values do not fit into a request line. */
    private static final int LONGEST_LINE = 3_000;

    /** Values for a schema of the document, which is resolved. */
    static ParameterValues of(JsonNode schema) {
        List<String> accepted = new ArrayList<>();
        List<String> rejected = new ArrayList<>();
        if (schema.has("default")) {
            accepted.add(schema.get("default").asText());
        }
        if (schema.has("enum")) {
            schema.get("enum").forEach(word -> accepted.add(word.asText()));
            rejected.add("NO_SUCH_WORD");
            return new ParameterValues(accepted, rejected);
        }
        switch (schema.path("type").asText()) {
            case "boolean" -> {
                accepted.addAll(List.of("true", "false"));
                rejected.addAll(List.of("yes", "1", "TRUE"));
            }
            case "integer" -> {
                BigDecimal least = schema.get("minimum").decimalValue();
                BigDecimal most = schema.get("maximum").decimalValue();
                accepted.addAll(List.of(least.toPlainString(), most.toPlainString()));
                rejected.addAll(List.of(
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
                accepted.add(most.toPlainString());
                (open ? rejected : accepted).add(least.toPlainString());
                rejected.addAll(List.of(most.add(BigDecimal.ONE).toPlainString(), "one", "NaN", "Infinity"));
            }
            default -> text(schema, accepted, rejected);
        }
        return new ParameterValues(accepted, rejected);
    }

    private static void text(JsonNode schema, List<String> accepted, List<String> rejected) {
        if (schema.path("format").asText().equals("date-time")) {
            accepted.add("2026-01-31T12:00:00.000Z");
            rejected.addAll(List.of("yesterday", "2026-02-30T25:00:00Z", "1"));
        } else if (schema.has("pattern")) {
            for (String text : List.of("1.2.3", "id", "a b", "a/b", "x".repeat(129), "'")) {
                (fits(schema, text) ? accepted : rejected).add(text);
            }
        } else if (schema.get("maxLength").asInt() < LONGEST_LINE) {
            rejected.add("x".repeat(schema.get("maxLength").asInt() + 1));
        }
    }

    private static boolean fits(JsonNode schema, String text) {
        return text.matches(schema.get("pattern").asText())
                && text.length() <= schema.path("maxLength").asInt(Integer.MAX_VALUE);
    }
}
