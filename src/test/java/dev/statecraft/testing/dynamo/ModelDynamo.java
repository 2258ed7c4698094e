package dev.statecraft.testing.dynamo;

import dev.statecraft.testing.dynamo.storage.CapacitySum;
import dev.statecraft.testing.dynamo.storage.ModelState;
import dev.statecraft.testing.dynamo.storage.ModelTable;
import dev.statecraft.testing.dynamo.storage.PlannedWrite;
import dev.statecraft.testing.dynamo.storage.Throughput;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.CreateTableResponse;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.DeleteTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DeleteTableResponse;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableResponse;
import software.amazon.awssdk.services.dynamodb.model.DescribeTimeToLiveRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeTimeToLiveResponse;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ListTablesRequest;
import software.amazon.awssdk.services.dynamodb.model.ListTablesResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactGetItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactGetItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;
import software.amazon.awssdk.services.dynamodb.model.UpdateTimeToLiveRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateTimeToLiveResponse;

/**
 * DynamoDB in memory: the operations and expression forms of this project's stores. Other operations and the parameters
 * of the time before expressions throw {@link UnsupportedOperationException}. By default it behaves as DynamoDB Local;
 * {@link ModelSettings} adds what AWS does and DynamoDB Local hides. Thread-safe.
 */
public final class ModelDynamo implements DynamoDbClient {

    private static final long MILLIS = 1000;
    private static final long OLDEST_EXPIRY_SECONDS = 5L * 365 * 24 * 3600;

    private final ModelState state;
    private final ModelSettings settings;
    private final TableAdministration administration;
    private final ItemOperations items;
    private final PageOperations pages;
    private final BatchOperations batches;
    private final Transactions transactions;
    private final ModelStreams streams;

    /** An empty database. */
    public ModelDynamo(ModelSettings settings) {
        this.settings = settings;
        state = new ModelState(
                settings.clock(),
                settings.ticker(),
                settings.random(),
                settings.replicaLag(),
                settings.indexLag(),
                new Throughput(settings.readUnitsPerSecond(), settings.writeUnitsPerSecond()));
        administration = new TableAdministration(state, settings);
        items = new ItemOperations(state);
        pages = new PageOperations(state);
        batches = new BatchOperations(state, settings, items);
        transactions = new Transactions(state, settings);
        streams = new ModelStreams(state);
    }

    /** The streams of this database. */
    public ModelStreams streams() {
        return streams;
    }

    /** What all requests so far have consumed, by table. */
    public Map<String, CapacitySum> consumed() {
        synchronized (state.lock) {
            return state.consumed();
        }
    }

    /**
     * Deletes the items of all tables whose time to live has passed, each after its own delay of at most {@link
     * ModelSettings#expiryDelay()}, and returns their number. Their stream records name DynamoDB as the user. Items that
     * expired more than five years ago stay, as on AWS.
     */
    public int expire() {
        synchronized (state.lock) {
            int count = 0;
            for (ModelTable table : state.tables.values()) {
                String attribute = table.expiryAttribute();
                if (attribute != null) {
                    List<PlannedWrite> expired = expired(table, attribute);
                    expired.forEach(write -> state.apply(write, true));
                    count += expired.size();
                }
            }
            return count;
        }
    }

    private List<PlannedWrite> expired(ModelTable table, String attribute) {
        Instant now = settings.clock().instant();
        List<PlannedWrite> expired = new ArrayList<>();
        table.partitions().forEach((id, partition) -> partition.rows(null).forEach((row, item) -> {
            @Nullable AttributeValue until = item.attributes().get(attribute);
            if (until != null && until.type() == AttributeValue.Type.N) {
                double seconds = Double.parseDouble(until.n());
                long delayMillis = ModelState.delay(settings.expiryDelay(), id, row.sort());
                boolean passed = seconds + (double) delayMillis / MILLIS < (double) now.toEpochMilli() / MILLIS;
                boolean inFlight = state.isInFlight(table, id, row);
                if (passed && !inFlight && seconds > now.getEpochSecond() - OLDEST_EXPIRY_SECONDS) {
                    expired.add(PlannedWrite.of(table, id, row, item, null));
                }
            }
        }));
        return expired;
    }

    @Override
    public CreateTableResponse createTable(CreateTableRequest request) {
        return CreateTableResponse.builder()
                .tableDescription(administration.create(request))
                .build();
    }

    @Override
    public DescribeTableResponse describeTable(DescribeTableRequest request) {
        return DescribeTableResponse.builder()
                .table(administration.describe(request.tableName()))
                .build();
    }

    @Override
    public DeleteTableResponse deleteTable(DeleteTableRequest request) {
        return DeleteTableResponse.builder()
                .tableDescription(administration.delete(request.tableName()))
                .build();
    }

    @Override
    public ListTablesResponse listTables(ListTablesRequest request) {
        return administration.list(request);
    }

    @Override
    public DescribeTimeToLiveResponse describeTimeToLive(DescribeTimeToLiveRequest request) {
        return DescribeTimeToLiveResponse.builder()
                .timeToLiveDescription(administration.describeExpiry(request.tableName()))
                .build();
    }

    @Override
    public UpdateTimeToLiveResponse updateTimeToLive(UpdateTimeToLiveRequest request) {
        return UpdateTimeToLiveResponse.builder()
                .timeToLiveSpecification(administration.updateExpiry(request))
                .build();
    }

    @Override
    public GetItemResponse getItem(GetItemRequest request) {
        return items.get(request);
    }

    @Override
    public PutItemResponse putItem(PutItemRequest request) {
        return items.put(request);
    }

    @Override
    public UpdateItemResponse updateItem(UpdateItemRequest request) {
        return items.update(request);
    }

    @Override
    public DeleteItemResponse deleteItem(DeleteItemRequest request) {
        return items.delete(request);
    }

    @Override
    public QueryResponse query(QueryRequest request) {
        return pages.query(request);
    }

    @Override
    public ScanResponse scan(ScanRequest request) {
        return pages.scan(request);
    }

    @Override
    public BatchGetItemResponse batchGetItem(BatchGetItemRequest request) {
        return batches.get(request);
    }

    @Override
    public BatchWriteItemResponse batchWriteItem(BatchWriteItemRequest request) {
        return batches.write(request);
    }

    @Override
    public TransactGetItemsResponse transactGetItems(TransactGetItemsRequest request) {
        return batches.transactGet(request);
    }

    @Override
    public TransactWriteItemsResponse transactWriteItems(TransactWriteItemsRequest request) {
        return transactions.write(request);
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    /** Does nothing: the database lives as long as the object. */
    @Override
    public void close() {
        // Holds nothing.
    }
}
