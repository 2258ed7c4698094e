package dev.statecraft.http.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;

/** Reads an empty array as an empty object: Luau encodes both as {@code []}. */
final class EmptyArrayAsObject extends DelegatingDeserializer {

    private static final long serialVersionUID = 1L;

    EmptyArrayAsObject(JsonDeserializer<?> object) {
        super(object);
    }

    @Override
    protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> object) {
        return new EmptyArrayAsObject(object);
    }

    @Override
    public Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        if (!parser.hasToken(JsonToken.START_ARRAY)) {
            return super.deserialize(parser, context);
        }
        if (parser.nextToken() != JsonToken.END_ARRAY) {
            return context.handleUnexpectedToken(getValueType(context), JsonToken.START_ARRAY, parser, null);
        }
        try (JsonParser empty = JsonNodeFactory.instance.objectNode().traverse(parser.getCodec())) {
            empty.nextToken();
            return super.deserialize(empty, context);
        }
    }
}
