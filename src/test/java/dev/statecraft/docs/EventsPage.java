package dev.statecraft.docs;

import static dev.statecraft.docs.MarkdownTable.code;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.integration.event.EventSchema;
import java.util.ArrayList;
import java.util.List;

/** Writes {@code reference/events.md} from {@code infra/event-schema.json}. */
final class EventsPage {

    private static final String INTRODUCTION = """
            Every type of event with its fields and an example. [Events](../guides/events.md) describes how to read the feed
            and how to receive events from the bus; [`infra/event-schema.json`](../../../../infra/event-schema.json) is the
            JSON schema.

            ## Fields of every event
            """;

    private static final String DELIVERY = """

            The feed of `GET /v1/events` lists each event once, in the order of `seq`. On the event bus, `source` is
            `statecraft`, `detail-type` is the type and `detail` is the event with its `game`; an event may be delivered more than
            once and out of order. Ignore an `id` that was processed before.
            """;

    private EventsPage() {}

    static String text() {
        StringBuilder page = new StringBuilder("# Events\n\n").append(INTRODUCTION);
        page.append('\n').append(fields(EventSchema.ROOT)).append(DELIVERY);
        page.append("\n## Types\n\n");
        List<String> names = new ArrayList<>();
        EventSchema.ROOT
                .path("$defs")
                .fieldNames()
                .forEachRemaining(
                        type -> names.add("[" + type + "](#" + type.toLowerCase(java.util.Locale.ROOT) + ")"));
        page.append(ReferencePagesTest.wrapped(String.join(", ", names) + ".")).append('\n');
        EventSchema.ROOT.path("$defs").properties().forEach(entry -> {
            JsonNode type = entry.getValue();
            page.append("\n### ").append(entry.getKey()).append("\n\n");
            page.append(ReferencePagesTest.wrapped(type.path("description").asText()))
                    .append("\n\n");
            page.append(fields(type.at("/properties/data")));
            page.append("\n```json event\n")
                    .append(pretty(type.path("examples").path(0)))
                    .append("\n```\n");
        });
        return page.toString();
    }

    private static MarkdownTable fields(JsonNode schema) {
        MarkdownTable table = new MarkdownTable("Field", "Type", "Description");
        List<String> required = new ArrayList<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        schema.path("properties")
                .properties()
                .forEach(field -> table.row(
                        code(field.getKey()) + (required.contains(field.getKey()) ? "" : ", optional"),
                        field.getValue().path("format").asText("").equals("date-time")
                                ? "timestamp"
                                : field.getValue().path("type").asText("any"),
                        field.getValue().path("description").asText()));
        return table;
    }

    private static String pretty(JsonNode value) {
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter(
                Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER));
        printer.indentObjectsWith(new DefaultIndenter("  ", "\n"));
        try {
            return new ObjectMapper().writer(printer).writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
