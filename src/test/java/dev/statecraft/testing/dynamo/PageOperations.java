package dev.statecraft.testing.dynamo;

import dev.statecraft.testing.dynamo.expression.Condition;
import dev.statecraft.testing.dynamo.expression.DocumentPath;
import dev.statecraft.testing.dynamo.expression.DynamoErrors;
import dev.statecraft.testing.dynamo.expression.ItemExpression;
import dev.statecraft.testing.dynamo.expression.KeyCondition;
import dev.statecraft.testing.dynamo.expression.Placeholders;
import dev.statecraft.testing.dynamo.storage.Consumption;
import dev.statecraft.testing.dynamo.storage.IndexShape;
import dev.statecraft.testing.dynamo.storage.KeyShape;
import dev.statecraft.testing.dynamo.storage.ModelState;
import dev.statecraft.testing.dynamo.storage.ModelTable;
import dev.statecraft.testing.dynamo.storage.PartitionId;
import dev.statecraft.testing.dynamo.storage.RowKey;
import dev.statecraft.testing.dynamo.storage.StoredItem;
import dev.statecraft.testing.dynamo.storage.Throughput;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;

/** Queries and scans. */
final class PageOperations {

    /** Partitions that a scan fetches at a time, so that a page does not copy the list of all. */
    private static final int PARTITIONS = 64;

    private static final int MOST_SEGMENTS = 1_000_000;

    private final ModelState state;

    PageOperations(ModelState state) {
        this.state = state;
    }

    QueryResponse query(QueryRequest request) {
        if (request.hasKeyConditions() || request.hasQueryFilter() || request.hasAttributesToGet()) {
            throw DynamoErrors.unsupported("queries without expressions");
        }
        ModelTable table = state.table(request.tableName());
        @Nullable IndexShape index = index(table, request.indexName(), request.consistentRead());
        KeyShape key = index == null ? table.key() : index.key();
        ItemExpression<Condition> keyCondition = ItemExpression.keyCondition(request.keyConditionExpression());
        ItemExpression<Condition> filter = ItemExpression.filter(request.filterExpression());
        ItemExpression<List<DocumentPath>> projection = ItemExpression.projection(request.projectionExpression());
        if (keyCondition == null) {
            throw DynamoErrors.invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified"
                    + " in the request.");
        }
        Placeholders placeholders = Placeholders.of(
                request.hasExpressionAttributeNames() ? request.expressionAttributeNames() : null,
                request.hasExpressionAttributeValues() ? request.expressionAttributeValues() : null,
                keyCondition,
                filter,
                projection);
        keyCondition.tree().check(keyCondition.parameter(), placeholders);
        KeyCondition rows = KeyCondition.of(keyCondition.tree(), placeholders, key.partition(), key.sort());
        requireTypes(rows, key);
        rejectKeyIn(filter, key, placeholders);
        PageReader page =
                new PageReader(table, index, filter, projection, placeholders, request.select(), request.limit());
        boolean forward = !Boolean.FALSE.equals(request.scanIndexForward());
        PartitionId partition = PartitionId.of(rows.partition());
        @Nullable RowKey start = null;
        if (request.hasExclusiveStartKey() && !request.exclusiveStartKey().isEmpty()) {
            Map<String, AttributeValue> from = PageReader.requireStart(table, index, request.exclusiveStartKey());
            if (key.partitionOf(from).compareTo(partition) != 0) {
                throw DynamoErrors.invalid("The provided starting key does not match the range key predicate");
            }
            start = index == null ? RowKey.of(table.key().sortOf(from)) : index.placeOf(from);
            requireWithin(start, RowKey.low(rows), RowKey.high(rows));
        }
        boolean consistent = Boolean.TRUE.equals(request.consistentRead());
        Consumption consumption = new Consumption(false);
        synchronized (state.lock) {
            long now = state.nowNanos();
            if (!state.throughput.canRead(table, global(index), partition, now)) {
                throw Throughput.exceeded();
            }
            NavigableMap<RowKey, StoredItem> selected = state.rows(table, index, partition, consistent);
            if (!selected.isEmpty()) {
                for (StoredItem row : part(selected, RowKey.low(rows), RowKey.high(rows), start, forward)
                        .values()) {
                    if (!page.add(row, state)) {
                        break;
                    }
                }
            }
            double units = page.consume(consumption, consistent);
            state.throughput.read(table, global(index), partition, units, now);
            state.account(consumption);
        }
        QueryResponse.Builder response = QueryResponse.builder()
                .count(page.count())
                .scannedCount(page.scanned())
                .consumedCapacity(consumption.one(request.returnConsumedCapacity()));
        if (!page.countsOnly()) {
            response.items(page.items());
        }
        Map<String, AttributeValue> last = page.lastKey();
        return (last == null ? response : response.lastEvaluatedKey(last)).build();
    }

    ScanResponse scan(ScanRequest request) {
        if (request.hasScanFilter() || request.hasAttributesToGet()) {
            throw DynamoErrors.unsupported("scans without expressions");
        }
        ModelTable table = state.table(request.tableName());
        @Nullable IndexShape index = index(table, request.indexName(), request.consistentRead());
        ItemExpression<Condition> filter = ItemExpression.filter(request.filterExpression());
        ItemExpression<List<DocumentPath>> projection = ItemExpression.projection(request.projectionExpression());
        Placeholders placeholders = Placeholders.of(
                request.hasExpressionAttributeNames() ? request.expressionAttributeNames() : null,
                request.hasExpressionAttributeValues() ? request.expressionAttributeValues() : null,
                filter,
                projection);
        PageReader page =
                new PageReader(table, index, filter, projection, placeholders, request.select(), request.limit());
        requireSegment(request.segment(), request.totalSegments());
        @Nullable Map<String, AttributeValue> start =
                request.hasExclusiveStartKey() && !request.exclusiveStartKey().isEmpty()
                        ? PageReader.requireStart(table, index, request.exclusiveStartKey())
                        : null;
        boolean consistent = Boolean.TRUE.equals(request.consistentRead());
        Consumption consumption = new Consumption(false);
        synchronized (state.lock) {
            scan(table, index, request, start, page, consistent);
            page.consume(consumption, consistent);
            state.account(consumption);
        }
        ScanResponse.Builder response = ScanResponse.builder()
                .count(page.count())
                .scannedCount(page.scanned())
                .consumedCapacity(consumption.one(request.returnConsumedCapacity()));
        if (!page.countsOnly()) {
            response.items(page.items());
        }
        Map<String, AttributeValue> last = page.lastKey();
        return (last == null ? response : response.lastEvaluatedKey(last)).build();
    }

    @SuppressWarnings("ReferenceEquality")
    private void scan(
            ModelTable table,
            @Nullable IndexShape index,
            ScanRequest request,
            @Nullable Map<String, AttributeValue> start,
            PageReader page,
            boolean consistent) {
        KeyShape key = index == null ? table.key() : index.key();
        @Nullable PartitionId first = start == null ? null : key.partitionOf(start);
        @Nullable PartitionId from = first;
        while (true) {
            List<PartitionId> ids = state.partitions(table, index, from, PARTITIONS);
            for (PartitionId id : ids) {
                boolean done = from != null && from != first && id.compareTo(from) == 0;
                boolean mine =
                        request.totalSegments() == null || id.slice(request.totalSegments()) == request.segment();
                if (done || !mine) {
                    continue;
                }
                NavigableMap<RowKey, StoredItem> rows = state.rows(table, index, id, consistent);
                if (start != null && first != null && id.compareTo(first) == 0 && !rows.isEmpty()) {
                    RowKey after = index == null ? RowKey.of(table.key().sortOf(start)) : index.placeOf(start);
                    rows = rows.tailMap(after, false);
                }
                for (StoredItem row : rows.values()) {
                    if (!page.add(row, state)) {
                        return;
                    }
                }
            }
            if (ids.size() < PARTITIONS) {
                return;
            }
            from = ids.get(ids.size() - 1);
        }
    }

    private static NavigableMap<RowKey, StoredItem> part(
            NavigableMap<RowKey, StoredItem> rows,
            @Nullable RowKey low,
            @Nullable RowKey high,
            @Nullable RowKey start,
            boolean forward) {
        RowKey from = low;
        RowKey to = high;
        if (start != null && forward && (from == null || start.compareTo(from) > 0)) {
            from = start;
        }
        if (start != null && !forward && (to == null || start.compareTo(to) < 0)) {
            to = start;
        }
        if (from != null && to != null && from.compareTo(to) >= 0) {
            return new java.util.TreeMap<>();
        }
        NavigableMap<RowKey, StoredItem> part = from == null ? rows : rows.tailMap(from, false);
        part = to == null ? part : part.headMap(to, false);
        return forward ? part : part.descendingMap();
    }

    private static @Nullable IndexShape index(ModelTable table, @Nullable String name, @Nullable Boolean consistent) {
        if (name == null) {
            return null;
        }
        @Nullable IndexShape index = table.index(name);
        if (index == null) {
            throw DynamoErrors.invalid("The table does not have the specified index: " + name);
        }
        if (index.global() && Boolean.TRUE.equals(consistent)) {
            throw DynamoErrors.invalid("Consistent reads are not supported on global secondary indexes");
        }
        return index;
    }

    private static @Nullable IndexShape global(@Nullable IndexShape index) {
        return index != null && index.global() ? index : null;
    }

    private static void requireWithin(RowKey start, @Nullable RowKey low, @Nullable RowKey high) {
        if ((low != null && start.compareTo(low) <= 0) || (high != null && start.compareTo(high) >= 0)) {
            throw DynamoErrors.invalid("The provided starting key does not match the range key predicate");
        }
    }

    private static void requireTypes(KeyCondition rows, KeyShape key) {
        requireType(rows.partition(), key.partitionType());
        for (AttributeValue bound : new AttributeValue[] {rows.low(), rows.high(), rows.prefix()}) {
            if (bound != null) {
                requireType(bound, key.sortType());
                requireNotEmpty(bound, key.sort());
            }
        }
        requireNotEmpty(rows.partition(), key.partition());
    }

    private static void requireNotEmpty(AttributeValue value, @Nullable String name) {
        boolean empty = value.type() == AttributeValue.Type.S
                ? value.s().isEmpty()
                : value.type() == AttributeValue.Type.B && value.b().asByteArrayUnsafe().length == 0;
        if (empty) {
            throw DynamoErrors.invalid("One or more parameter values are not valid. The AttributeValue for a key"
                    + " attribute cannot contain an empty "
                    + (value.type() == AttributeValue.Type.S ? "string" : "binary")
                    + " value. Key: " + name);
        }
    }

    private static void requireType(AttributeValue value, AttributeValue.Type type) {
        if (value.type() != type) {
            throw DynamoErrors.invalid("One or more parameter values were invalid: Condition parameter type does not"
                    + " match schema type");
        }
    }

    private static void rejectKeyIn(
            @Nullable ItemExpression<Condition> filter, KeyShape key, Placeholders placeholders) {
        if (filter == null) {
            return;
        }
        for (String name : filter.attributes(placeholders)) {
            if (key.contains(name)) {
                throw DynamoErrors.invalid(
                        "Filter ItemExpression can only contain non-primary key attributes: Primary key"
                                + " attribute: " + name);
            }
        }
    }

    private static void requireSegment(@Nullable Integer segment, @Nullable Integer total) {
        if (segment == null && total == null) {
            return;
        }
        if (segment == null || total == null) {
            throw DynamoErrors.invalid("The TotalSegments parameter is required but was not present in the request when"
                    + " Segment parameter is present");
        }
        if (total < 1 || total > MOST_SEGMENTS || segment < 0) {
            throw DynamoErrors.invalid("1 validation error detected: TotalSegments or Segment is out of range");
        }
        if (segment >= total) {
            throw DynamoErrors.invalid("The Segment parameter is zero-based and must be less than parameter"
                    + " TotalSegments: Segment: " + segment + " is not less than TotalSegments: " + total);
        }
    }
}
