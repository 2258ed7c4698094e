package dev.statecraft.testing.dynamo;

import dev.statecraft.testing.dynamo.expression.DocumentPath;
import dev.statecraft.testing.dynamo.expression.DynamoErrors;
import dev.statecraft.testing.dynamo.expression.ItemExpression;
import dev.statecraft.testing.dynamo.expression.Placeholders;
import dev.statecraft.testing.dynamo.storage.Consumption;
import dev.statecraft.testing.dynamo.storage.ModelState;
import dev.statecraft.testing.dynamo.storage.ModelTable;
import dev.statecraft.testing.dynamo.storage.PartitionId;
import dev.statecraft.testing.dynamo.storage.RowKey;
import dev.statecraft.testing.dynamo.storage.StoredItem;
import dev.statecraft.testing.dynamo.storage.Throughput;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.Get;
import software.amazon.awssdk.services.dynamodb.model.ItemResponse;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.TransactGetItem;
import software.amazon.awssdk.services.dynamodb.model.TransactGetItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactGetItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** Reads and writes of several items: batches, and transactional reads. */
final class BatchOperations {

    private static final int MOST_KEYS = 100;
    private static final int MOST_WRITES = 25;
    private static final long MOST_BYTES = 16L * 1024 * 1024;

    /** A checked read of one item. */
    private record PreparedRead(
            ModelTable table,
            PartitionId partition,
            RowKey row,
            Map<String, AttributeValue> key,
            @Nullable ItemExpression<List<DocumentPath>> projection,
            Placeholders placeholders,
            boolean consistent) {

        static PreparedRead of(
                ModelTable table,
                Map<String, AttributeValue> given,
                @Nullable ItemExpression<List<DocumentPath>> projection,
                Placeholders placeholders,
                boolean consistent) {
            Map<String, AttributeValue> key = table.key().requireKey(given);
            return new PreparedRead(
                    table,
                    table.key().partitionOf(key),
                    RowKey.of(table.key().sortOf(key)),
                    key,
                    projection,
                    placeholders,
                    consistent);
        }

        Map<String, AttributeValue> shown(StoredItem item) {
            return projection == null
                    ? item.attributes()
                    : DocumentPath.project(item.attributes(), projection.tree(), placeholders);
        }
    }

    private record BatchWrite(WriteRequest request, PreparedWrite prepared) {}

    private final ModelState state;
    private final ModelSettings settings;
    private final ItemOperations single;

    BatchOperations(ModelState state, ModelSettings settings, ItemOperations single) {
        this.state = state;
        this.settings = settings;
        this.single = single;
    }

    BatchGetItemResponse get(BatchGetItemRequest request) {
        List<PreparedRead> reads = prepare(request.requestItems());
        Map<String, List<Map<String, AttributeValue>>> found = new LinkedHashMap<>();
        Map<String, List<Map<String, AttributeValue>>> left = new LinkedHashMap<>();
        request.requestItems().keySet().forEach(table -> found.put(table, new ArrayList<>()));
        Consumption consumption = new Consumption(false);
        synchronized (state.lock) {
            long now = state.nowNanos();
            long sizeBytes = 0;
            int throttled = 0;
            for (PreparedRead read : reads) {
                boolean possible = state.throughput.canRead(read.table(), null, read.partition(), now);
                throttled += possible ? 0 : 1;
                StoredItem item = possible && sizeBytes <= MOST_BYTES
                        ? state.read(read.table(), read.partition(), read.row(), read.consistent())
                        : null;
                sizeBytes += StoredItem.sizeOf(item);
                if (!possible || sizeBytes > MOST_BYTES) {
                    left.computeIfAbsent(read.table().name(), table -> new ArrayList<>())
                            .add(read.key());
                    continue;
                }
                double units = consumption.read(read.table(), null, StoredItem.sizeOf(item), read.consistent());
                state.throughput.read(read.table(), null, read.partition(), units, now);
                if (item != null) {
                    Objects.requireNonNull(found.get(read.table().name())).add(read.shown(item));
                }
            }
            if (throttled == reads.size()) {
                throw Throughput.exceeded();
            }
            state.account(consumption);
            if (settings.shuffledBatches()) {
                found.values().forEach(this::shuffle);
            }
        }
        Map<String, KeysAndAttributes> unprocessed = new LinkedHashMap<>();
        left.forEach((table, keys) -> unprocessed.put(
                table,
                Objects.requireNonNull(request.requestItems().get(table)).toBuilder()
                        .keys(keys)
                        .build()));
        return BatchGetItemResponse.builder()
                .responses(found)
                .unprocessedKeys(unprocessed)
                .consumedCapacity(consumption.allOrNull(request.returnConsumedCapacity()))
                .build();
    }

    BatchWriteItemResponse write(BatchWriteItemRequest request) {
        List<BatchWrite> writes = prepareWrites(request.requestItems());
        Map<String, List<WriteRequest>> left = new LinkedHashMap<>();
        Consumption consumption = new Consumption(false);
        synchronized (state.lock) {
            int throttled = 0;
            for (BatchWrite one : writes) {
                PreparedWrite write = one.prepared();
                boolean possible = state.throughput.canWrite(write.table(), write.partition(), state.nowNanos());
                throttled += possible ? 0 : 1;
                if (possible && !state.isInFlight(write.table(), write.partition(), write.row())) {
                    single.apply(write, consumption);
                } else {
                    left.computeIfAbsent(write.table().name(), table -> new ArrayList<>())
                            .add(one.request());
                }
            }
            if (throttled == writes.size()) {
                throw Throughput.exceeded();
            }
            state.account(consumption);
        }
        return BatchWriteItemResponse.builder()
                .unprocessedItems(left)
                .consumedCapacity(consumption.allOrNull(request.returnConsumedCapacity()))
                .build();
    }

    /** A serializable read: items of a transaction in flight cancel it. */
    TransactGetItemsResponse transactGet(TransactGetItemsRequest request) {
        if (request.transactItems().isEmpty() || request.transactItems().size() > Transactions.MOST_ITEMS) {
            throw DynamoErrors.invalid("1 validation error detected: Value at 'transactItems' failed to satisfy"
                    + " constraint: Member must have length less than or equal to 100 and greater than or equal to 1");
        }
        List<PreparedRead> reads = request.transactItems().stream()
                .map(TransactGetItem::get)
                .map(this::prepare)
                .toList();
        requireDistinct(
                reads.stream().map(BatchOperations::address).toList(),
                "Transaction request cannot include multiple operations on one item");
        Consumption consumption = new Consumption(true);
        List<ItemResponse> responses = new ArrayList<>();
        synchronized (state.lock) {
            CancellationReason[] reasons = new CancellationReason[reads.size()];
            for (int i = 0; i < reasons.length; i++) {
                PreparedRead read = reads.get(i);
                if (state.isInFlight(read.table(), read.partition(), read.row())) {
                    reasons[i] = Cancellation.reason("TransactionConflict", "Transaction is ongoing for the item");
                }
            }
            // A transaction that is cancelled consumes as much as one that is not.
            for (PreparedRead read : reads) {
                StoredItem item = state.current(read.table(), read.partition(), read.row());
                consumption.read(read.table(), null, StoredItem.sizeOf(item), true);
                ItemResponse.Builder response = ItemResponse.builder();
                responses.add((item == null ? response : response.item(read.shown(item))).build());
            }
            state.account(consumption);
            Cancellation.cancelIfAny(reasons);
        }
        return TransactGetItemsResponse.builder()
                .responses(responses)
                .consumedCapacity(consumption.allOrNull(request.returnConsumedCapacity()))
                .build();
    }

    private PreparedRead prepare(Get get) {
        ItemExpression<List<DocumentPath>> projection = ItemExpression.projection(get.projectionExpression());
        Placeholders placeholders = Placeholders.of(
                get.hasExpressionAttributeNames() ? get.expressionAttributeNames() : null, null, projection);
        return PreparedRead.of(state.table(get.tableName()), get.key(), projection, placeholders, true);
    }

    private List<PreparedRead> prepare(Map<String, KeysAndAttributes> request) {
        List<PreparedRead> reads = new ArrayList<>();
        request.forEach((name, keys) -> {
            if (keys.hasAttributesToGet()) {
                throw DynamoErrors.unsupported("AttributesToGet");
            }
            ItemExpression<List<DocumentPath>> projection = ItemExpression.projection(keys.projectionExpression());
            Placeholders placeholders = Placeholders.of(
                    keys.hasExpressionAttributeNames() ? keys.expressionAttributeNames() : null, null, projection);
            ModelTable table = state.table(name);
            boolean consistent = Boolean.TRUE.equals(keys.consistentRead());
            keys.keys().forEach(key -> reads.add(PreparedRead.of(table, key, projection, placeholders, consistent)));
        });
        if (reads.isEmpty()) {
            throw DynamoErrors.invalid("The batchGetItem parameter RequestItems must not be empty");
        }
        if (reads.size() > MOST_KEYS) {
            throw DynamoErrors.invalid("Too many items requested for the BatchGetItem call");
        }
        requireDistinct(
                reads.stream().map(BatchOperations::address).toList(),
                "Provided list of item keys contains duplicates");
        return reads;
    }

    private List<BatchWrite> prepareWrites(Map<String, List<WriteRequest>> request) {
        List<BatchWrite> writes = new ArrayList<>();
        request.forEach((name, requests) -> {
            ModelTable table = state.table(name);
            if (requests.isEmpty()) {
                throw DynamoErrors.invalid("The batch write request list for a table cannot be null or empty: " + name);
            }
            requests.forEach(one -> writes.add(new BatchWrite(one, prepare(table, one))));
        });
        if (writes.isEmpty()) {
            throw DynamoErrors.invalid("The batch write request list for a table cannot be null or empty");
        }
        if (writes.size() > MOST_WRITES) {
            throw DynamoErrors.invalid("Too many items requested for the BatchWriteItem call");
        }
        requireDistinct(
                writes.stream().map(write -> write.prepared().address()).toList(),
                "Provided list of item keys contains duplicates");
        long sizeBytes = writes.stream()
                .mapToLong(write -> StoredItem.sizeOf(write.prepared().put()))
                .sum();
        if (sizeBytes > MOST_BYTES) {
            throw DynamoErrors.invalid("The batch write request is larger than 16 MB");
        }
        return writes;
    }

    private static PreparedWrite prepare(ModelTable table, WriteRequest request) {
        if (request.putRequest() != null) {
            return PreparedWrite.put(table, request.putRequest().item(), null, null, null, false);
        }
        if (request.deleteRequest() == null) {
            throw DynamoErrors.invalid("Supplied WriteRequest is empty, must contain a put or a delete");
        }
        return PreparedWrite.keyed(
                PreparedWrite.Kind.DELETE, table, request.deleteRequest().key(), null, null, null, null, false);
    }

    private static ModelState.Address address(PreparedRead read) {
        return new ModelState.Address(read.table().name(), read.partition(), read.row());
    }

    private static void requireDistinct(List<ModelState.Address> addresses, String message) {
        if (new TreeSet<>(addresses).size() < addresses.size()) {
            throw DynamoErrors.invalid(message);
        }
    }

    private void shuffle(List<?> items) {
        for (int i = items.size() - 1; i > 0; i--) {
            Collections.swap(items, i, state.random(i + 1));
        }
    }
}
