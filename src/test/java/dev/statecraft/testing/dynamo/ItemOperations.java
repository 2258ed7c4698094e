package dev.statecraft.testing.dynamo;

import dev.statecraft.testing.dynamo.expression.DocumentPath;
import dev.statecraft.testing.dynamo.expression.DynamoErrors;
import dev.statecraft.testing.dynamo.expression.ItemExpression;
import dev.statecraft.testing.dynamo.expression.Placeholders;
import dev.statecraft.testing.dynamo.storage.Consumption;
import dev.statecraft.testing.dynamo.storage.ModelState;
import dev.statecraft.testing.dynamo.storage.ModelTable;
import dev.statecraft.testing.dynamo.storage.PartitionId;
import dev.statecraft.testing.dynamo.storage.PlannedWrite;
import dev.statecraft.testing.dynamo.storage.RowKey;
import dev.statecraft.testing.dynamo.storage.StoredItem;
import dev.statecraft.testing.dynamo.storage.Throughput;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.TransactionConflictException;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;

/** Reads and writes of one item. */
final class ItemOperations {

    private record Written(PlannedWrite write, @Nullable ConsumedCapacity consumed) {}

    private final ModelState state;

    ItemOperations(ModelState state) {
        this.state = state;
    }

    GetItemResponse get(GetItemRequest request) {
        if (request.hasAttributesToGet()) {
            throw DynamoErrors.unsupported("AttributesToGet");
        }
        ModelTable table = state.table(request.tableName());
        ItemExpression<List<DocumentPath>> projection = ItemExpression.projection(request.projectionExpression());
        Placeholders placeholders = Placeholders.of(
                request.hasExpressionAttributeNames() ? request.expressionAttributeNames() : null, null, projection);
        if (projection != null) {
            DocumentPath.requireDisjoint(projection, placeholders);
        }
        Map<String, AttributeValue> key = table.key().requireKey(request.key());
        PartitionId partition = table.key().partitionOf(key);
        RowKey row = RowKey.of(table.key().sortOf(key));
        boolean consistent = Boolean.TRUE.equals(request.consistentRead());
        Consumption consumption = new Consumption(false);
        @Nullable StoredItem item;
        synchronized (state.lock) {
            long now = state.nowNanos();
            if (!state.throughput.canRead(table, null, partition, now)) {
                throw Throughput.exceeded();
            }
            item = state.read(table, partition, row, consistent);
            double units = consumption.read(table, null, StoredItem.sizeOf(item), consistent);
            state.throughput.read(table, null, partition, units, now);
            state.account(consumption);
        }
        GetItemResponse.Builder response = GetItemResponse.builder();
        if (item != null) {
            response.item(
                    projection == null
                            ? item.attributes()
                            : DocumentPath.project(item.attributes(), projection.tree(), placeholders));
        }
        return response.consumedCapacity(consumption.one(request.returnConsumedCapacity()))
                .build();
    }

    PutItemResponse put(PutItemRequest request) {
        rejectUnused(
                request.hasExpected() || request.conditionalOperator() != null,
                request.returnItemCollectionMetricsAsString());
        requireOldOrNone(request.returnValues());
        PreparedWrite prepared = PreparedWrite.of(state.table(request.tableName()), request);
        Written written = write(prepared, request.returnConsumedCapacity());
        PutItemResponse.Builder response = PutItemResponse.builder().consumedCapacity(written.consumed());
        StoredItem before = written.write().before();
        if (request.returnValues() == ReturnValue.ALL_OLD && before != null) {
            response.attributes(before.attributes());
        }
        return response.build();
    }

    DeleteItemResponse delete(DeleteItemRequest request) {
        rejectUnused(
                request.hasExpected() || request.conditionalOperator() != null,
                request.returnItemCollectionMetricsAsString());
        requireOldOrNone(request.returnValues());
        PreparedWrite prepared = PreparedWrite.of(state.table(request.tableName()), request);
        Written written = write(prepared, request.returnConsumedCapacity());
        DeleteItemResponse.Builder response = DeleteItemResponse.builder().consumedCapacity(written.consumed());
        StoredItem before = written.write().before();
        if (request.returnValues() == ReturnValue.ALL_OLD && before != null) {
            response.attributes(before.attributes());
        }
        return response.build();
    }

    UpdateItemResponse update(UpdateItemRequest request) {
        rejectUnused(
                request.hasExpected() || request.hasAttributeUpdates() || request.conditionalOperator() != null,
                request.returnItemCollectionMetricsAsString());
        PreparedWrite prepared = PreparedWrite.of(state.table(request.tableName()), request);
        Written written = write(prepared, request.returnConsumedCapacity());
        UpdateItemResponse.Builder response = UpdateItemResponse.builder().consumedCapacity(written.consumed());
        @Nullable Map<String, AttributeValue> returned = returned(request.returnValues(), prepared, written.write());
        if (returned != null && !returned.isEmpty()) {
            response.attributes(returned);
        }
        return response.build();
    }

    private Written write(PreparedWrite prepared, @Nullable ReturnConsumedCapacity requested) {
        Consumption consumption = new Consumption(false);
        PlannedWrite write;
        synchronized (state.lock) {
            write = apply(prepared, consumption);
            state.account(consumption);
        }
        return new Written(write, consumption.one(requested));
    }

    /** Applies a write that is no part of a transaction; the caller holds the lock. */
    PlannedWrite apply(PreparedWrite prepared, Consumption consumption) {
        if (state.isInFlight(prepared.table(), prepared.partition(), prepared.row())) {
            throw DynamoErrors.of(
                    TransactionConflictException.builder(),
                    "TransactionConflictException",
                    "Transaction is ongoing for the item");
        }
        long now = state.nowNanos();
        StoredItem current = state.current(prepared.table(), prepared.partition(), prepared.row());
        if (!prepared.accepts(current)) {
            if (!state.throughput.canWrite(prepared.table(), prepared.partition(), now)) {
                throw Throughput.exceeded();
            }
            double units = consumption.failedWrite(prepared.table(), prepared.sizeBytes(current));
            state.account(consumption);
            state.throughput.failedWrite(prepared.table(), prepared.partition(), units, now);
            throw DynamoErrors.condition(prepared.shown(current));
        }
        PlannedWrite write = prepared.plan(current);
        if (!state.throughput.canWrite(write, now)) {
            throw Throughput.exceeded();
        }
        state.apply(write, false);
        consumption.write(write);
        state.throughput.write(write, 1, now);
        return write;
    }

    private static @Nullable Map<String, AttributeValue> returned(
            @Nullable ReturnValue wish, PreparedWrite prepared, PlannedWrite write) {
        if (wish == null) {
            return null;
        }
        return switch (wish) {
            case NONE -> null;
            case ALL_OLD -> StoredItem.attributesOf(write.before());
            case ALL_NEW -> StoredItem.attributesOf(write.after());
            case UPDATED_OLD -> updated(prepared, write.before());
            case UPDATED_NEW -> updated(prepared, write.after());
            case UNKNOWN_TO_SDK_VERSION -> throw DynamoErrors.invalid("Invalid ReturnValues");
        };
    }

    private static Map<String, AttributeValue> updated(PreparedWrite prepared, @Nullable StoredItem item) {
        return prepared.update() == null
                ? Map.of()
                : DocumentPath.project(
                        StoredItem.attributesOf(item),
                        DocumentPath.untilLists(prepared.update().tree().paths()),
                        prepared.placeholders());
    }

    private static void requireOldOrNone(@Nullable ReturnValue wish) {
        if (wish != null && wish != ReturnValue.NONE && wish != ReturnValue.ALL_OLD) {
            throw DynamoErrors.invalid("ReturnValues can only be ALL_OLD or NONE");
        }
    }

    private static void rejectUnused(boolean legacy, @Nullable String itemCollectionMetrics) {
        if (legacy) {
            throw DynamoErrors.unsupported("conditions and updates without expressions");
        }
        if (itemCollectionMetrics != null && !itemCollectionMetrics.equals("NONE")) {
            throw DynamoErrors.unsupported("ReturnItemCollectionMetrics");
        }
    }
}
