package dev.statecraft.testing.dynamo.storage;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.Projection;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;

/**
 * The definition of a secondary index.
 *
 * @param ordinal position among the table's indexes of its kind
 * @param attributes the projected attributes; null for all
 */
public record IndexShape(
        String name,
        boolean global,
        int ordinal,
        KeyShape key,
        KeyShape base,
        @Nullable Set<String> attributes) {

    public static IndexShape of(
            String name,
            boolean global,
            int ordinal,
            List<KeySchemaElement> schema,
            List<AttributeDefinition> definitions,
            KeyShape base,
            Projection projection) {
        KeyShape key = KeyShape.of(schema, definitions);
        @Nullable Set<String> attributes = null;
        if (projection.projectionType() != ProjectionType.ALL) {
            attributes = new HashSet<>(projection.nonKeyAttributes());
            attributes.add(base.partition());
            attributes.add(key.partition());
            for (KeyShape shape : List.of(base, key)) {
                if (shape.sort() != null) {
                    attributes.add(shape.sort());
                }
            }
        }
        return new IndexShape(name, global, ordinal, key, base, attributes);
    }

    public boolean projects(String attribute) {
        return attributes == null || attributes.contains(attribute);
    }

    /** The row of an item; null if the index does not contain the item. */
    public @Nullable StoredItem row(@Nullable StoredItem item) {
        if (item == null || !item.attributes().containsKey(key.partition())) {
            return null;
        }
        if (key.sort() != null && !item.attributes().containsKey(key.sort())) {
            return null;
        }
        if (attributes == null) {
            return item;
        }
        Map<String, AttributeValue> projected = new HashMap<>();
        for (String attribute : attributes) {
            AttributeValue value = item.attributes().get(attribute);
            if (value != null) {
                projected.put(attribute, value);
            }
        }
        return StoredItem.of(projected);
    }

    /** The place of a row. */
    public RowKey placeOf(Map<String, AttributeValue> row) {
        @Nullable PartitionId basePartition = global ? base.partitionOf(row) : null;
        return new RowKey(key.sortOf(row), RowKey.ROW, basePartition, base.sortOf(row));
    }
}
