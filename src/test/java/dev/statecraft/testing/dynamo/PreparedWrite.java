package dev.statecraft.testing.dynamo;

import dev.statecraft.testing.dynamo.expression.Condition;
import dev.statecraft.testing.dynamo.expression.DocumentPath;
import dev.statecraft.testing.dynamo.expression.DynamoErrors;
import dev.statecraft.testing.dynamo.expression.ItemExpression;
import dev.statecraft.testing.dynamo.expression.ItemSize;
import dev.statecraft.testing.dynamo.expression.Placeholders;
import dev.statecraft.testing.dynamo.expression.UpdateProgram;
import dev.statecraft.testing.dynamo.expression.ValueCheck;
import dev.statecraft.testing.dynamo.storage.ModelState;
import dev.statecraft.testing.dynamo.storage.ModelTable;
import dev.statecraft.testing.dynamo.storage.PartitionId;
import dev.statecraft.testing.dynamo.storage.PlannedWrite;
import dev.statecraft.testing.dynamo.storage.RowKey;
import dev.statecraft.testing.dynamo.storage.StoredItem;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionCheck;
import software.amazon.awssdk.services.dynamodb.model.Delete;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.Update;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/**
 * A checked write of one item.
 *
 * @param key the key's attributes
 * @param put the new item of a put; null for others
 * @param condition null without one
 * @param update null for others than updates, and for an update without changes
 * @param showsItem whether a failed condition returns the item
 */
record PreparedWrite(
        Kind kind,
        ModelTable table,
        PartitionId partition,
        RowKey row,
        Map<String, AttributeValue> key,
        @Nullable StoredItem put,
        @Nullable ItemExpression<Condition> condition,
        @Nullable ItemExpression<UpdateProgram> update,
        Placeholders placeholders,
        boolean showsItem) {

    enum Kind {
        PUT,
        UPDATE,
        DELETE,
        CHECK
    }

    private static final ReturnValuesOnConditionCheckFailure ALL_OLD = ReturnValuesOnConditionCheckFailure.ALL_OLD;

    static PreparedWrite of(ModelTable table, PutItemRequest request) {
        return put(
                table,
                request.item(),
                ItemExpression.condition(request.conditionExpression()),
                request.hasExpressionAttributeNames() ? request.expressionAttributeNames() : null,
                request.hasExpressionAttributeValues() ? request.expressionAttributeValues() : null,
                request.returnValuesOnConditionCheckFailure() == ALL_OLD);
    }

    static PreparedWrite of(ModelTable table, Put put) {
        return put(
                table,
                put.item(),
                ItemExpression.condition(put.conditionExpression()),
                put.hasExpressionAttributeNames() ? put.expressionAttributeNames() : null,
                put.hasExpressionAttributeValues() ? put.expressionAttributeValues() : null,
                put.returnValuesOnConditionCheckFailure() == ALL_OLD);
    }

    static PreparedWrite of(ModelTable table, UpdateItemRequest request) {
        return keyed(
                Kind.UPDATE,
                table,
                request.key(),
                ItemExpression.condition(request.conditionExpression()),
                ItemExpression.update(request.updateExpression()),
                request.hasExpressionAttributeNames() ? request.expressionAttributeNames() : null,
                request.hasExpressionAttributeValues() ? request.expressionAttributeValues() : null,
                request.returnValuesOnConditionCheckFailure() == ALL_OLD);
    }

    static PreparedWrite of(ModelTable table, Update update) {
        return keyed(
                Kind.UPDATE,
                table,
                update.key(),
                ItemExpression.condition(update.conditionExpression()),
                ItemExpression.update(update.updateExpression()),
                update.hasExpressionAttributeNames() ? update.expressionAttributeNames() : null,
                update.hasExpressionAttributeValues() ? update.expressionAttributeValues() : null,
                update.returnValuesOnConditionCheckFailure() == ALL_OLD);
    }

    static PreparedWrite of(ModelTable table, DeleteItemRequest request) {
        return keyed(
                Kind.DELETE,
                table,
                request.key(),
                ItemExpression.condition(request.conditionExpression()),
                null,
                request.hasExpressionAttributeNames() ? request.expressionAttributeNames() : null,
                request.hasExpressionAttributeValues() ? request.expressionAttributeValues() : null,
                request.returnValuesOnConditionCheckFailure() == ALL_OLD);
    }

    static PreparedWrite of(ModelTable table, Delete delete) {
        return keyed(
                Kind.DELETE,
                table,
                delete.key(),
                ItemExpression.condition(delete.conditionExpression()),
                null,
                delete.hasExpressionAttributeNames() ? delete.expressionAttributeNames() : null,
                delete.hasExpressionAttributeValues() ? delete.expressionAttributeValues() : null,
                delete.returnValuesOnConditionCheckFailure() == ALL_OLD);
    }

    static PreparedWrite of(ModelTable table, ConditionCheck check) {
        return keyed(
                Kind.CHECK,
                table,
                check.key(),
                ItemExpression.condition(check.conditionExpression()),
                null,
                check.hasExpressionAttributeNames() ? check.expressionAttributeNames() : null,
                check.hasExpressionAttributeValues() ? check.expressionAttributeValues() : null,
                check.returnValuesOnConditionCheckFailure() == ALL_OLD);
    }

    static PreparedWrite put(
            ModelTable table,
            Map<String, AttributeValue> given,
            @Nullable ItemExpression<Condition> condition,
            @Nullable Map<String, String> names,
            @Nullable Map<String, AttributeValue> values,
            boolean showsItem) {
        Placeholders placeholders = Placeholders.of(names, values, condition);
        check(condition, placeholders);
        StoredItem item = StoredItem.of(ValueCheck.canonical(given));
        table.key().requireIn(item.attributes());
        table.indexes().forEach(index -> index.key().requireIfPresent(item.attributes(), index.name()));
        if (item.sizeBytes() > ItemSize.LIMIT_BYTES) {
            throw DynamoErrors.invalid("Item size has exceeded the maximum allowed size");
        }
        return new PreparedWrite(
                Kind.PUT,
                table,
                table.key().partitionOf(item.attributes()),
                RowKey.of(table.key().sortOf(item.attributes())),
                table.key().keyOf(item.attributes()),
                item,
                condition,
                null,
                placeholders,
                showsItem);
    }

    static PreparedWrite keyed(
            Kind kind,
            ModelTable table,
            Map<String, AttributeValue> given,
            @Nullable ItemExpression<Condition> condition,
            @Nullable ItemExpression<UpdateProgram> update,
            @Nullable Map<String, String> names,
            @Nullable Map<String, AttributeValue> values,
            boolean showsItem) {
        Placeholders placeholders = Placeholders.of(names, values, condition, update);
        check(condition, placeholders);
        if (update != null) {
            update.tree().check(placeholders);
            for (DocumentPath path : update.tree().paths()) {
                String attribute = path.attribute(placeholders);
                if (table.key().contains(attribute)) {
                    throw DynamoErrors.invalid("One or more parameter values were invalid: Cannot update attribute "
                            + attribute + ". This attribute is part of the key");
                }
            }
        }
        Map<String, AttributeValue> key = table.key().requireKey(given);
        return new PreparedWrite(
                kind,
                table,
                table.key().partitionOf(key),
                RowKey.of(table.key().sortOf(key)),
                key,
                null,
                condition,
                update,
                placeholders,
                showsItem);
    }

    ModelState.Address address() {
        return new ModelState.Address(table.name(), partition, row);
    }

    /** Whether the item meets the condition. */
    boolean accepts(@Nullable StoredItem current) {
        return condition == null || condition.tree().test(StoredItem.attributesOf(current), placeholders);
    }

    /** What the write does to the item; rejects an update that the item does not allow. */
    PlannedWrite plan(@Nullable StoredItem current) {
        @Nullable StoredItem after =
                switch (kind) {
                    case PUT -> put;
                    case DELETE -> null;
                    case CHECK -> current;
                    case UPDATE -> updated(current);
                };
        return PlannedWrite.of(table, partition, row, current, after);
    }

    /** Size of the larger one of the stored item and the item that the write would leave: a rejected write consumes it. */
    int sizeBytes(@Nullable StoredItem current) {
        @Nullable StoredItem after = put;
        if (kind == Kind.UPDATE) {
            try {
                after = updated(current);
            } catch (DynamoDbException invalid) {
                // The stored item does not allow the update.
                after = null;
            }
        }
        return Math.max(StoredItem.sizeOf(current), StoredItem.sizeOf(after));
    }

    /** The item for the response to a failed condition; null if it is not requested or there is none. */
    @Nullable Map<String, AttributeValue> shown(@Nullable StoredItem current) {
        return showsItem && current != null ? current.attributes() : null;
    }

    private StoredItem updated(@Nullable StoredItem current) {
        Map<String, AttributeValue> before = current == null ? key : current.attributes();
        Map<String, AttributeValue> after =
                update == null ? new HashMap<>(before) : update.tree().apply(before, placeholders);
        StoredItem item = StoredItem.of(after);
        if (item.sizeBytes() > ItemSize.LIMIT_BYTES) {
            throw DynamoErrors.invalid("Item size to update has exceeded the maximum allowed size");
        }
        table.indexes().forEach(index -> index.key().requireIfPresent(after, index.name()));
        return item;
    }

    private static void check(@Nullable ItemExpression<Condition> condition, Placeholders placeholders) {
        if (condition != null) {
            condition.tree().check(condition.parameter(), placeholders);
        }
    }
}
