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
import dev.statecraft.http.FailureProblems;
import dev.statecraft.http.ProblemException;
import jakarta.inject.Inject;
import jakarta.ws.rs.ext.ContextResolver;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;

/**
 * The strict JSON mapper of request bodies, which accepts only what the API contract defines. Unknown fields, a number
 * in place of a string or vice versa, a fraction in place of an integer, duplicate keys and content after the value are
 * errors. It is separate from the application's mapper, because the Lambda extension reads events with a copy of that
 * mapper, and events may contain further fields.
 */
@Provider
public class RequestJson implements ContextResolver<ObjectMapper> {

    /** The latest time in a request; the earliest is the start of 1970. */
    private static final Instant LAST_TIME = Instant.parse("9999-12-31T23:59:59.999Z");

    private final ObjectMapper strict;

    @Inject
    public RequestJson(ObjectMapper mapper) {
        this.strict = strict(mapper);
    }

    /** A strict copy of a mapper; the mapper itself is not changed. */
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
        // Luau encodes empty objects as []; EmptyArrayAsObject handles records.
        strict.coercionConfigFor(LogicalType.Map).setCoercion(CoercionInputShape.EmptyArray, CoercionAction.AsEmpty);
        strict.registerModule(new SimpleModule("statecraft-requests")
                .addDeserializer(Instant.class, new Times())
                .setDeserializerModifier(new Leniency()));
        return strict;
    }

    /**
     * Parses a bulk request. In the tree, an embedded {@link JsonCheck.Fault} replaces a malformed item; {@link
     * ItemReader} binds it as the problem of the item.
     *
     * @throws ProblemException 400 for a fault outside of the items
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
            throw new UncheckedIOException("A read from memory failed", e);
        }
    }

    /**
     * Parses and binds a bulk request, each item independently: see {@link ItemList}.
     *
     * @throws ProblemException 400 for a fault outside of the items
     */
    Object readBulk(byte[] body, Class<?> type) {
        try {
            return strict.treeToValue(tree(strict, body), type);
        } catch (JsonProcessingException e) {
            throw FailureProblems.rejection(e);
        }
    }

    /** The factory of strict parsers, for classes that read tokens. */
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

    /** Accepts empty arrays as objects, and reads the lists of bulk requests item by item. */
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

    /** Reads times as ISO-8601 text with an offset. Jackson's default deserializer also accepts numbers. */
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
