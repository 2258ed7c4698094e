package dev.statecraft.testing.contract.fuzz;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactGetItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/**
 * A response or an error in a form in which equal means equal to a caller: numbers by value, sets without order, items
 * without order where DynamoDB promises none, no texts of errors.
 */
record ComparableOutcome(String kind, String content) {

    private static final String INVALID = "ValidationException";

    /** Executes a request of one of the kinds that {@link RandomRequests} makes. */
    static ComparableOutcome of(DynamoDbClient client, DynamoDbRequest request) {
        try {
            SdkPojo response = call(client, request);
            boolean ordered = request instanceof TransactGetItemsRequest
                    || (request instanceof QueryRequest query && query.indexName() == null);
            return new ComparableOutcome("success", text(response, ordered));
        } catch (TransactionCanceledException e) {
            List<String> codes = e.cancellationReasons().stream()
                    .map(CancellationReason::code)
                    .toList();
            // DynamoDB Local has no such reason, or an empty list of reasons: Capability.VALIDATION_REASONS.
            return codes.isEmpty() || codes.contains("ValidationError")
                    ? new ComparableOutcome(INVALID, "")
                    : new ComparableOutcome(
                            "cancelled " + codes,
                            e.cancellationReasons().stream()
                                    .map(reason -> value(reason.item(), true))
                                    .toList()
                                    .toString());
        } catch (AwsServiceException e) {
            String code = e.awsErrorDetails().errorCode();
            return new ComparableOutcome(code, code.equals(INVALID) ? "" : text(e, true));
        }
    }

    private static SdkPojo call(DynamoDbClient client, DynamoDbRequest request) {
        if (request instanceof PutItemRequest put) {
            return client.putItem(put);
        } else if (request instanceof UpdateItemRequest update) {
            return client.updateItem(update);
        } else if (request instanceof DeleteItemRequest delete) {
            return client.deleteItem(delete);
        } else if (request instanceof GetItemRequest get) {
            return client.getItem(get);
        } else if (request instanceof QueryRequest query) {
            return queried(client, query);
        } else if (request instanceof ScanRequest scan) {
            // Runs share the tables, so only what the filter selects can be compared.
            return client.scan(scan).copy(r -> r.scannedCount(null));
        } else if (request instanceof BatchGetItemRequest batch) {
            return client.batchGetItem(batch);
        } else if (request instanceof BatchWriteItemRequest batch) {
            return client.batchWriteItem(batch);
        } else if (request instanceof TransactGetItemsRequest transaction) {
            return client.transactGetItems(transaction);
        }
        return client.transactWriteItems((TransactWriteItemsRequest) request);
    }

    /**
     * Without a key to continue from if nothing follows it: where a page ends with the last possible sort key, DynamoDB
     * Local returns none.
     */
    private static QueryResponse queried(DynamoDbClient client, QueryRequest query) {
        QueryResponse page = client.query(query);
        if (!page.hasLastEvaluatedKey()) {
            return page;
        }
        QueryResponse next = client.query(query.copy(r -> r.exclusiveStartKey(page.lastEvaluatedKey())));
        return next.scannedCount() == 0 ? page.copy(r -> r.lastEvaluatedKey(null)) : page;
    }

    /** The fields that are set. */
    static String text(SdkPojo pojo, boolean ordered) {
        Map<String, String> fields = new TreeMap<>();
        for (SdkField<?> field : pojo.sdkFields()) {
            Object value = field.getValueOrDefault(pojo);
            // DynamoDB Local reports capacity that was not asked for when an item to delete is missing.
            if (value != null
                    && !field.memberName().equals("ConsumedCapacity")
                    && !(value instanceof SdkAutoConstructList)
                    && !(value instanceof SdkAutoConstructMap)) {
                fields.put(field.memberName(), value(value, ordered));
            }
        }
        return fields.toString();
    }

    private static String value(Object value, boolean ordered) {
        if (value instanceof AttributeValue attribute) {
            return switch (attribute.type()) {
                case N -> number(attribute.n());
                case SS -> "SS" + attribute.ss().stream().sorted().toList();
                case NS ->
                    "NS"
                            + attribute.ns().stream()
                                    .map(ComparableOutcome::number)
                                    .sorted()
                                    .toList();
                default -> text(attribute, true);
            };
        } else if (value instanceof SdkPojo pojo) {
            return text(pojo, ordered);
        } else if (value instanceof List<?> list) {
            Stream<String> elements = list.stream().map(element -> value(element, ordered));
            return (ordered ? elements : elements.sorted()).toList().toString();
        } else if (value instanceof Map<?, ?> map) {
            Map<Object, String> entries = new TreeMap<>();
            map.forEach((name, element) -> entries.put(name, value(element, ordered)));
            return entries.toString();
        }
        return value.toString();
    }

    private static String number(String number) {
        BigDecimal value = new BigDecimal(number);
        return "N" + (value.signum() == 0 ? "0" : value.stripTrailingZeros().toString());
    }
}
