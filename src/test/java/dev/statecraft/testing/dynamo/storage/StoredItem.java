package dev.statecraft.testing.dynamo.storage;

import dev.statecraft.testing.dynamo.expression.ItemSize;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** An immutable item, or its projection to an index, with its size. */
public record StoredItem(Map<String, AttributeValue> attributes, int sizeBytes) {

    public static StoredItem of(Map<String, AttributeValue> attributes) {
        return new StoredItem(attributes, ItemSize.of(attributes));
    }

    /** The attributes; none for a missing item. */
    public static Map<String, AttributeValue> attributesOf(@Nullable StoredItem item) {
        return item == null ? Map.of() : item.attributes;
    }

    /** The size; zero for a missing item. */
    public static int sizeOf(@Nullable StoredItem item) {
        return item == null ? 0 : item.sizeBytes;
    }
}
