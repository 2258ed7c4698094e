package dev.statecraft.testing.dynamo.storage;

import dev.statecraft.testing.dynamo.expression.DynamoErrors;
import dev.statecraft.testing.dynamo.expression.ItemSize;
import dev.statecraft.testing.dynamo.expression.ValueCheck;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;

/**
 * The key attributes of a table or index.
 *
 * @param sort null without a sort key
 */
public record KeyShape(
        String partition,
        AttributeValue.Type partitionType,
        @Nullable String sort,
        AttributeValue.Type sortType) {

    private static final int MOST_PARTITION_BYTES = 2048;
    private static final int MOST_SORT_BYTES = 1024;
    private static final String INVALID = "One or more parameter values were invalid: ";
    private static final String EMPTY = "One or more parameter values are not valid. The AttributeValue for a key"
            + " attribute cannot contain an empty ";

    public static KeyShape of(List<KeySchemaElement> schema, List<AttributeDefinition> definitions) {
        Map<String, AttributeValue.Type> types = new HashMap<>();
        definitions.forEach(definition ->
                types.put(definition.attributeName(), AttributeValue.Type.valueOf(definition.attributeTypeAsString())));
        String partition = schema.get(0).attributeName();
        @Nullable String sort = schema.size() > 1 ? schema.get(1).attributeName() : null;
        boolean keys = schema.size() <= 2
                && schema.get(0).keyType() == KeyType.HASH
                && (sort == null || schema.get(1).keyType() == KeyType.RANGE);
        if (!keys) {
            throw DynamoErrors.invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
        }
        if (!types.containsKey(partition) || (sort != null && !types.containsKey(sort))) {
            throw DynamoErrors.invalid(INVALID + "Some index key attributes are not defined in AttributeDefinitions");
        }
        AttributeValue.Type sortType = sort == null ? AttributeValue.Type.S : Objects.requireNonNull(types.get(sort));
        return new KeyShape(partition, Objects.requireNonNull(types.get(partition)), sort, sortType);
    }

    public boolean contains(String attribute) {
        return attribute.equals(partition) || attribute.equals(sort);
    }

    public PartitionId partitionOf(Map<String, AttributeValue> item) {
        return PartitionId.of(Objects.requireNonNull(item.get(partition)));
    }

    public @Nullable AttributeValue sortOf(Map<String, AttributeValue> item) {
        return sort == null ? null : item.get(sort);
    }

    /** The attributes of the key alone. */
    public Map<String, AttributeValue> keyOf(Map<String, AttributeValue> item) {
        return sort == null
                ? Map.of(partition, item.get(partition))
                : Map.of(partition, item.get(partition), sort, item.get(sort));
    }

    /** Rejects an item without a valid key. */
    public void requireIn(Map<String, AttributeValue> item) {
        requireIn(item, partition, partitionType, MOST_PARTITION_BYTES);
        if (sort != null) {
            requireIn(item, sort, sortType, MOST_SORT_BYTES);
        }
    }

    /** The canonical key; rejects one with other attributes than the key's. */
    public Map<String, AttributeValue> requireKey(Map<String, AttributeValue> given) {
        if (given.size() != (sort == null ? 1 : 2)) {
            throw DynamoErrors.invalid("The number of conditions on the keys is invalid");
        }
        Map<String, AttributeValue> key = ValueCheck.canonical(given);
        AttributeValue partitionValue = key.get(partition);
        AttributeValue sortValue = sort == null ? null : key.get(sort);
        if (partitionValue == null || (sort != null && sortValue == null)) {
            throw DynamoErrors.invalid("One of the required keys was not given a value");
        }
        requireIn(key);
        return key;
    }

    private static void requireIn(
            Map<String, AttributeValue> item, String name, AttributeValue.Type type, int mostBytes) {
        AttributeValue value = item.get(name);
        if (value == null) {
            throw DynamoErrors.invalid(INVALID + "Missing the key " + name + " in the item");
        }
        if (value.type() != type) {
            throw DynamoErrors.invalid(
                    INVALID + "Type mismatch for key " + name + " expected: " + type + " actual: " + value.type());
        }
        requireNotEmpty(value, " value. Key: " + name);
        int size = ItemSize.of(value);
        if (size > mostBytes) {
            throw DynamoErrors.invalid(
                    mostBytes == MOST_PARTITION_BYTES
                            ? INVALID + "Size of hashkey has exceeded the maximum size limit of2048 bytes"
                            : INVALID + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes");
        }
    }

    /** Rejects an item whose key in an index has another type, is empty or too long; a missing one is valid. */
    public void requireIfPresent(Map<String, AttributeValue> item, String index) {
        requireIfPresent(item, partition, partitionType, index);
        if (sort != null) {
            requireIfPresent(item, sort, sortType, index);
        }
    }

    private static void requireIfPresent(
            Map<String, AttributeValue> item, String name, AttributeValue.Type type, String index) {
        AttributeValue value = item.get(name);
        if (value == null) {
            return;
        }
        if (value.type() != type) {
            throw DynamoErrors.invalid(INVALID + "Type mismatch for Index Key " + name + " Expected: " + type
                    + " Actual: " + value.type() + " IndexName: " + index);
        }
        requireNotEmpty(value, " value. IndexName: " + index + ", IndexKey: " + name);
    }

    private static void requireNotEmpty(AttributeValue value, String where) {
        if (value.type() == AttributeValue.Type.S && value.s().isEmpty()) {
            throw DynamoErrors.invalid(EMPTY + "string" + where);
        }
        if (value.type() == AttributeValue.Type.B && value.b().asByteArrayUnsafe().length == 0) {
            throw DynamoErrors.invalid(EMPTY + "binary" + where);
        }
    }
}
