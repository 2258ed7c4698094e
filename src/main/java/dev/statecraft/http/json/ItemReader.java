package dev.statecraft.http.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.deser.ContextualDeserializer;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.exc.InvalidDefinitionException;
import dev.statecraft.http.FailureProblems;
import dev.statecraft.http.Problem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lists of bulk requests ({@link BulkRequest}) item by item into an {@link ItemList}; other lists are read as
 * usual. In the tree, a {@link JsonCheck.Fault} replaces an item that {@link JsonCheck} removed.
 */
final class ItemReader extends StdDeserializer<Object> implements ContextualDeserializer {

    private static final long serialVersionUID = 1L;

    private final JavaType type;
    private final transient JsonDeserializer<?> plain;
    private final @Nullable String field;

    /**
     * A reader.
     *
     * @param type type of the list
     * @param plain deserializer of lists outside of bulk requests
     * @param field name of the list in the bulk request; null until the context is known
     */
    ItemReader(JavaType type, JsonDeserializer<?> plain, @Nullable String field) {
        super(type);
        this.type = type;
        this.plain = plain;
        this.field = field;
    }

    @Override
    public JsonDeserializer<?> createContextual(DeserializationContext context, @Nullable BeanProperty property)
            throws JsonMappingException {
        if (property != null
                && property.getMember() != null
                && BulkRequest.class.isAssignableFrom(property.getMember().getDeclaringClass())) {
            return new ItemReader(type, plain, property.getName());
        }
        return context.handleSecondaryContextualization(plain, property, type);
    }

    @Override
    public Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        if (!parser.isExpectedStartArrayToken()) {
            return context.handleUnexpectedToken(type, parser);
        }
        List<ItemList.Item<Object>> items = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            items.add(item(parser, context, field + "[" + items.size() + "]"));
        }
        return new ItemList<>(items);
    }

    private ItemList.Item<Object> item(JsonParser parser, DeserializationContext context, String path)
            throws IOException {
        if (parser.hasToken(JsonToken.VALUE_NULL)) {
            return ItemList.Item.of(null);
        }
        if (parser.hasToken(JsonToken.VALUE_EMBEDDED_OBJECT)
                && parser.getEmbeddedObject() instanceof JsonCheck.Fault fault) {
            return new ItemList.Item<>(null, fault.problem(), fault.texts());
        }
        JsonNode tree = context.readTree(parser);
        try {
            return ItemList.Item.of(context.readTreeAsValue(tree, type.getContentType()));
        } catch (JsonProcessingException e) {
            if (e instanceof InvalidDefinitionException) {
                // Not the fault of the item: no item of this type can be read.
                throw e;
            }
            Problem problem = FailureProblems.malformed(e);
            String at = problem.field();
            return new ItemList.Item<>(null, problem.withField(at == null ? path : path + "." + at), texts(tree));
        }
    }

    private static Map<String, String> texts(JsonNode item) {
        Map<String, String> texts = new HashMap<>();
        item.properties().forEach(member -> {
            if (member.getValue().isTextual()) {
                texts.put(member.getKey(), member.getValue().textValue());
            }
        });
        return texts;
    }
}
