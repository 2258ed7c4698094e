package dev.statecraft.testing.dynamo;

import dev.statecraft.testing.dynamo.expression.ItemSize;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** An immutable item, or its projection to an index, with its size. */
record StoredItem(Map<String, AttributeValue> attributes, int sizeBytes) {

    static StoredItem of(Map<String, AttributeValue> attributes) {
        return new StoredItem(attributes, ItemSize.of(attributes));
    }

    /** The attributes; none for a missing item. */
    static Map<String, AttributeValue> attributesOf(@Nullable StoredItem item) {
        return item == null ? Map.of() : item.attributes;
    }

    /** The size; zero for a missing item. */
    static int sizeOf(@Nullable StoredItem item) {
        return item == null ? 0 : item.sizeBytes;
    }
}
