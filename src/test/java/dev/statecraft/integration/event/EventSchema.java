package dev.statecraft.integration.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The JSON schema of events, {@code infra/event-schema.json}. It has one definition per type of event. */
public final class EventSchema {

    /** The schema as JSON. */
    public static final JsonNode ROOT = read();

    private static final JsonSchema SCHEMA =
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(ROOT);

    private EventSchema() {}

    /** The faults of an event; also fields and types that the schema permits but does not describe. */
    public static List<String> faults(JsonNode event) {
        List<String> faults = new ArrayList<>();
        SCHEMA.validate(event).forEach(fault -> faults.add(fault.toString()));
        String type = event.path("type").asText();
        JsonNode definition = ROOT.path("$defs").path(type);
        if (definition.isMissingNode()) {
            faults.add(type + " is not described");
        }
        event.path("data").fieldNames().forEachRemaining(field -> {
            if (!definition.at("/properties/data/properties").has(field)) {
                faults.add(type + "." + field + " is not described");
            }
        });
        return faults;
    }

    private static JsonNode read() {
        try {
            return new ObjectMapper()
                    .readTree(Path.of("infra", "event-schema.json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
