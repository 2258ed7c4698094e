package dev.statecraft.table;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

/**
 * Changes one attribute of an item that carries no version, without undoing what others change at the same time: the
 * attribute must still be what it was when the change was made of it.
 */
public final class Replacement {

    private Replacement() {}

    /**
     * Replaces an attribute; if somebody else was faster, of what stands there then. Each further round is somebody else's
     * success, so it ends. 1 WCU for each KB and round; nothing if there is nothing to change.
     *
     * @param item as it was read, with its key; changed only as it was stored, so that an item that is gone stays gone
     * @param change the attribute that follows from an item, nothing if it may stay as it is
     * @return whether it was replaced
     */
    public static boolean write(
            DynamoDbClient dynamo,
            String table,
            Map<String, AttributeValue> item,
            String attribute,
            Function<Map<String, AttributeValue>, Optional<AttributeValue>> change) {
        Map<String, AttributeValue> read = item;
        Optional<AttributeValue> value = change.apply(read);
        while (value.isPresent()) {
            Map<String, AttributeValue> changed = new HashMap<>(read);
            changed.put(attribute, value.get());
            try {
                AttributeValue expected = read.get(attribute);
                dynamo.putItem(put -> put.tableName(table)
                        .item(changed)
                        .conditionExpression("#attribute = :read")
                        .expressionAttributeNames(Map.of("#attribute", attribute))
                        .expressionAttributeValues(Map.of(":read", expected))
                        .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD));
                return true;
            } catch (ConditionalCheckFailedException e) {
                // The SDK repeats a write whose answer was lost; then what stands there is what was to be written.
                if (e.item().equals(changed)) {
                    return true;
                }
                read = e.item();
                value = read.isEmpty() ? Optional.empty() : change.apply(read);
            }
        }
        return false;
    }
}
