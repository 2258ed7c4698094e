package dev.statecraft.http.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.BeanDeserializerBase;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.type.CollectionType;
import com.fasterxml.jackson.databind.type.LogicalType;
import dev.statecraft.http.ProblemException;
import dev.statecraft.http.ProblemMapper;
import jakarta.inject.Inject;
import jakarta.ws.rs.ext.ContextResolver;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;

/**
 * The mapper that request bodies are read with: it takes what the API's contract names and nothing else. Unknown
 * fields, a number where text belongs (or the other way round), a fraction where an integer belongs, duplicate keys and
 * anything after the value are errors. It is a mapper of its own because the Lambda extension reads events with a copy
 * of the application's mapper, and events are free to hold more than we know.
 */
@Provider
public class RequestJson implements ContextResolver<ObjectMapper> {

    /** The last time that a request can name; the first is that of 1970. */
    private static final Instant LAST_TIME = Instant.parse("9999-12-31T23:59:59.999Z");

    private final ObjectMapper strict;

    @Inject
    public RequestJson(ObjectMapper mapper) {
        this.strict = strict(mapper);
    }

    /** A strict copy of a mapper; the mapper itself is left as it is. */
    public static ObjectMapper strict(ObjectMapper mapper) {
        ObjectMapper strict = mapper.copyWith(factory());
        strict.enable(
                DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
                DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS,
                DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);
        strict.disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT);
        strict.setConfig(strict.getDeserializationConfig().without(MapperFeature.ALLOW_COERCION_OF_SCALARS));
        strict.coercionConfigDefaults().setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail);
        strict.coercionConfigFor(LogicalType.Textual)
                .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
        // Luau cannot tell an empty object from an empty array and sends []; records are read by EmptyArrayAsObject.
        strict.coercionConfigFor(LogicalType.Map).setCoercion(CoercionInputShape.EmptyArray, CoercionAction.AsEmpty);
        strict.registerModule(new SimpleModule("statecraft-requests")
                .addDeserializer(Instant.class, new Times())
                .setDeserializerModifier(new Leniency()));
        return strict;
    }

    /**
     * The tree of a body that brings many things at once. An item that cannot be read is an embedded {@link
     * JsonCheck.Fault} there, which {@link ItemReader} binds as the problem of that item.
     *
     * @throws ProblemException 400, if the body is wrong other than in its items
     */
    static JsonNode tree(ObjectMapper strict, byte[] body) {
        JsonCheck.Checked checked = JsonCheck.checkedItems(body);
        try {
            JsonNode tree = strict.readTree(checked.body());
            for (JsonCheck.Fault fault : checked.faults()) {
                ((ArrayNode) tree.get(fault.list())).set(fault.index(), new POJONode(fault));
            }
            return tree;
        } catch (IOException e) {
            throw new UncheckedIOException("Text in memory cannot fail to be read", e);
        }
    }

    /**
     * Binds a body that brings many things at once, each for itself: see {@link ItemList}.
     *
     * @throws ProblemException 400, if the body is wrong other than in its items
     */
    Object manyThings(byte[] body, Class<?> type) {
        try {
            return strict.treeToValue(tree(strict, body), type);
        } catch (JsonProcessingException e) {
            throw new ProblemException(ProblemMapper.problemOf(e));
        }
    }

    /** The factory of strict parsers, for those who read tokens rather than values. */
    static JsonFactory factory() {
        return JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(JsonLimits.MAX_DEPTH)
                        .maxNumberLength(NumberSpelling.MAX_WRITTEN_LENGTH)
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
    }

    @Override
    public ObjectMapper getContext(Class<?> type) {
        return strict;
    }

    /** Empty arrays for objects, and lists whose items are read one by one. */
    private static final class Leniency extends BeanDeserializerModifier {

        private static final long serialVersionUID = 1L;

        @Override
        public JsonDeserializer<?> modifyDeserializer(
                DeserializationConfig config, BeanDescription bean, JsonDeserializer<?> deserializer) {
            return deserializer instanceof BeanDeserializerBase ? new EmptyArrayAsObject(deserializer) : deserializer;
        }

        @Override
        public JsonDeserializer<?> modifyCollectionDeserializer(
                DeserializationConfig config,
                CollectionType type,
                BeanDescription bean,
                JsonDeserializer<?> deserializer) {
            return new ItemReader(type, deserializer, null);
        }
    }

    /** Times are ISO-8601 text with an offset; Jackson's own reader would take any number for a time as well. */
    private static final class Times extends StdDeserializer<Instant> {

        private static final long serialVersionUID = 1L;

        private Times() {
            super(Instant.class);
        }

        @Override
        public Instant deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            if (!parser.hasToken(JsonToken.VALUE_STRING)) {
                return (Instant) context.handleUnexpectedToken(Instant.class, parser);
            }
            String text = parser.getText();
            try {
                Instant time = OffsetDateTime.parse(text).toInstant();
                if (time.isBefore(Instant.EPOCH) || time.isAfter(LAST_TIME)) {
                    return (Instant)
                            context.handleWeirdStringValue(Instant.class, text, "a time lies between 1970 and 9999");
                }
                return time;
            } catch (DateTimeException e) {
                return (Instant) context.handleWeirdStringValue(Instant.class, text, "not a time");
            }
        }
    }
}
