package dev.statecraft.local;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.DoubleAdder;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;

/** Counts requests and the capacity that DynamoDB reports for them, including indexes. */
public final class Meter implements ExecutionInterceptor {

    private static final ReturnConsumedCapacity ALL = ReturnConsumedCapacity.TOTAL;

    private final AtomicInteger requests = new AtomicInteger();
    private final DoubleAdder readUnits = new DoubleAdder();
    private final DoubleAdder writeUnits = new DoubleAdder();

    /** The counts since the last call. */
    public record Reading(int requests, double readUnits, double writeUnits) {

        public String per(int operations) {
            return String.format(
                    Locale.ROOT,
                    "%5.2f requests %6.2f RCU %6.2f WCU",
                    requests / (double) operations,
                    readUnits / operations,
                    writeUnits / operations);
        }
    }

    public Reading take() {
        return new Reading(requests.getAndSet(0), readUnits.sumThenReset(), writeUnits.sumThenReset());
    }

    @Override
    public SdkRequest modifyRequest(Context.ModifyRequest context, ExecutionAttributes attributes) {
        SdkRequest request = context.request();
        if (request instanceof GetItemRequest get) {
            return get.toBuilder().returnConsumedCapacity(ALL).build();
        }
        if (request instanceof BatchGetItemRequest batch) {
            return batch.toBuilder().returnConsumedCapacity(ALL).build();
        }
        if (request instanceof QueryRequest query) {
            return query.toBuilder().returnConsumedCapacity(ALL).build();
        }
        if (request instanceof ScanRequest scan) {
            return scan.toBuilder().returnConsumedCapacity(ALL).build();
        }
        if (request instanceof PutItemRequest put) {
            return put.toBuilder().returnConsumedCapacity(ALL).build();
        }
        if (request instanceof BatchWriteItemRequest batch) {
            return batch.toBuilder().returnConsumedCapacity(ALL).build();
        }
        if (request instanceof UpdateItemRequest update) {
            return update.toBuilder().returnConsumedCapacity(ALL).build();
        }
        return request;
    }

    @Override
    public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
        SdkResponse response = context.response();
        if (response instanceof GetItemResponse get) {
            count(readUnits, List.of(get.consumedCapacity()));
        } else if (response instanceof BatchGetItemResponse batch) {
            count(readUnits, batch.consumedCapacity());
        } else if (response instanceof QueryResponse query) {
            count(readUnits, List.of(query.consumedCapacity()));
        } else if (response instanceof ScanResponse scan) {
            count(readUnits, List.of(scan.consumedCapacity()));
        } else if (response instanceof PutItemResponse put) {
            count(writeUnits, List.of(put.consumedCapacity()));
        } else if (response instanceof BatchWriteItemResponse batch) {
            count(writeUnits, batch.consumedCapacity());
        } else if (response instanceof UpdateItemResponse update) {
            count(writeUnits, List.of(update.consumedCapacity()));
        } else if (context.request() instanceof TransactWriteItemsRequest transaction) {
            count(transaction);
        }
    }

    /** A cancelled transaction consumes the capacity of its writes. */
    @Override
    public void onExecutionFailure(Context.FailedExecution context, ExecutionAttributes attributes) {
        if (context.request() instanceof TransactWriteItemsRequest transaction) {
            count(transaction);
        }
    }

    private void count(TransactWriteItemsRequest transaction) {
        requests.incrementAndGet();
        transaction.transactItems().forEach(item -> writeUnits.add(units(item)));
    }

    /** A put contains the size of its item; for a checked, deleted or updated item only the minimum is known. */
    private static double units(TransactWriteItem item) {
        return item.put() == null ? 2 : units(item.put().item());
    }

    /**
     * DynamoDB Local miscounts transactions, so they are counted by the rule of AWS: two units for each KB of an item,
     * and for an item whose place in an index moves one for the row that goes and one for the row that comes. The index
     * of entities by type is not counted: an update leaves its rows alone.
     */
    private static double units(Map<String, AttributeValue> item) {
        int bytes = 0;
        for (Map.Entry<String, AttributeValue> attribute : item.entrySet()) {
            bytes += attribute.getKey().length() + bytes(attribute.getValue());
        }
        boolean indexed = item.containsKey("osk") || item.containsKey("due");
        return 2 * Math.ceil(bytes / 1024.0) + (indexed ? 2 : 0);
    }

    private static int bytes(AttributeValue value) {
        return switch (value.type()) {
            case S -> value.s().length();
            case N -> value.n().length() / 2 + 2;
            case B -> value.b().asByteArrayUnsafe().length;
            case M ->
                3
                        + value.m().entrySet().stream()
                                .mapToInt(entry -> 1 + entry.getKey().length() + bytes(entry.getValue()))
                                .sum();
            case BOOL -> 1;
            case L -> 3 + value.l().stream().mapToInt(one -> 1 + bytes(one)).sum();
            case NS -> value.ns().stream().mapToInt(one -> one.length() / 2 + 2).sum();
            default -> throw new IllegalStateException("no item holds a " + value.type());
        };
    }

    private void count(DoubleAdder units, List<ConsumedCapacity> consumed) {
        requests.incrementAndGet();
        consumed.forEach(capacity -> units.add(capacity.capacityUnits()));
    }
}
