package dev.statecraft.migration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.migration.definition.Definition;
import dev.statecraft.migration.definition.DefinitionLimits;
import dev.statecraft.migration.definition.DefinitionReader;

/** JSON written in single quotes. */
public final class JsonFixtures {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private JsonFixtures() {}

    public static ObjectNode of(String text) {
        try {
            return (ObjectNode) MAPPER.readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    /** A definition for the metadata of the entries of a board, or {@code *} for all boards. */
    public static Definition ofMetadata(String version, String board, String up, String more) {
        return definition(version, "'leaderboardMetadata': '" + board + "'", up, more);
    }

    /** A definition; {@code target}, {@code up} and {@code more} are JSON in single quotes. */
    static Definition definition(String version, String target, String up, String more) {
        ObjectNode json = of("{'version': '" + version + "', 'description': 'd', 'target': {" + target + "}, 'up': "
                + up + more + "}");
        DefinitionReader.Reading reading = new DefinitionReader(DefinitionLimits.NONE).read(json);
        if (reading instanceof DefinitionReader.Read read) {
            return read.definition();
        }
        throw new AssertionError(reading.toString());
    }
}
