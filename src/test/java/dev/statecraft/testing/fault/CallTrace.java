package dev.statecraft.testing.fault;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactGetItem;
import software.amazon.awssdk.services.dynamodb.model.TransactGetItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** The latest calls, in the order of their starts. Several interceptors may share a trace. */
public final class CallTrace {

    private static final int SHOWN_ITEMS = 4;

    private final int capacity;
    private final Deque<TracedCall> calls = new ArrayDeque<>();

    /** A trace that forgets the oldest calls beyond a number. */
    public CallTrace(int capacity) {
        this.capacity = capacity;
    }

    /** A call, which may still be in progress. */
    public static final class TracedCall {

        private final String instance;
        private final long startNanos;
        private final SdkRequest request;
        private volatile long nanos = -1;
        private volatile String outcome = "in progress";

        private TracedCall(String instance, long startNanos, SdkRequest request) {
            this.instance = instance;
            this.startNanos = startNanos;
            this.request = request;
        }

        public AwsOperation operation() {
            return AwsOperation.of(request);
        }

        /** The request as the application made it. */
        public SdkRequest request() {
            return request;
        }

        /** {@code ok}, a kind of fault, or the simple class name of the exception. */
        public String outcome() {
            return outcome;
        }

        /** The items that the request names, as table and key. */
        public List<String> items() {
            return CallTrace.items(request).toList();
        }

        void end(long now, String result) {
            nanos = now - startNanos;
            outcome = result;
        }

        @Override
        public String toString() {
            List<String> items = items();
            String shown = items.stream().limit(SHOWN_ITEMS).collect(Collectors.joining(" "));
            return String.format(
                    Locale.ROOT,
                    "%12.3f ms %s %-18s %s%s -> %s%s",
                    startNanos / 1e6,
                    instance,
                    operation(),
                    shown,
                    items.size() > SHOWN_ITEMS ? " and " + (items.size() - SHOWN_ITEMS) + " more" : "",
                    outcome,
                    nanos < 0 ? "" : String.format(Locale.ROOT, " after %.3f ms", nanos / 1e6));
        }
    }

    TracedCall start(String instance, long nowNanos, SdkRequest request) {
        TracedCall call = new TracedCall(instance, nowNanos, request);
        synchronized (calls) {
            if (calls.size() == capacity) {
                calls.removeFirst();
            }
            calls.addLast(call);
        }
        return call;
    }

    /** A copy of the calls, the oldest first. */
    public List<TracedCall> calls() {
        synchronized (calls) {
            return List.copyOf(calls);
        }
    }

    /** One line for each call. */
    @Override
    public String toString() {
        return calls().stream().map(TracedCall::toString).collect(Collectors.joining("\n"));
    }

    private static Stream<String> items(SdkRequest request) {
        if (request instanceof GetItemRequest get) {
            return Stream.of(item(get.tableName(), get.key()));
        }
        if (request instanceof PutItemRequest put) {
            return Stream.of(item(put.tableName(), put.item()));
        }
        if (request instanceof UpdateItemRequest update) {
            return Stream.of(item(update.tableName(), update.key()));
        }
        if (request instanceof DeleteItemRequest delete) {
            return Stream.of(item(delete.tableName(), delete.key()));
        }
        if (request instanceof QueryRequest query) {
            Collection<AttributeValue> values =
                    query.expressionAttributeValues().values();
            return Stream.of(table(query.tableName()) + "["
                    + values.stream().map(CallTrace::text).collect(Collectors.joining(", ")) + "]");
        }
        if (request instanceof ScanRequest scan) {
            return Stream.of(table(scan.tableName()));
        }
        if (request instanceof BatchGetItemRequest batch) {
            return batch.requestItems().entrySet().stream()
                    .flatMap(part -> part.getValue().keys().stream().map(key -> item(part.getKey(), key)));
        }
        if (request instanceof BatchWriteItemRequest batch) {
            return batch.requestItems().entrySet().stream()
                    .flatMap(part -> part.getValue().stream().map(write -> item(part.getKey(), key(write))));
        }
        if (request instanceof TransactWriteItemsRequest transaction) {
            return transaction.transactItems().stream().map(CallTrace::item);
        }
        if (request instanceof TransactGetItemsRequest transaction) {
            return transaction.transactItems().stream()
                    .map(TransactGetItem::get)
                    .map(get -> item(get.tableName(), get.key()));
        }
        return Stream.of(request.getClass().getSimpleName());
    }

    private static Map<String, AttributeValue> key(WriteRequest write) {
        return write.putRequest() == null
                ? write.deleteRequest().key()
                : write.putRequest().item();
    }

    private static String item(TransactWriteItem write) {
        if (write.put() != null) {
            return "put " + item(write.put().tableName(), write.put().item());
        }
        if (write.update() != null) {
            return "update " + item(write.update().tableName(), write.update().key());
        }
        if (write.delete() != null) {
            return "delete " + item(write.delete().tableName(), write.delete().key());
        }
        return "check "
                + item(
                        write.conditionCheck().tableName(),
                        write.conditionCheck().key());
    }

    /** The key of an item, by the names of the key attributes of all tables. */
    private static String item(String table, Map<String, AttributeValue> item) {
        return table(table) + "[" + text(item.get("pk")) + ", " + text(item.get("sk")) + "]";
    }

    /** The name of a table without its prefix. */
    private static String table(String name) {
        return name.substring(name.lastIndexOf('-') + 1);
    }

    private static String text(@Nullable AttributeValue value) {
        if (value == null) {
            return "-";
        }
        if (value.s() != null) {
            return value.s();
        }
        return value.n() == null ? value.type().toString() : value.n();
    }

    /** The name of a failure, with the reasons of a cancelled transaction. */
    static String name(Throwable failure) {
        String name = failure.getClass().getSimpleName();
        if (!(failure instanceof TransactionCanceledException cancelled)) {
            return name;
        }
        List<CancellationReason> reasons = cancelled.cancellationReasons();
        return name
                + reasons.stream()
                        .map(CancellationReason::code)
                        .filter(code -> !"None".equals(code))
                        .collect(Collectors.joining(", ", "[", "]"));
    }
}
