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
 * Conditional replacement of one attribute of an item without a version. The write requires that the attribute still
 * has the value that was read, so it does not undo concurrent changes of the attribute.
 */
public final class ConditionalPut {

    private ConditionalPut() {}

    /**
     * Replaces an attribute. If another writer won the race, the change is computed again from the current item. Every
     * lost race is the success of another writer, so the loop ends. Cost: 1 WCU per KB and attempt; none if there is
     * nothing to change.
     *
     * @param item the item that was read, with its key; a deleted item is not created again
     * @param change computes the new value of the attribute; empty if the item needs no change
     * @return whether the attribute was replaced
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
                // The SDK retries a write whose response was lost; the stored item then equals the intended one.
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
